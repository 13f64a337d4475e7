// SPDX-License-Identifier: Apache-2.0
// Places and cells that a freeze leaves out: see left_out.h.
#include "model/left_out.h"

#include <algorithm>

#include "base/check.h"
#include "model/catalogue_lint.h"

namespace aangan::model {
namespace {

namespace fed = federation::v1;

constexpr int kZoneContributorsMin = 3;
constexpr int kFewRevealed = 2;  // one or two collectives behind a difference

bool IsLeftOut(const fed::Place& place, const fed::Roster& roster, const std::set<std::string>& contributors) {
  const std::set<std::string> listed(place.collectives().begin(), place.collectives().end());
  int in_roster = 0;
  int in_freeze = 0;
  bool state_as_signed = true;
  for (const fed::Collective& collective : roster.collectives()) {
    const bool is_listed = listed.contains(collective.id());
    in_roster += is_listed;
    in_freeze += is_listed && contributors.contains(collective.id());
    state_as_signed &= is_listed == (collective.state() == place.id());
  }
  if (place.kind() == fed::PLACE_KIND_ZONE) return in_roster < kZoneCollectivesMin || in_freeze < kZoneContributorsMin;
  return !state_as_signed || in_freeze != static_cast<int>(listed.size());
}

}  // namespace

std::vector<bool> LeftOutPlaces(const CompiledCatalogue& catalogue, const fed::Roster& roster,
                                const std::set<std::string>& contributors) {
  std::vector<bool> left_out;
  for (const fed::Place& place : catalogue.source.places()) left_out.push_back(IsLeftOut(place, roster, contributors));
  int unseen = 0;  // collectives of the freeze whose numbers are in national cells and in no place
  for (const std::string& collective : contributors) {
    const std::optional<uint32_t> place = catalogue.PlaceOf(collective);
    unseen += !place.has_value() || left_out[*place];
  }
  if (unseen >= 1 && unseen <= kFewRevealed) left_out.assign(left_out.size(), true);
  return left_out;
}

std::vector<bool> LeftOutCells(const CompiledCatalogue& catalogue, const Period& quarter,
                               const std::vector<bool>& left_out_places) {
  std::vector<bool> left_out(catalogue.RoundCellCount(quarter), false);
  for (const CompiledTable& table : catalogue.tables) {
    if (table.yearly && quarter.quarter != 4) continue;
    const auto by_place = std::find(table.dimensions.begin(), table.dimensions.end(), fed::DIMENSION_PLACE);
    if (by_place == table.dimensions.end()) continue;
    uint32_t stride = 1;  // cells from one place to the next
    for (auto it = by_place + 1; it != table.dimensions.end(); ++it)
      stride *= table.dimension_sizes[static_cast<size_t>(it - table.dimensions.begin())];
    const uint32_t first = table.first_cell + (table.yearly ? catalogue.quarter_cell_count : 0);
    const uint32_t places = static_cast<uint32_t>(left_out_places.size());
    AANGAN_CHECK(places == table.dimension_sizes[static_cast<size_t>(by_place - table.dimensions.begin())]);
    for (uint32_t cell = 0; cell < table.cell_count; ++cell)
      left_out[first + cell] = left_out_places[cell / stride % places];
  }
  return left_out;
}

}  // namespace aangan::model
