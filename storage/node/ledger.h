// SPDX-License-Identifier: Apache-2.0
// The ledger: a node's durable account of privacy budget, in integer nano-rho, hash-chained, never refunded.
//
// head(n) = SHA-256("aangan/v1/ledger" | head(n-1) | u64 number | i64 year | u8 quarter | i64 nano-rho | round id |
// u64 place in the audit log | commitment to it 32); without the last two where there is no commitment.
// Source: protocol.md 3; reference 5.5. Threads: pure over what it is given. Errors: DATA_LOSS (DAMAGED).
#ifndef AANGAN_STORAGE_NODE_LEDGER_H_
#define AANGAN_STORAGE_NODE_LEDGER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "storage/engine/batch.h"
#include "storage/node/once_store.h"

namespace aangan::storage::node {

// Oldest first; the chain is followed.
absl::StatusOr<std::vector<LedgerEntry>> ReadLedger(const Reader& reader);
// The entry that a debit would make behind these.
LedgerEntry NextEntry(const std::vector<LedgerEntry>& ledger, const model::Period& period, int64_t nano_rho,
                      const Digest& round_id, const AuditCommitment& audit);
void PutEntry(const LedgerEntry& entry, Batch& batch);
// Debits of rounds that are not known, behind these.
void PutPriorDebits(absl::Span<const OnceStore::PriorDebit> debits, std::vector<LedgerEntry>& ledger, Batch& batch);

// May this round be debited? FAILED_PRECONDITION (PERIOD_TOO_OLD) when a debit is of its period or a later one;
// (BUDGET) when any four consecutive periods would pass the cap.
absl::Status CheckDebit(const std::vector<LedgerEntry>& ledger, const RoundEntry& entry, int64_t cap_nano_rho);

// The cap less the most that any four consecutive periods with `period` in them hold already; not below 0.
int64_t BudgetLeftFor(const std::vector<LedgerEntry>& ledger, const model::Period& period, int64_t cap_nano_rho);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_LEDGER_H_
