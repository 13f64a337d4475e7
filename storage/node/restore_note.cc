// SPDX-License-Identifier: Apache-2.0
// The note of a restore: see restore_note.h. The moment stands alone under its key, and so does the word about it.
#include "storage/node/restore_note.h"

#include "base/canonical.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::storage::node {
namespace {

constexpr char kTimeKey[] = "restore_time";
constexpr char kConfirmedKey[] = "restore_confirmed";

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
  if (note.confirmed) batch.Put(Family::kMeta, kConfirmedKey, "1");
}

}  // namespace aangan::storage::node
