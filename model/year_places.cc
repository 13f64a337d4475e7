// SPDX-License-Identifier: Apache-2.0
// Places within one calendar year: see year_places.h.
#include "model/year_places.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/problem.h"
#include "model/dimensions.h"

namespace aangan::model {
namespace {

namespace fed = federation::v1;

// By id, because the order in which places stand says nothing.
std::map<std::string, std::pair<fed::PlaceKind, std::set<std::string>>> PartitionOf(const fed::Catalogue& catalogue) {
  std::map<std::string, std::pair<fed::PlaceKind, std::set<std::string>>> partition;
  for (const fed::Place& place : catalogue.places())
    partition[place.id()] = {place.kind(), {place.collectives().begin(), place.collectives().end()}};
  return partition;
}

std::set<fed::Event> TopicsByPlaces(const CompiledCatalogue& catalogue, bool yearly) {
  std::set<fed::Event> topics;
  for (const CompiledTable& table : catalogue.tables) {
    if (table.yearly != yearly ||
        std::find(table.dimensions.begin(), table.dimensions.end(), fed::DIMENSION_PLACE) == table.dimensions.end())
      continue;
    for (const size_t indicator : table.indicators)
      topics.insert(PlaceTopic(catalogue.indicators[indicator].filter.event));
  }
  return topics;
}

bool Meet(const std::set<fed::Event>& one, const std::set<fed::Event>& other) {
  return std::any_of(one.begin(), one.end(), [&](fed::Event topic) { return other.contains(topic); });
}

// The one that counts for the quarter, or none.
const CompiledCatalogue* HighestFor(const Period& quarter, const CompiledCatalogue& next,
                                    const std::vector<std::shared_ptr<const CompiledCatalogue>>& accepted) {
  const CompiledCatalogue* highest = next.ValidFor(quarter) ? &next : nullptr;
  for (const auto& each : accepted) {
    if (!each->ValidFor(quarter)) continue;
    if (highest == nullptr || each->source.version() > highest->source.version()) highest = each.get();
  }
  return highest;
}

}  // namespace

absl::Status CheckPlacesOfYear(const CompiledCatalogue& next,
                               const std::vector<std::shared_ptr<const CompiledCatalogue>>& accepted) {
  Problem problem(absl::StatusCode::kInvalidArgument, Reason::kCatalogueRefused,
                  "The catalogue does not go with the one that is in force in another quarter of the same year.");
  bool partition_changes = false;
  bool counted_twice = false;
  for (int16_t year = next.first_period.year; year <= next.last_period.year; ++year) {
    bool in_force = false;
    std::set<const CompiledCatalogue*> others;
    for (int8_t quarter = 1; quarter <= 4; ++quarter) {
      const CompiledCatalogue* highest = HighestFor({year, quarter}, next, accepted);
      in_force |= highest == &next;
      if (highest != nullptr && highest != &next) others.insert(highest);
    }
    for (const CompiledCatalogue* other : others) {
      if (!in_force || other->source.places().empty() || next.source.places().empty()) continue;
      partition_changes |= PartitionOf(next.source) != PartitionOf(other->source);
      counted_twice |= Meet(TopicsByPlaces(next, false), TopicsByPlaces(*other, true)) ||
                       Meet(TopicsByPlaces(next, true), TopicsByPlaces(*other, false));
    }
  }
  if (partition_changes)
    problem.Field("catalogue.places", "may change only with a first quarter: a year has one partition");
  if (counted_twice)
    problem.Field(
        "catalogue.tables",
        "must not count by places in quarters and in a year of the same calendar year, by whatever catalogue");
  if (problem.has_fields()) return problem;
  return absl::OkStatus();
}

}  // namespace aangan::model
