// SPDX-License-Identifier: Apache-2.0
// The audit log: who did what to which record and when, each entry chained to the one before by SHA-256. Names are
// pseudonymous; no personal value is ever in it.
//
// hash(entry) = SHA-256(hash before | u64 sequence | u32 number | i64 time | u8 action | actor | resource).
// Threads: the chain belongs to the sequencer; reading is thread-safe. Errors: DATA_LOSS (DAMAGED) for a broken chain.
#ifndef AANGAN_STORAGE_NODE_AUDIT_LOG_H_
#define AANGAN_STORAGE_NODE_AUDIT_LOG_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/names.h"
#include "storage/engine/batch.h"
#include "storage/engine/reader.h"
#include "storage/node/node_store.h"

namespace aangan::storage::node {

// Sequence of a commit and number within it as one number, newest largest.
inline constexpr int kAuditNumberBits = 20;

// One entry that waits for its place in the chain.
struct AuditNote {
  Action action = Action::kCreated;
  std::string actor;
  std::string resource;
  std::optional<model::Id> member;
};

// Writes notes behind `head`, numbered from `number` on within the commit; returns the new head.
Digest AppendAudit(uint64_t sequence, uint32_t number, int64_t time_us, const std::vector<AuditNote>& notes,
                   const Digest& head, Batch& batch);

absl::StatusOr<std::vector<AuditEntry>> ReadAudit(const Reader& reader, const std::optional<model::Id>& member,
                                                  uint64_t before, size_t limit);
// Follows the whole chain; returns the number of entries and the head.
struct AuditChain {
  int64_t entries = 0;
  Digest head{};
};
absl::StatusOr<AuditChain> FollowAudit(const Reader& reader);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_AUDIT_LOG_H_
