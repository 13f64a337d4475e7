// SPDX-License-Identifier: Apache-2.0
// Access tokens: made, compared, stored as a hash.
#include "server/shared/tokens.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/canonical.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::server {
namespace {

constexpr size_t kIdCharacters = 26;
constexpr size_t kSecretCharacters = 52;
constexpr size_t kTextBytesMax = 256;

absl::Status BadToken() {
  return Problem(absl::StatusCode::kUnauthenticated, Reason::kBadToken,
                 "The token is not known here, or its time is over. Ask for a new one.");
}

std::string Base32(absl::Span<const uint8_t> bytes) {
  std::string text;
  uint32_t buffer = 0;
  int bits = 0;
  for (const uint8_t byte : bytes) {
    buffer = (buffer << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5)
      text.push_back("abcdefghijklmnopqrstuvwxyz234567"[(buffer >> (bits - 5)) & 31]);
  }
  if (bits > 0) text.push_back("abcdefghijklmnopqrstuvwxyz234567"[(buffer << (5 - bits)) & 31]);
  return text;
}

Digest HashOf(absl::string_view token) { return Sha256({"aangan/v1/token", token}); }

}  // namespace

NewToken MakeToken(Role role, absl::string_view title, absl::Time now, absl::Duration life, RandomSource& random) {
  NewToken made;
  const auto id = random.Bytes<16>();
  auto secret = random.Bytes<32>();
  made.record.id = Base32(id);
  made.record.title = std::string(title);
  made.record.role = role;
  made.record.create_time_us = absl::ToUnixMicros(now);
  made.record.expire_time_us = absl::ToUnixMicros(now + life);
  made.text = absl::StrCat("aangan-", made.record.id, "-", Base32(secret));
  made.record.hash = HashOf(made.text);
  Wipe(absl::MakeSpan(secret));
  return made;
}

absl::StatusOr<std::string> TokenId(absl::string_view token) {
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '-');
  if (parts.size() != 3 || parts[0] != "aangan" || parts[1].size() != kIdCharacters ||
      parts[2].size() != kSecretCharacters)
    return BadToken();
  return std::string(parts[1]);
}

absl::Status CheckToken(absl::string_view token, const TokenRecord& record, absl::Time now) {
  const Digest hash = HashOf(token);
  uint8_t different = 0;
  for (size_t i = 0; i < hash.size(); ++i) different |= hash[i] ^ record.hash[i];
  if (different != 0 || absl::ToUnixMicros(now) >= record.expire_time_us) return BadToken();
  return absl::OkStatus();
}

std::string EncodeToken(const TokenRecord& record) {
  CanonicalWriter writer;
  writer.U8(1).Bytes(record.id).Bytes(record.title).U8(static_cast<uint8_t>(record.role)).Bytes(record.member);
  writer.I64(record.create_time_us).I64(record.expire_time_us).Fixed(record.hash);
  return std::move(writer).Take();
}

absl::StatusOr<TokenRecord> DecodeToken(absl::string_view bytes) {
  CanonicalReader reader(bytes);
  TokenRecord record;
  ASSIGN_OR_RETURN(const uint8_t format, reader.U8());
  ASSIGN_OR_RETURN(const absl::string_view id, reader.Bytes(kTextBytesMax));
  ASSIGN_OR_RETURN(const absl::string_view title, reader.Bytes(kTextBytesMax));
  ASSIGN_OR_RETURN(const uint8_t role, reader.U8());
  ASSIGN_OR_RETURN(const absl::string_view member, reader.Bytes(kTextBytesMax));
  ASSIGN_OR_RETURN(record.create_time_us, reader.I64());
  ASSIGN_OR_RETURN(record.expire_time_us, reader.I64());
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(record.hash)));
  RETURN_IF_ERROR(reader.End());
  if (format != 1 || role >= kRoleCount)
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "A stored token is damaged.");
  record.id = std::string(id);
  record.title = std::string(title);
  record.role = static_cast<Role>(role);
  record.member = std::string(member);
  return record;
}

}  // namespace aangan::server
