// SPDX-License-Identifier: Apache-2.0
// What the second store remembers of where it comes from: its incarnation; of a restore the moment, and whether
// somebody has confirmed it; and whether it was noted where the store lies (server/node/home). Threads: pure over what
// it is given. Errors: DATA_LOSS (DAMAGED).
#ifndef AANGAN_STORAGE_NODE_RESTORE_NOTE_H_
#define AANGAN_STORAGE_NODE_RESTORE_NOTE_H_

#include <array>
#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "storage/engine/batch.h"

namespace aangan::storage::node {

struct RestoreNote {
  int64_t time_us = 0;  // microseconds since 1970; 0: never restored
  bool confirmed = false;
};
absl::StatusOr<RestoreNote> ReadRestoreNote(const Reader& reader);
void PutRestoreNote(const RestoreNote& note, Batch& batch);

using Incarnation = std::array<uint8_t, 16>;
absl::StatusOr<std::optional<Incarnation>> ReadIncarnation(const Reader& reader);  // none in a new store
void PutIncarnation(const Incarnation& incarnation, Batch& batch);

// From then on it says something, too, when that note is missing.
absl::StatusOr<bool> ReadHomeNoted(const Reader& reader);
void PutHomeNoted(Batch& batch);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_RESTORE_NOTE_H_
