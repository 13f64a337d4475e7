// SPDX-License-Identifier: Apache-2.0
// What the second store remembers of a restore: its moment, and whether somebody has confirmed it.
// Threads: pure over what it is given. Errors: DATA_LOSS (DAMAGED).
#ifndef AANGAN_STORAGE_NODE_RESTORE_NOTE_H_
#define AANGAN_STORAGE_NODE_RESTORE_NOTE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "storage/engine/batch.h"

namespace aangan::storage::node {

struct RestoreNote {
  int64_t time_us = 0;  // microseconds since 1970; 0: never restored
  bool confirmed = false;
};
absl::StatusOr<RestoreNote> ReadRestoreNote(const Reader& reader);
void PutRestoreNote(const RestoreNote& note, Batch& batch);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_RESTORE_NOTE_H_
