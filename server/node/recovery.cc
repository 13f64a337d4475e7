// SPDX-License-Identifier: Apache-2.0
// The master key in parts: see recovery.h.
#include "server/node/recovery.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "base/canonical.h"
#include "base/files.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "privacy/key_split.h"

namespace aangan::node {
namespace {

constexpr absl::string_view kMagic = "AANGANRC";
constexpr uint32_t kFormat = 1;
constexpr size_t kCheckBytes = 16;
constexpr size_t kFileBytesMax = 1024;

absl::Status Damaged() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "the file 'recovery' in the node's folder is damaged; take it away and make new parts");
}

Digest KeyCheck(const SecretBytes& master) {
  const SecretBytes check = HkdfSha256(master.span(), "", "aangan/v1/recovery check", sizeof(Digest));
  Digest digest;
  std::copy(check.span().begin(), check.span().end(), digest.begin());
  return digest;
}

std::string Encode(const Deal& deal) {
  CanonicalWriter writer;
  writer.Fixed(AsBytes(kMagic)).U32(kFormat).U64(deal.number).U8(static_cast<uint8_t>(deal.needed));
  writer.I64(deal.deal_time_us).I64(deal.rehearse_time_us).Fixed(deal.key_check);
  writer.U8(static_cast<uint8_t>(deal.parts.size()));
  for (const Digest& part : deal.parts) writer.Fixed(part);
  const Digest check = Sha256(writer.bytes());
  writer.Fixed(absl::MakeConstSpan(check).subspan(0, kCheckBytes));
  return std::move(writer).Take();
}

absl::StatusOr<Deal> Decode(absl::string_view bytes) {
  if (bytes.size() < kCheckBytes) return Damaged();
  const absl::string_view body = bytes.substr(0, bytes.size() - kCheckBytes);
  const Digest check = Sha256(body);
  if (AsText(absl::MakeConstSpan(check).subspan(0, kCheckBytes)) != bytes.substr(body.size())) return Damaged();
  CanonicalReader reader(body);
  std::array<uint8_t, kMagic.size()> magic;
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(magic)));
  ASSIGN_OR_RETURN(const uint32_t format, reader.U32());
  if (AsText(magic) != kMagic || format != kFormat) return Damaged();
  Deal deal;
  ASSIGN_OR_RETURN(deal.number, reader.U64());
  ASSIGN_OR_RETURN(deal.needed, reader.U8());
  ASSIGN_OR_RETURN(deal.deal_time_us, reader.I64());
  ASSIGN_OR_RETURN(deal.rehearse_time_us, reader.I64());
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(deal.key_check)));
  ASSIGN_OR_RETURN(const uint8_t parts, reader.U8());
  deal.parts.resize(parts);
  for (Digest& part : deal.parts) RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(part)));
  RETURN_IF_ERROR(reader.End());
  return deal;
}

absl::StatusOr<std::vector<privacy::KeyPart>> ReadParts(const SecretBytes& texts) {
  // Each ends with an empty line or with the text itself.
  std::vector<privacy::KeyPart> parts;
  const auto text = texts.span();
  size_t begin = 0;
  while (begin < text.size()) {
    if (text[begin] == '\n') {  // more lines between than one
      ++begin;
      continue;
    }
    constexpr uint8_t kEmptyLine[] = {'\n', '\n'};
    const auto end = std::search(text.begin() + static_cast<ptrdiff_t>(begin), text.end(), std::begin(kEmptyLine),
                                 std::end(kEmptyLine));
    const size_t size = static_cast<size_t>(end - text.begin()) - begin;
    ASSIGN_OR_RETURN(privacy::KeyPart part,
                     privacy::ReadKeyPart(text.subspan(begin, size), static_cast<int>(parts.size()) + 1));
    parts.push_back(std::move(part));
    begin += size + sizeof(kEmptyLine);
  }
  return parts;
}

absl::Status CheckAgainst(const Deal& deal, absl::Span<const privacy::KeyPart> parts) {
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto place = static_cast<size_t>(parts[i].place);
    const bool known = parts[i].deal == deal.number && place <= deal.parts.size() &&
                       privacy::KeyPartDigest(parts[i]) == deal.parts[place - 1];
    if (known) continue;
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kBadPart,
                   "this part is not one of those that were printed last; it is of an earlier day, of another node, or "
                   "was changed")
        .Number("part", static_cast<int64_t>(i) + 1)
        .Number("printed_as_number", parts[i].place);
  }
  return absl::OkStatus();
}

}  // namespace

