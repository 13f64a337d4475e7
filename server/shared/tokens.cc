// SPDX-License-Identifier: Apache-2.0
// Access tokens: made, compared, stored as a hash.
#include "server/shared/tokens.h"

#include <algorithm>
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

bool Same(const Digest& a, const Digest& b) {
  uint8_t different = 0;
  for (size_t i = 0; i < a.size(); ++i) different |= a[i] ^ b[i];
  return different == 0;
}

// Puts a new secret into the record and returns the token's text.
std::string NewSecret(TokenRecord& record, RandomSource& random) {
  auto secret = random.Bytes<32>();
  std::string text = absl::StrCat("aangan-", record.id, "-", Base32(secret));
  Wipe(absl::MakeSpan(secret));
  record.hash = HashOf(text);
  return text;
}

// A record that was never rotated nor used is stored as by the first programs.
bool IsFirstForm(const TokenRecord& record) {
  return record.rotate_time_us == 0 && record.before_end_time_us == 0 && record.last_used_day == 0 &&
         record.hash_before == Digest{};
}

}  // namespace

NewToken MakeToken(Role role, absl::string_view title, absl::Time now, absl::Duration life, RandomSource& random) {
  NewToken made;
  const auto id = random.Bytes<16>();
  made.record.id = Base32(id);
  made.record.title = std::string(title);
  made.record.role = role;
  made.record.create_time_us = absl::ToUnixMicros(now);
  made.record.expire_time_us = absl::ToUnixMicros(now + life);
  made.text = NewSecret(made.record, random);
  return made;
}

NewToken RotateToken(const TokenRecord& record, absl::Time now, absl::Duration grace, RandomSource& random) {
  NewToken made;
  made.record = record;
  const int64_t begun = record.rotate_time_us == 0 ? record.create_time_us : record.rotate_time_us;
  made.record.rotate_time_us = absl::ToUnixMicros(now);
  made.record.hash_before = record.hash;
  made.record.before_end_time_us = std::min(absl::ToUnixMicros(now + grace), record.expire_time_us);
  made.record.expire_time_us = made.record.rotate_time_us + (record.expire_time_us - begun);
  made.text = NewSecret(made.record, random);
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
  const int64_t now_us = absl::ToUnixMicros(now);
  // Both are always compared, so that the time taken does not tell which one was nearly right.
  const bool is_now = Same(hash, record.hash);
  const bool is_before = Same(hash, record.hash_before);
  if ((is_now && now_us < record.expire_time_us) || (is_before && now_us < record.before_end_time_us))
    return absl::OkStatus();
  return BadToken();
}

std::string EncodeToken(const TokenRecord& record) {
  CanonicalWriter writer;
  writer.U8(IsFirstForm(record) ? 1 : 2)
      .Bytes(record.id)
      .Bytes(record.title)
      .U8(static_cast<uint8_t>(record.role))
      .Bytes(record.member);
  writer.I64(record.create_time_us).I64(record.expire_time_us).Fixed(record.hash);
  if (!IsFirstForm(record)) {
    writer.I64(record.rotate_time_us).Fixed(record.hash_before).I64(record.before_end_time_us);
    writer.I64(record.last_used_day);
  }
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
  if (format == 2) {
    ASSIGN_OR_RETURN(record.rotate_time_us, reader.I64());
    RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(record.hash_before)));
    ASSIGN_OR_RETURN(record.before_end_time_us, reader.I64());
    ASSIGN_OR_RETURN(record.last_used_day, reader.I64());
  }
  RETURN_IF_ERROR(reader.End());
  if (format < 1 || format > 2 || (format == 2) == IsFirstForm(record) || role >= kRoleCount)
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "A stored token is damaged.");
  record.id = std::string(id);
  record.title = std::string(title);
  record.role = static_cast<Role>(role);
  record.member = std::string(member);
  return record;
}

}  // namespace aangan::server
