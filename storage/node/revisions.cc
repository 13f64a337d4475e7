// SPDX-License-Identifier: Apache-2.0
// Earlier forms of records: see revisions.h.
#include "storage/node/revisions.h"

#include <algorithm>
#include <utility>

#include "base/problem.h"
#include "base/status.h"
#include "storage/node/record_codec.h"

namespace aangan::storage::node {
namespace {

constexpr size_t kVersionBytes = 8;

absl::Status Damaged() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "an earlier form of a record does not read; check the disk and restore the last backup");
}

}  // namespace

std::string RevisionKey(const model::RecordName& name, uint64_t version) {
  return RecordKey(name) + KeyWriter().U64(version).Take();
}

absl::StatusOr<model::RecordName> NameOfRevisionKey(absl::string_view key) {
  return NameOfKey(key.substr(0, key.size() - std::min(key.size(), kVersionBytes)));
}

KeyRange RevisionRange(const model::RecordName& name) { return KeyRange::Prefix(RecordKey(name)); }

absl::StatusOr<std::vector<Found>> ReadRevisions(const Reader& reader, absl::Span<const uint8_t> member_key,
                                                 const model::RecordName& name, uint64_t before, size_t limit) {
  KeyRange range = RevisionRange(name);
  if (before != 0) range.end = RevisionKey(name, before);
  std::vector<Found> revisions;
  absl::Status status;
  const auto take = [&](absl::string_view key, absl::string_view value) -> absl::Status {
    // The seal binds the value to the version before it, and not to this place.
    ASSIGN_OR_RETURN(const uint64_t version, VersionOf(value));
    if (key != RevisionKey(name, version)) return Damaged();
    ASSIGN_OR_RETURN(Record record, OpenRecord(member_key, name, value));
    revisions.push_back({name, std::move(record)});
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(
      reader.Scan(Family::kRevisions, range, Order::kBackward, [&](absl::string_view key, absl::string_view value) {
        if (revisions.size() == limit) return false;
        status = take(key, value);
        return status.ok();
      }));
  RETURN_IF_ERROR(status);
  return revisions;
}

}  // namespace aangan::storage::node
