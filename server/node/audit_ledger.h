// SPDX-License-Identifier: Apache-2.0
// Ties the audit log to what leaves the node: each debit of the ledger commits to where the log stood, and the ledger's
// head is signed into the contribution that others hold. A log that was cut off or replaced later does not fit.
//
// The commitment is HMAC-SHA-256 under a key derived from the node's master key, over the round, the place of the
// newest entry and the chain's hash after it: without that key it says nothing, and two are never equal. Source:
// docs/decisions/0015. Threads: thread-safe. Errors: those of the stores; DATA_LOSS (LOG_SHORTENED) for a log that ends
// before a commitment, (DAMAGED) for another log or another ledger; the contribution's period stands in it.
#ifndef AANGAN_SERVER_NODE_AUDIT_LEDGER_H_
#define AANGAN_SERVER_NODE_AUDIT_LEDGER_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "base/digest.h"
#include "storage/node/node_store.h"
#include "storage/node/once_store.h"

namespace aangan::node {

// As the audit log stands now.
absl::StatusOr<storage::node::AuditCommitment> CommitToAudit(const storage::node::NodeStore& store,
                                                             const Digest& round_id);

// Holds a log whose chain was followed to every contribution since the last restore, which puts an older log in its
// place and is no attack. How many there are.
absl::StatusOr<int32_t> HoldToLedger(const storage::node::NodeStore& store, const storage::node::OnceStore& once);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_AUDIT_LEDGER_H_
