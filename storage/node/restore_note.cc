// SPDX-License-Identifier: Apache-2.0
// The notes: see restore_note.h. Each stands alone under its key.
#include "storage/node/restore_note.h"

#include <algorithm>

#include "base/canonical.h"
#include "base/digest.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::storage::node {
namespace {

constexpr char kTimeKey[] = "restore_time";
constexpr char kConfirmedKey[] = "restore_confirmed";
constexpr char kIncarnationKey[] = "incarnation";
constexpr char kHomeKey[] = "home_noted";

absl::Status Damaged() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "the note of a restore does not read");
}

}  // namespace

absl::StatusOr<RestoreNote> ReadRestoreNote(const Reader& reader) {
  RestoreNote note;
  ASSIGN_OR_RETURN(const std::optional<std::string> time, reader.Get(Family::kMeta, kTimeKey));
  ASSIGN_OR_RETURN(const std::optional<std::string> confirmed, reader.Get(Family::kMeta, kConfirmedKey));
  if (time) {
    const auto time_us = CanonicalReader(*time).I64();
    if (!time_us.ok() || *time_us <= 0) return Damaged();
    note.time_us = *time_us;
  }
  note.confirmed = confirmed.has_value();
  if (note.confirmed && !time) return Damaged();
  return note;
}

void PutRestoreNote(const RestoreNote& note, Batch& batch) {
  batch.Put(Family::kMeta, kTimeKey, CanonicalWriter().I64(note.time_us).bytes());
  if (note.confirmed) {
    batch.Put(Family::kMeta, kConfirmedKey, "1");
  } else {
    batch.Delete(Family::kMeta, kConfirmedKey);  // of a restore before this one
  }
}

absl::StatusOr<std::optional<Incarnation>> ReadIncarnation(const Reader& reader) {
  ASSIGN_OR_RETURN(const std::optional<std::string> known, reader.Get(Family::kMeta, kIncarnationKey));
  if (!known.has_value()) return std::optional<Incarnation>();
  Incarnation incarnation{};
  if (known->size() != incarnation.size())
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "the incarnation does not read");
  std::copy(known->begin(), known->end(), incarnation.begin());
  return std::optional<Incarnation>(incarnation);
}

void PutIncarnation(const Incarnation& incarnation, Batch& batch) {
  batch.Put(Family::kMeta, kIncarnationKey, AsText(incarnation));
}

absl::StatusOr<bool> ReadHomeNoted(const Reader& reader) {
  ASSIGN_OR_RETURN(const std::optional<std::string> noted, reader.Get(Family::kMeta, kHomeKey));
  return noted.has_value();
}

void PutHomeNoted(Batch& batch) { batch.Put(Family::kMeta, kHomeKey, "1"); }

}  // namespace aangan::storage::node