SecretBytes JoinedParts(absl::Span<const SecretBytes> parts) {
  size_t size = 0;
  for (const SecretBytes& part : parts) size += part.size() + 2;
  SecretBytes all(size);
  uint8_t* out = all.data();
  for (const SecretBytes& part : parts) {
    out = std::copy(part.span().begin(), part.span().end(), out);
    // An empty line between two; more of them do not count.
    *out++ = '\n';
    *out++ = '\n';
  }
  return all;
}

absl::StatusOr<std::optional<Deal>> Recovery::Find() const {
  const absl::StatusOr<std::string> bytes = ReadFile(deal_path(), kFileBytesMax);
  if (absl::IsNotFound(bytes.status())) return std::nullopt;
  RETURN_IF_ERROR(bytes.status());
  const absl::StatusOr<Deal> deal = Decode(*bytes);
  if (!deal.ok()) return Damaged();
  return *deal;
}

absl::Status Recovery::Note(const Deal& deal) const { return WriteFileDurably(deal_path(), Encode(deal), 0600); }

absl::StatusOr<SecretBytes> Recovery::Split(const storage::KeyLock& lock, int needed, int of) const {
  ASSIGN_OR_RETURN(const SecretBytes master, storage::OpenMasterKey(key_path(), lock));
  ASSIGN_OR_RETURN(const std::vector<privacy::KeyPart> parts, privacy::SplitKey(master.span(), needed, of, *random_));
  Deal deal;
  deal.number = parts.front().deal;
  deal.needed = needed;
  deal.deal_time_us = absl::ToUnixMicros(clock_->Now());
  deal.key_check = KeyCheck(master);
  size_t size = 0;
  std::vector<SecretBytes> texts;
  for (const privacy::KeyPart& part : parts) {
    deal.parts.push_back(privacy::KeyPartDigest(part));
    texts.push_back(privacy::KeyPartText(part));
    size += texts.back().size() + 1;
  }
  // Known before it is shown, so that no part is out that the node would call wrong.
  RETURN_IF_ERROR(Note(deal));
  SecretBytes all(size);
  uint8_t* out = all.data();
  for (const SecretBytes& text : texts) {
    out = std::copy(text.span().begin(), text.span().end(), out);
    *out++ = '\n';
  }
  LogInfo("recovery", "parts of the master key were made").Number("parts", of).Number("needed", needed);
  return all;
}

absl::StatusOr<SecretBytes> Recovery::Join(const SecretBytes& texts) const {
  ASSIGN_OR_RETURN(const std::vector<privacy::KeyPart> parts, ReadParts(texts));
  ASSIGN_OR_RETURN(const std::optional<Deal> deal, Find());
  if (deal) RETURN_IF_ERROR(CheckAgainst(*deal, parts));
  ASSIGN_OR_RETURN(SecretBytes master, privacy::JoinKey(parts));
  if (deal && KeyCheck(master) != deal->key_check) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kBadPart,
                   "these parts give another node's key; look which node's folder this is");
  }
  return master;
}

absl::Status Recovery::Rehearse(const SecretBytes& parts) const {
  ASSIGN_OR_RETURN(std::optional<Deal> deal, Find());
  if (!deal) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "no parts of this node's key were made; make them with: aangan recovery split");
  }
  RETURN_IF_ERROR(Join(parts).status());
  deal->rehearse_time_us = absl::ToUnixMicros(clock_->Now());
  LogInfo("recovery", "the parts were rehearsed");
  return Note(*deal);
}

absl::Status Recovery::Recover(const SecretBytes& parts, const storage::KeyLock& next) const {
  struct stat facts {};
  const bool has_key = stat(key_path().c_str(), &facts) == 0;
  ASSIGN_OR_RETURN(const std::optional<Deal> deal, Find());
  if (has_key && !deal) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "this node's folder does not say which parts were made, so its key file is not replaced. Move "
                   "'master_key' aside and try again; if the node then says that the key is of another store, bring it "
                   "back");
  }
  ASSIGN_OR_RETURN(const SecretBytes master, Join(parts));
  RETURN_IF_ERROR(storage::WriteMasterKey(key_path(), master, next, storage::MeasuredPassphraseCost(), *random_));
  LogWarning("recovery", "the master key was put together from its parts, behind a new passphrase");
  return absl::OkStatus();
}

}  // namespace aangan::node
