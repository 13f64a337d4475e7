// SPDX-License-Identifier: Apache-2.0
// The audit log and the ledger.
#include "server/node/audit_ledger.h"

#include <string>
#include <vector>

#include "base/canonical.h"
#include "base/problem.h"
#include "base/status.h"
#include "privacy/contribution.h"

namespace aangan::node {
namespace {

using storage::node::AuditCommitment;
using storage::node::AuditEntry;
using storage::node::LedgerEntry;
using storage::node::NodeStore;
using storage::node::OnceStore;

AuditCommitment Commitment(const NodeStore& store, const Digest& round_id, uint64_t place, const Digest& chain_hash) {
  const SecretBytes key = store.DeriveKey("audit commitment");
  const std::string bytes = CanonicalWriter().Fixed(round_id).U64(place).Fixed(chain_hash).bytes();
  return {place, HmacSha256(key.span(), bytes)};
}

absl::Status Shortened(const LedgerEntry& debit) {
  return Problem(absl::StatusCode::kDataLoss, Reason::kLogShortened,
                 "the audit log ends before the moment when a contribution was approved: its end was cut off, or an "
                 "older log was put in its place")
      .Name("period", model::PeriodText(debit.period));
}

absl::Status Differs(const LedgerEntry& debit) {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "the audit log is not the one that stood here when a contribution was approved: another was put in "
                 "its place")
      .Name("period", model::PeriodText(debit.period));
}

absl::Status OtherLedger(const LedgerEntry& debit) {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "the ledger is not the one that was signed into a contribution: another was put in its place")
      .Name("period", model::PeriodText(debit.period));
}

absl::Status CheckLog(const NodeStore& store, const LedgerEntry& debit) {
  ASSIGN_OR_RETURN(const std::vector<AuditEntry> newest, store.ListAudit(std::nullopt, 0, 1));
  const uint64_t place = debit.audit.place;
  if (newest.empty() || newest.front().sequence < place) return Shortened(debit);
  ASSIGN_OR_RETURN(const std::vector<AuditEntry> there, store.ListAudit(std::nullopt, place + 1, 1));
  if (there.empty() || there.front().sequence != place) return Differs(debit);
  const AuditCommitment now = Commitment(store, debit.round_id, place, there.front().chain_hash);
  return now.commitment == debit.audit.commitment ? absl::OkStatus() : Differs(debit);
}

}  // namespace

absl::StatusOr<AuditCommitment> CommitToAudit(const NodeStore& store, const Digest& round_id) {
  ASSIGN_OR_RETURN(const std::vector<AuditEntry> newest, store.ListAudit(std::nullopt, 0, 1));
  if (newest.empty()) return AuditCommitment();
  return Commitment(store, round_id, newest.front().sequence, newest.front().chain_hash);
}

absl::StatusOr<int32_t> HoldToLedger(const NodeStore& store, const OnceStore& once) {
  int32_t held = 0;
  ASSIGN_OR_RETURN(const std::vector<LedgerEntry> ledger, once.Ledger());
  for (const LedgerEntry& debit : ledger) {
    if (debit.audit.place == 0 || once.SitsOut(debit.period)) continue;
    ASSIGN_OR_RETURN(const auto round, once.GetRound(debit.period));
    ASSIGN_OR_RETURN(const Digest head, privacy::LedgerHeadIn(round.contribution));
    if (head != debit.head) return OtherLedger(debit);
    RETURN_IF_ERROR(CheckLog(store, debit));
    ++held;
  }
  return held;
}

}  // namespace aangan::node
