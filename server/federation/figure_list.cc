// SPDX-License-Identifier: Apache-2.0
// The figures of a round.
#include "server/federation/figure_list.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "base/problem.h"
#include "base/status.h"
#include "model/cells.h"
#include "model/left_out.h"
#include "privacy/plausible.h"
#include "privacy/round_numbers.h"

namespace aangan::federation {
namespace {

using model::CompiledTable;

// One cell of the round's vector.
struct RoundCell {
  const CompiledTable* table = nullptr;
  model::Cell cell = 0;  // within the vector of its frequency
};

std::vector<RoundCell> CellsOf(const RoundGround& ground) {
  std::vector<RoundCell> cells;
  for (const bool yearly : {false, true}) {
    if (yearly && ground.quarter.quarter != 4) continue;
    for (const CompiledTable& table : ground.catalogue->tables) {
      if (table.yearly != yearly) continue;
      for (uint32_t i = 0; i < table.cell_count; ++i) cells.push_back({&table, table.first_cell + i});
    }
  }
  return cells;
}

// Period, name, form and coverage; no value yet.
v1::Figure Begin(const RoundGround& ground, const v1::RoundDescriptor& descriptor, const RoundCell& at) {
  const model::CellName name = model::NameOfCell(*ground.catalogue, at.table->yearly, at.cell);
  v1::Figure figure;
  figure.set_period(model::PeriodText(at.table->yearly ? ground.quarter.Year() : ground.quarter));
  figure.set_table(name.table);
  figure.set_indicator(name.indicator);
  for (size_t i = 0; i < name.codes.size(); ++i) {
    v1::FigureCode& code = *figure.add_codes();
    code.set_dimension(at.table->dimensions[i]);
    code.set_code(name.codes[i]);
  }
  figure.set_rehearsal(descriptor.rehearsal());
  figure.set_form(descriptor.form());
  figure.set_collectives(ground.roster.collectives_size());
  return figure;
}

absl::Status Damaged() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "A national release does not have the sums that its freeze gives.");
}

// Of the noise that is really in a figure: of a direct round each contributor added the whole variance, of a summed one
// a part in h.
std::map<std::string, model::NoiseVariance> VariancesOf(const v1::NationalRelease& release) {
  const v1::RoundDescriptor& descriptor = release.round_descriptor();
  const int64_t parts = descriptor.form() == v1::ROUND_FORM_SUMMED ? descriptor.h() : 1;
  std::map<std::string, model::NoiseVariance> variances;
  for (const v1::TableVariance& each : descriptor.variances())
    variances[each.table()] = {each.numerator() * release.contributors_size(), each.denominator() * parts};
  return variances;
}

std::vector<bool> LeftOutOf(const v1::NationalRelease& release, const RoundGround& ground) {
  const std::set<std::string> inside(release.contributors().begin(), release.contributors().end());
  return model::LeftOutCells(*ground.catalogue, ground.quarter,
                             model::LeftOutPlaces(*ground.catalogue, ground.roster, inside));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> SpoiltTablesOf(const v1::NationalRelease& release, const RoundGround& ground) {
  const std::vector<bool> left_out = LeftOutOf(release, ground);
  if (static_cast<ptrdiff_t>(release.sums_size()) != std::count(left_out.begin(), left_out.end(), false))
    return Damaged();
  const std::vector<int64_t> sums(release.sums().begin(), release.sums().end());
  return privacy::SpoiltTables(*ground.catalogue, ground.quarter, privacy::NumbersOf(ground.roster.collectives_size()),
                               {left_out, sums});
}

void SetMeasured(int64_t sum, const model::NoiseVariance& variance, v1::Figure& figure) {
  figure.set_raw(sum);
  figure.set_variance_hundredths(model::Hundredths(variance));
  const model::FigureValue value = model::FigureOf(sum, variance);
  if (const auto* number = std::get_if<model::Number>(&value)) {
    figure.set_value(v1::FIGURE_VALUE_NUMBER);
    figure.set_number(number->value);
    figure.set_margin(number->margin);
  } else if (const auto* too_few = std::get_if<model::TooFewToSay>(&value)) {
    figure.set_value(v1::FIGURE_VALUE_TOO_FEW_TO_SAY);
    figure.set_margin(too_few->margin);
  }
}

absl::StatusOr<std::vector<v1::Figure>> FiguresOf(const v1::NationalRelease& release, const RoundGround& ground) {
  const std::vector<bool> left_out = LeftOutOf(release, ground);
  const std::map<std::string, model::NoiseVariance> variances = VariancesOf(release);
  const std::vector<RoundCell> cells = CellsOf(ground);
  ASSIGN_OR_RETURN(const std::vector<std::string> spoilt, SpoiltTablesOf(release, ground));
  const std::set<std::string> withheld(spoilt.begin(), spoilt.end());
  std::vector<v1::Figure> figures;
  int opened = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    v1::Figure figure = Begin(ground, release.round_descriptor(), cells[i]);
    figure.set_state(release.state());
    figure.set_contributors(release.contributors_size());
    // What is disputed is withdrawn: nobody can say which of the answers is wrong. A spoilt table is, as a whole.
    const bool is_withheld = release.state() == v1::RELEASE_STATE_DISPUTED || withheld.contains(cells[i].table->id);
    const int at = left_out[i] ? -1 : opened++;
    if (left_out[i] || is_withheld) {
      figure.set_value(v1::FIGURE_VALUE_NOT_REPORTED);
    } else {
      const auto variance = variances.find(cells[i].table->id);
      if (variance == variances.end()) return Damaged();
      SetMeasured(release.sums(at), variance->second, figure);
    }
    figures.push_back(std::move(figure));
  }
  return figures;
}

