// SPDX-License-Identifier: Apache-2.0
// Late records, quarter by quarter: see late_counts.h.
#include "server/node/late_counts.h"

#include <utility>

#include "base/status.h"

namespace aangan::node {
namespace {

using storage::node::ApprovedQuarter;
using storage::node::CountedBy;
using storage::node::RoundEntry;
using storage::node::Stage;

constexpr int kQuartersBehind = 4;

// Its numbers can not change any more, and stand in figures or still may.
bool HasNumbers(const RoundEntry& entry) {
  return entry.approve_time_us != 0 &&
         (entry.stage == Stage::kApproved || entry.stage == Stage::kSent || entry.stage == Stage::kReceived);
}

}  // namespace

absl::StatusOr<CountedBy> LateCounts::CountedUnder(std::shared_ptr<const model::CompiledCatalogue> catalogue) const {
  CountedBy by;
  if (const auto membership = rooms_.identity->membership()) by.place = catalogue->PlaceOf(membership->collective);
  by.catalogue = std::move(catalogue);
  return by;
}

absl::StatusOr<std::optional<CountedBy>> LateCounts::YearOf(const RoundEntry& entry) const {
  const model::Period last{entry.period.year, 4};
  const absl::StatusOr<RoundEntry> fourth = rooms_.once->GetRound(last);
  if (!fourth.ok() && !absl::IsNotFound(fourth.status())) return fourth.status();
  const bool open = !fourth.ok() || fourth->stage == Stage::kAnnounced || fourth->stage == Stage::kProposed;
  if (open && rooms_.once->SitsOut(last)) return std::optional<CountedBy>();
  if (!open && !HasNumbers(*fourth)) return std::optional<CountedBy>();
  auto catalogue = fourth.ok() ? rooms_.book->CatalogueByDigest(fourth->catalogue) : rooms_.book->CatalogueFor(last);
  // None is agreed on for the fourth quarter yet: the quarter's own says what it would be.
  if (!catalogue.ok()) catalogue = rooms_.book->CatalogueByDigest(entry.catalogue);
  RETURN_IF_ERROR(catalogue.status());
  ASSIGN_OR_RETURN(CountedBy year, CountedUnder(*std::move(catalogue)));
  if (!open) year.approve_time_us = fourth->approve_time_us;
  return std::optional<CountedBy>(std::move(year));
}

absl::StatusOr<std::vector<v1::LateRecords>> LateCounts::Count() const {
  const int running = model::QuarterOf(model::DayInIndia(rooms_.clock->Now())).index();
  std::vector<ApprovedQuarter> quarters;
  for (int index = running - kQuartersBehind; index < running; ++index) {
    const absl::StatusOr<RoundEntry> entry = rooms_.once->GetRound(model::QuarterFromIndex(index));
    if (absl::IsNotFound(entry.status())) continue;
    RETURN_IF_ERROR(entry.status());
    if (!HasNumbers(*entry)) continue;
    ApprovedQuarter one;
    one.quarter = entry->period;
    ASSIGN_OR_RETURN(auto catalogue, rooms_.book->CatalogueByDigest(entry->catalogue));
    ASSIGN_OR_RETURN(one.round, CountedUnder(std::move(catalogue)));
    one.round.approve_time_us = entry->approve_time_us;
    ASSIGN_OR_RETURN(one.year, YearOf(*entry));
    quarters.push_back(std::move(one));
  }
  ASSIGN_OR_RETURN(const std::vector<storage::node::LateRecords> counted, rooms_.store->CountLate(quarters));
  std::vector<v1::LateRecords> late;
  for (const storage::node::LateRecords& each : counted) {
    v1::LateRecords& one = late.emplace_back();
    one.set_period(model::PeriodText(each.quarter));
    one.set_records(each.records);
    one.set_counted_in_year(each.counted_in_year);
  }
  return late;
}

}  // namespace aangan::node
