// SPDX-License-Identifier: Apache-2.0
// Keys and sealed values of records: see record_codec.h.
#include "storage/node/record_codec.h"

#include "base/canonical.h"
#include "base/digest.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/engine/sealing.h"
#include "storage/node/day_written.h"

namespace aangan::storage::node {
namespace {

constexpr size_t kVersionBytes = 8;

absl::Status Damaged() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "a stored record does not read; check the disk and restore the last backup");
}

template <typename Message>
absl::StatusOr<Record> Parsed(const std::string& plain) {
  Message message;
  if (!message.ParseFromString(plain)) return Damaged();
  return Record(std::move(message));
}

}  // namespace

std::string RecordKey(const model::RecordName& name) {
  return KeyWriter().Id(name.member.bytes).U8(static_cast<uint8_t>(name.kind)).Id(name.id.bytes).Take();
}

KeyRange MemberRange(const model::Id& member) { return KeyRange::Prefix(AsText(member.bytes)); }

KeyRange KindRange(const model::Id& member, model::RecordKind kind) {
  return KeyRange::Prefix(KeyWriter().Id(member.bytes).U8(static_cast<uint8_t>(kind)).Take());
}

absl::StatusOr<model::RecordName> NameOfKey(absl::string_view key) {
  KeyReader reader(key);
  model::RecordName name;
  ASSIGN_OR_RETURN(name.member.bytes, reader.Id());
  ASSIGN_OR_RETURN(uint8_t kind, reader.U8());
  ASSIGN_OR_RETURN(name.id.bytes, reader.Id());
  RETURN_IF_ERROR(reader.End());
  name.kind = static_cast<model::RecordKind>(kind);
  if ((kind < 1 || kind > 5) && name.kind != model::RecordKind::kSealedState) return Damaged();
  return name;
}

std::string SealRecord(absl::Span<const uint8_t> member_key, const model::RecordName& name, uint64_t version,
                       const Record& record, RandomSource& random) {
  const std::string key = RecordKey(name);
  std::string plain = std::visit([](const auto& message) { return message.SerializeAsString(); }, record);
  Sealed sealed = Seal(member_key, {static_cast<uint8_t>(name.kind), key, version}, plain, random);
  Wipe(plain);
  return CanonicalWriter().U64(version).bytes() + std::move(sealed).bytes();
}

absl::StatusOr<uint64_t> VersionOf(absl::string_view value) {
  absl::StatusOr<uint64_t> version = CanonicalReader(value).U64();
  if (!version.ok()) return Damaged();
  return version;
}

absl::StatusOr<Record> OpenRecord(absl::Span<const uint8_t> member_key, const model::RecordName& name,
                                  absl::string_view value) {
  ASSIGN_OR_RETURN(const uint64_t version, VersionOf(value));
  const std::string key = RecordKey(name);
  ASSIGN_OR_RETURN(std::string plain, Open(member_key, {static_cast<uint8_t>(name.kind), key, version},
                                           Sealed::FromStored(value.substr(kVersionBytes))));
  absl::StatusOr<Record> record = Damaged();
  switch (name.kind) {
    case model::RecordKind::kMember:
      record = Parsed<store::v1::MemberRecord>(plain);
      break;
    case model::RecordKind::kConsent:
      record = Parsed<store::v1::ConsentRecord>(plain);
      break;
    case model::RecordKind::kService:
      record = Parsed<store::v1::ServiceRecord>(plain);
      break;
    case model::RecordKind::kAssessment:
      record = Parsed<store::v1::AssessmentRecord>(plain);
      break;
    case model::RecordKind::kGrievance:
      record = Parsed<store::v1::GrievanceRecord>(plain);
      break;
    case model::RecordKind::kSealedState:
      record = Parsed<store::v1::SealedStateRecord>(plain);
      break;
  }
  Wipe(plain);
  return record;
}

void Stamp(Record& record, WriteKind kind, uint64_t version, int64_t now_us) {
  std::visit(
      [&](auto& message) {
        message.set_version(version);
        if (kind == WriteKind::kCreate) message.set_create_time_us(now_us);
        if constexpr (requires { message.set_update_time_us(now_us); }) message.set_update_time_us(now_us);
        if constexpr (requires { message.written(); }) NoteDays(now_us, message);
      },
      record);
}

}  // namespace aangan::storage::node
