// SPDX-License-Identifier: Apache-2.0
// Counting again: see recount.h.
#include "storage/node/recount.h"

#include <map>
#include <utility>

#include "base/problem.h"
#include "base/status.h"

namespace aangan::storage::node {

absl::StatusOr<VerifyReport> Recount(Sequencer& sequencer, const Batch& batch) {
  Tallies& tallies = sequencer.tallies();
  std::map<SetKey, std::pair<Tallies::Scope, SetCounts>> again;
  for (auto& [key, scope] : tallies.Counting()) again.emplace(key, std::pair(scope, Tallies::Empty(key, scope)));
  RETURN_IF_ERROR(sequencer.loader().ForEach(batch, [&](const model::MemberFacts& facts) {
    for (auto& [key, entry] : again) AddContribution(Contribution(facts, entry.first.tally), 1, entry.second);
    return absl::OkStatus();
  }));
  VerifyReport report;
  for (const auto& [key, entry] : again) {
    const std::optional<SetCounts> kept = tallies.WithPending(key);
    if (!kept.has_value()) continue;  // no longer wanted
    for (size_t cell = 0; cell < entry.second.counts.size(); ++cell) {
      if (kept->counts[cell] == entry.second.counts[cell]) continue;
      return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                     "a tally differs from a recount of the records; close no quarter and call for help")
          .Name("period", model::PeriodText(key.period))
          .Number("cell", static_cast<int64_t>(cell));
    }
    if (kept->members_cut != entry.second.members_cut) {
      return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "the number of members cut differs from a recount")
          .Name("period", model::PeriodText(key.period));
    }
    report.cells += static_cast<int64_t>(entry.second.counts.size());
    ++report.tally_sets;
  }
  RETURN_IF_ERROR(batch.Scan(Family::kRecords, KeyRange::All(), Order::kForward,
                             [&](absl::string_view, absl::string_view) { return ++report.records > 0; }));
  ASSIGN_OR_RETURN(const AuditFollower followed, FollowAudit(batch));
  RETURN_IF_ERROR(CheckAuditEnd(batch, sequencer.audit_head()));
  report.audit_entries = followed.entries();
  return report;
}

}  // namespace aangan::storage::node
