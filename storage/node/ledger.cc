// SPDX-License-Identifier: Apache-2.0
// Debits and what is left: see ledger.h.
#include "storage/node/ledger.h"

#include <algorithm>

#include "base/canonical.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::storage::node {
namespace {

absl::Status Damaged() {
  return Problem(
      absl::StatusCode::kDataLoss, Reason::kDamaged,
      "the ledger's chain is broken; this node must not contribute: restore it, which counts the periods as spent");
}

std::string Body(const LedgerEntry& entry) {
  CanonicalWriter writer;
  writer.U64(entry.number)
      .I64(entry.period.year)
      .U8(static_cast<uint8_t>(entry.period.quarter))
      .I64(entry.nano_rho)
      .Fixed(entry.round_id);
  // Debits of before there were commitments, and those that a restore writes, end here.
  if (entry.audit != AuditCommitment()) writer.U64(entry.audit.place).Fixed(entry.audit.commitment);
  return std::move(writer).Take();
}

std::string Encode(const LedgerEntry& entry) { return Body(entry) + std::string(AsText(entry.head)); }

Digest Link(const Digest& before, absl::string_view body) { return Sha256({"aangan/v1/ledger", AsText(before), body}); }

absl::StatusOr<LedgerEntry> Parse(absl::string_view value) {
  LedgerEntry entry;
  CanonicalReader reader(value);
  ASSIGN_OR_RETURN(entry.number, reader.U64());
  ASSIGN_OR_RETURN(const int64_t year, reader.I64());
  ASSIGN_OR_RETURN(const uint8_t quarter, reader.U8());
  ASSIGN_OR_RETURN(entry.nano_rho, reader.I64());
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(entry.round_id)));
  if (reader.remaining() > sizeof(Digest)) {
    ASSIGN_OR_RETURN(entry.audit.place, reader.U64());
    RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(entry.audit.commitment)));
  }
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(entry.head)));
  RETURN_IF_ERROR(reader.End());
  entry.period = {static_cast<int16_t>(year), static_cast<int8_t>(quarter)};
  return entry;
}

}  // namespace

absl::StatusOr<std::vector<LedgerEntry>> ReadLedger(const Reader& reader) {
  std::vector<LedgerEntry> ledger;
  bool whole = true;
  RETURN_IF_ERROR(
      reader.Scan(Family::kLedger, KeyRange::All(), Order::kForward, [&](absl::string_view, absl::string_view value) {
        absl::StatusOr<LedgerEntry> entry = Parse(value);
        const Digest before = ledger.empty() ? Digest{} : ledger.back().head;
        // Encoded again it must be the same bytes: a year that no period has would be cut to another one.
        whole = entry.ok() && entry->number == ledger.size() + 1 && entry->nano_rho >= 0 &&
                entry->head == Link(before, Body(*entry)) && value == Encode(*entry);
        if (whole) ledger.push_back(*std::move(entry));
        return whole;
      }));
  if (!whole) return Damaged();
  return ledger;
}

LedgerEntry NextEntry(const std::vector<LedgerEntry>& ledger, const model::Period& period, int64_t nano_rho,
                      const Digest& round_id, const AuditCommitment& audit) {
  LedgerEntry entry;
  entry.number = ledger.size() + 1;
  entry.period = period;
  entry.nano_rho = nano_rho;
  entry.round_id = round_id;
  entry.audit = audit;
  entry.head = Link(ledger.empty() ? Digest{} : ledger.back().head, Body(entry));
  return entry;
}

void PutEntry(const LedgerEntry& entry, Batch& batch) {
  batch.Put(Family::kLedger, KeyWriter().U64(entry.number).Take(), Encode(entry));
}

// No round has the id of zeros: what was spent before is not known.
void PutPriorDebits(absl::Span<const OnceStore::PriorDebit> debits, std::vector<LedgerEntry>& ledger, Batch& batch) {
  for (const OnceStore::PriorDebit& debit : debits) {
    ledger.push_back(NextEntry(ledger, debit.period, debit.nano_rho, Digest{}, {}));
    PutEntry(ledger.back(), batch);
  }
}

absl::Status CheckDebit(const std::vector<LedgerEntry>& ledger, const RoundEntry& entry, int64_t cap_nano_rho) {
  for (const LedgerEntry& debit : ledger) {
    if (debit.period >= entry.period) {
      return Problem(
          absl::StatusCode::kFailedPrecondition, Reason::kPeriodTooOld,
          "this node contributed to this period or a later one already; earlier periods are closed for good");
    }
  }
  const int64_t left = BudgetLeftFor(ledger, entry.period, cap_nano_rho);
  if (entry.charge_nano_rho <= left) return absl::OkStatus();
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kBudget,
                 "the privacy budget of four periods does not allow this round; it can not be bought back")
      .Number("leftNanoRho", left)
      .Number("chargeNanoRho", entry.charge_nano_rho);
}

int64_t BudgetLeftFor(const std::vector<LedgerEntry>& ledger, const model::Period& period, int64_t cap_nano_rho) {
  int64_t most = 0;
  for (int first = period.index() - 3; first <= period.index(); ++first) {
    int64_t spent = 0;
    for (const LedgerEntry& entry : ledger) {
      const int index = entry.period.index();
      if (index >= first && index <= first + 3) spent += entry.nano_rho;
    }
    most = std::max(most, spent);
  }
  return std::max<int64_t>(0, cap_nano_rho - most);
}

}  // namespace aangan::storage::node
