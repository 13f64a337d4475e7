// SPDX-License-Identifier: Apache-2.0
// Counting what came too late: see late_records.h.
#include "storage/node/late_records.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "base/status.h"
#include "model/tally.h"

namespace aangan::storage::node {
namespace {

using model::RecordEvents;

// One member's facts by the moments at which they are asked for.
using FactsByTime = std::map<int64_t, model::MemberFacts>;

std::set<int64_t> MomentsOf(absl::Span<const ApprovedQuarter> quarters) {
  std::set<int64_t> moments = {kAllTime};
  for (const ApprovedQuarter& each : quarters) {
    moments.insert(each.round.approve_time_us);
    if (each.year) moments.insert(each.year->approve_time_us);
  }
  return moments;
}

absl::StatusOr<FactsByTime> FactsOfMember(const Reader& reader, const MemberFactsLoader& loader,
                                          const model::Id& member, const std::set<int64_t>& moments) {
  std::map<int64_t, FactsGatherer> gatherers;
  for (const int64_t moment : moments) gatherers.emplace(moment, FactsGatherer(member, moment));
  RETURN_IF_ERROR(loader.ForEachRecord(reader, member, [&](const model::RecordName& name, const Record& record) {
    for (auto& [moment, gatherer] : gatherers) gatherer.Add(name, record);
  }));
  FactsByTime facts;
  for (auto& [moment, gatherer] : gatherers) facts.emplace(moment, std::move(gatherer).Take());
  return facts;
}

RecordEvents EventsOf(const model::MemberFacts& facts, const CountedBy& by, const model::Period& period) {
  return model::CountedEvents(facts, {by.catalogue.get(), period, by.place, {}});
}

std::set<model::Id> RecordsOf(const RecordEvents& events) {
  std::set<model::Id> records;
  for (const auto& [record, event] : events) records.insert(record);
  return records;
}

void AddMember(const FactsByTime& facts, const ApprovedQuarter& quarter, LateRecords& late) {
  const RecordEvents now = EventsOf(facts.at(kAllTime), quarter.round, quarter.quarter);
  const RecordEvents then = EventsOf(facts.at(quarter.round.approve_time_us), quarter.round, quarter.quarter);
  RecordEvents added;
  std::set_difference(now.begin(), now.end(), then.begin(), then.end(), std::inserter(added, added.end()));
  if (added.empty()) return;
  late.records += static_cast<int64_t>(RecordsOf(added).size());
  if (!quarter.year) return;
  const RecordEvents year = EventsOf(facts.at(quarter.year->approve_time_us), *quarter.year, quarter.quarter.Year());
  RecordEvents both;
  std::set_intersection(added.begin(), added.end(), year.begin(), year.end(), std::inserter(both, both.end()));
  late.counted_in_year += static_cast<int64_t>(RecordsOf(both).size());
}

}  // namespace

absl::StatusOr<std::vector<LateRecords>> CountLate(const Reader& reader, const MemberFactsLoader& loader,
                                                   absl::Span<const ApprovedQuarter> quarters) {
  std::vector<LateRecords> late;
  for (const ApprovedQuarter& each : quarters) late.push_back({each.quarter, 0, 0});
  if (quarters.empty()) return late;
  const std::set<int64_t> moments = MomentsOf(quarters);
  RETURN_IF_ERROR(loader.ForEachId(reader, [&](const model::Id& member) -> absl::Status {
    ASSIGN_OR_RETURN(const FactsByTime facts, FactsOfMember(reader, loader, member, moments));
    for (size_t i = 0; i < quarters.size(); ++i) AddMember(facts, quarters[i], late[i]);
    return absl::OkStatus();
  }));
  return late;
}

}  // namespace aangan::storage::node
