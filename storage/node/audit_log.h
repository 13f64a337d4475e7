// SPDX-License-Identifier: Apache-2.0
// The audit log: who did what to which record and when, each entry chained to the one before (base/audit_chain). Names
// are pseudonymous; no personal value is ever in it.
//
// Threads: the chain belongs to the sequencer; reading is thread-safe. Errors: DATA_LOSS (DAMAGED) for a broken chain.
#ifndef AANGAN_STORAGE_NODE_AUDIT_LOG_H_
#define AANGAN_STORAGE_NODE_AUDIT_LOG_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/audit_chain.h"
#include "model/names.h"
#include "storage/engine/batch.h"
#include "storage/engine/reader.h"
#include "storage/node/node_store.h"

namespace aangan::storage::node {

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
// Entries behind `after` (exclusive; 0 means from the oldest), oldest first.
absl::StatusOr<std::vector<AuditEntry>> ReadAuditAfter(const Reader& reader, uint64_t after, size_t limit);
// Follows the whole chain; the follower remembers the hashes after these numbers of entries.
absl::StatusOr<AuditFollower> FollowAudit(const Reader& reader, std::set<int64_t> remember = {});
// The newest entry must follow from the one before and be the last commit's: DATA_LOSS (DAMAGED) when entries were
// taken away, changed or added at the end.
absl::Status CheckAuditEnd(const Reader& reader, const Digest& of_last_commit);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_AUDIT_LOG_H_
