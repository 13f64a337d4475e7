// SPDX-License-Identifier: Apache-2.0
// National totals of a round.
#include "server/federation/total_list.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/status.h"
#include "privacy/totals.h"
#include "server/federation/figure_list.h"

namespace aangan::federation {
namespace {

using model::CompiledTable;
using privacy::Measured;

bool ByPlace(const CompiledTable& table) {
  return std::find(table.dimensions.begin(), table.dimensions.end(), v1::DIMENSION_PLACE) != table.dimensions.end();
}

// Figures of one indicator in one table.
std::vector<const v1::Figure*> CellsOf(const std::vector<v1::Figure>& figures, const std::string& table,
                                       const std::string& indicator) {
  std::vector<const v1::Figure*> cells;
  for (const v1::Figure& each : figures) {
    if (each.table() == table && each.indicator() == indicator) cells.push_back(&each);
  }
  return cells;
}

// What they add up to, if all of them were opened.
absl::StatusOr<std::optional<Measured>> WholeOf(const std::vector<const v1::Figure*>& cells) {
  std::vector<Measured> parts;
  for (const v1::Figure* cell : cells) {
    if (!cell->has_raw()) return std::optional<Measured>();
    parts.push_back({cell->raw(), {cell->variance_hundredths(), 100}});
  }
  ASSIGN_OR_RETURN(const Measured whole, privacy::SumOf(parts));
  return std::optional<Measured>(whole);
}

// Of no table yet.
v1::Figure Begin(const v1::Figure& cell) {
  v1::Figure total;
  total.set_period(cell.period());
  total.set_indicator(cell.indicator());
  total.set_state(cell.state());
  total.set_rehearsal(cell.rehearsal());
  total.set_form(cell.form());
  total.set_contributors(cell.contributors());
  total.set_collectives(cell.collectives());
  total.set_value(v1::FIGURE_VALUE_NOT_REPORTED);
  return total;
}

struct Ground {
  const std::vector<v1::Figure>& figures;
  const model::CompiledCatalogue& catalogue;
  bool all_have_a_place = false;
};

// None when no table measures it.
absl::StatusOr<std::optional<v1::Figure>> TotalOf(const Ground& ground, size_t indicator, bool yearly) {
  std::optional<v1::Figure> total;
  std::vector<Measured> measurements;
  for (const size_t index : privacy::TablesOfTotal(ground.catalogue, indicator, yearly)) {
    const CompiledTable& table = ground.catalogue.tables[index];
    const auto cells = CellsOf(ground.figures, table.id, ground.catalogue.indicators[indicator].id);
    if (cells.empty()) continue;
    if (!total) total = Begin(*cells.front());
    if (ByPlace(table) && !ground.all_have_a_place) continue;
    ASSIGN_OR_RETURN(const std::optional<Measured> whole, WholeOf(cells));
    if (!whole) continue;
    measurements.push_back(*whole);
    total->add_measured_by(table.id);
  }
  if (!measurements.empty()) {
    ASSIGN_OR_RETURN(const Measured best, privacy::LeastSquares(measurements));
    SetMeasured(best.sum, best.variance, *total);
  }
  return total;
}

}  // namespace

absl::StatusOr<std::vector<v1::Figure>> TotalsOf(const std::vector<v1::Figure>& figures,
                                                 const std::vector<std::string>& contributors,
                                                 const RoundGround& ground) {
  const model::CompiledCatalogue& catalogue = *ground.catalogue;
  const Ground all = {figures, catalogue,
                      std::all_of(contributors.begin(), contributors.end(),
                                  [&](const std::string& each) { return catalogue.PlaceOf(each).has_value(); })};
  std::vector<v1::Figure> totals;
  for (const bool yearly : {false, true}) {
    if (yearly && ground.quarter.quarter != 4) continue;
    for (size_t indicator = 0; indicator < catalogue.indicators.size(); ++indicator) {
      ASSIGN_OR_RETURN(std::optional<v1::Figure> total, TotalOf(all, indicator, yearly));
      if (total) totals.push_back(*std::move(total));
    }
  }
  return totals;
}

}  // namespace aangan::federation
