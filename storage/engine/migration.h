// SPDX-License-Identifier: Apache-2.0
// From an older format to today's in small steps, each one synced batch that also writes the new number: a kill in the
// middle leaves a whole store of one format or the next.
//
// Threads: called while a store is opened, by one thread. Errors: what a step says; FAILED_PRECONDITION (NEWER_FORMAT)
// for a store of a newer program; DATA_LOSS (DAMAGED) for a format that no step leads on from.
#ifndef AANGAN_STORAGE_ENGINE_MIGRATION_H_
#define AANGAN_STORAGE_ENGINE_MIGRATION_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/literal.h"
#include "storage/engine/batch.h"

namespace aangan::storage {

// From format `from` to `from` + 1. `run` adds its changes to the batch and reads the store through it. A step that is
// too large for one batch must be safe to run again from its start.
struct MigrationStep {
  uint32_t from;
  Literal name;
  std::function<absl::Status(Batch& batch)> run;
};

// Runs the steps from `stored` on until the store has format `target`. `write` makes one batch durable.
absl::Status Migrate(const Reader& store, uint32_t stored, uint32_t target, absl::Span<const MigrationStep> steps,
                     const std::function<absl::Status(const Batch&)>& write);

// The format number in the family meta.
absl::StatusOr<std::optional<uint32_t>> ReadFormat(const Reader& store);
void PutFormat(uint32_t format, Batch& batch);

}  // namespace aangan::storage

#endif  // AANGAN_STORAGE_ENGINE_MIGRATION_H_