std::vector<v1::Figure> FiguresOfVoid(const v1::RoundDescriptor& descriptor, const RoundGround& ground) {
  std::vector<v1::Figure> figures;
  for (const RoundCell& cell : CellsOf(ground)) {
    figures.push_back(Begin(ground, descriptor, cell));
    figures.back().set_value(v1::FIGURE_VALUE_NOT_REPORTED);
  }
  return figures;
}

std::vector<v1::Figure> FiguresNotCollected(const model::CompiledCatalogue& catalogue, const model::Period& period) {
  std::vector<v1::Figure> figures;
  for (const CompiledTable& table : catalogue.tables) {
    if (table.yearly != period.is_year()) continue;
    for (const size_t indicator : table.indicators) {
      v1::Figure& figure = figures.emplace_back();
      figure.set_period(model::PeriodText(period));
      figure.set_table(table.id);
      figure.set_indicator(catalogue.indicators[indicator].id);
      figure.set_value(v1::FIGURE_VALUE_NOT_COLLECTED);
    }
  }
  return figures;
}

std::vector<v1::Figure> FiguresSuppressed(const v1::NationalRelease& release, const RoundGround& ground,
                                          const std::string& state) {
  const auto& places = ground.catalogue->source.places();
  const bool asked_for = std::any_of(places.begin(), places.end(), [&](const v1::Place& p) { return p.id() == state; });
  const auto& collectives = ground.roster.collectives();
  const bool in_roster = std::any_of(collectives.begin(), collectives.end(),
                                     [&](const v1::Collective& each) { return each.state() == state; });
  std::vector<v1::Figure> figures;
  if (asked_for || !in_roster) return figures;
  for (const CompiledTable& table : ground.catalogue->tables) {
    if (table.yearly && ground.quarter.quarter != 4) continue;
    const auto by_place = std::find(table.dimensions.begin(), table.dimensions.end(), v1::DIMENSION_PLACE);
    if (by_place == table.dimensions.end()) continue;
    for (size_t i = 0; i < table.indicators.size(); ++i) {
      const std::vector<uint32_t> first(table.dimensions.size(), 0);
      v1::Figure figure = Begin(ground, release.round_descriptor(), {&table, model::CellOf(table, i, first)});
      figure.clear_codes();
      v1::FigureCode& code = *figure.add_codes();
      code.set_dimension(v1::DIMENSION_PLACE);
      code.set_code(state);
      figure.set_state(release.state());
      figure.set_contributors(release.contributors_size());
      figure.set_value(v1::FIGURE_VALUE_SUPPRESSED);
      figures.push_back(std::move(figure));
    }
  }
  return figures;
}

}  // namespace aangan::federation
