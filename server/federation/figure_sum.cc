// SPDX-License-Identifier: Apache-2.0
// Figures of several rosters, added up.
#include "server/federation/figure_sum.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "privacy/totals.h"

namespace aangan::federation {
namespace {

using privacy::Measured;

bool ByPlace(const v1::Figure& figure) {
  return std::any_of(figure.codes().begin(), figure.codes().end(),
                     [](const v1::FigureCode& code) { return code.dimension() == v1::DIMENSION_PLACE; });
}

// What makes two figures the same cell.
std::string NameOf(const v1::Figure& figure) {
  std::string name = absl::StrCat(figure.period(), " ", figure.table(), " ", figure.indicator());
  for (const v1::FigureCode& code : figure.codes()) absl::StrAppend(&name, " ", code.dimension(), "=", code.code());
  return name;
}

// What makes two cells count the same: the question, and how a member's records are cut. A total cuts nobody
// (privacy/totals), so of its tables only the weight counts. A rehearsal counts the same as a rehearsal alone.
std::string DefinitionOf(const v1::Figure& figure, const model::CompiledCatalogue& catalogue) {
  std::string definition = figure.rehearsal() ? "rehearsal " : "";
  for (const v1::Indicator& each : catalogue.source.indicators()) {
    if (each.id() == figure.indicator())
      absl::StrAppend(&definition, each.unit(), " ", each.first_time(), " ", each.filter().SerializeAsString());
  }
  for (const model::CompiledTable& table : catalogue.tables) {
    if (table.id == figure.table()) {
      absl::StrAppend(&definition, " ", table.member_weight_max, " ", table.member_cells_max, " ",
                      table.yearly ? catalogue.member_cells_year_max : catalogue.member_cells_quarter_max);
    } else if (figure.measured_by_size() > 0 && table.id == figure.measured_by(0)) {
      absl::StrAppend(&definition, " ", table.member_weight_max);
    }
  }
  return definition;
}

struct Sum {
  v1::Figure figure;
  std::string definition;  // of the first that was measured
  std::vector<Measured> parts;
};

// The state that holds for all of them: provisional as long as one is.
v1::ReleaseState Together(v1::ReleaseState a, v1::ReleaseState b) {
  if (a == b || b == v1::RELEASE_STATE_UNSPECIFIED) return a;
  if (a == v1::RELEASE_STATE_UNSPECIFIED) return b;
  if (a == v1::RELEASE_STATE_PROVISIONAL || b == v1::RELEASE_STATE_PROVISIONAL) return v1::RELEASE_STATE_PROVISIONAL;
  return v1::RELEASE_STATE_CONFIRMED;
}

v1::Figure Blank(const v1::Figure& first) {
  v1::Figure figure;
  figure.set_period(first.period());
  figure.set_table(first.table());
  figure.set_indicator(first.indicator());
  *figure.mutable_codes() = first.codes();
  figure.set_value(first.value());
  figure.set_form(first.form());
  return figure;
}

void Take(const v1::Figure& each, const std::string& definition, Sum& sum) {
  if (!each.has_raw()) {
    // Not reported says more than not collected.
    if (each.value() == v1::FIGURE_VALUE_NOT_REPORTED) sum.figure.set_value(each.value());
    return;
  }
  if (sum.parts.empty()) sum.definition = definition;
  if (sum.definition != definition) return;
  sum.parts.push_back({each.raw(), {each.variance_hundredths(), 100}});
  v1::Figure& figure = sum.figure;
  figure.set_contributors(figure.contributors() + each.contributors());
  figure.set_state(Together(figure.state(), each.state()));
  figure.set_rehearsal(figure.rehearsal() || each.rehearsal());
  // Direct says more: somebody has seen the parts.
  if (each.form() == v1::ROUND_FORM_DIRECT) figure.set_form(each.form());
  for (const std::string& table : each.measured_by()) {
    if (std::count(figure.measured_by().begin(), figure.measured_by().end(), table) == 0) figure.add_measured_by(table);
  }
}

}  // namespace

absl::StatusOr<std::vector<v1::Figure>> SumOverRosters(const std::vector<RosterFigures>& rosters,
                                                       std::vector<v1::Figure> PeriodFigures::*list) {
  std::vector<Sum> sums;
  std::map<std::string, size_t> places;
  int collectives = 0;
  for (const RosterFigures& roster : rosters) collectives += roster.roster.collectives_size();
  // Real figures first: the first one that was measured says what is added to it.
  for (const bool rehearsal : {false, true}) {
    for (const RosterFigures& roster : rosters) {
      if (roster.said == nullptr) continue;
      for (const v1::Figure& each : (*roster.said).*list) {
        if (ByPlace(each) || each.rehearsal() != rehearsal) continue;
        const auto [place, is_new] = places.emplace(NameOf(each), sums.size());
        if (is_new) sums.push_back({Blank(each), "", {}});
        Take(each, DefinitionOf(each, *roster.said->ground.catalogue), sums[place->second]);
      }
    }
  }
  std::vector<v1::Figure> figures;
  for (Sum& sum : sums) {
    sum.figure.set_collectives(collectives);
    if (!sum.parts.empty()) {
      ASSIGN_OR_RETURN(const Measured whole, privacy::SumOf(sum.parts));
      SetMeasured(whole.sum, whole.variance, sum.figure);
    }
    figures.push_back(std::move(sum.figure));
  }
  return figures;
}

Coverage CoverageOver(const std::vector<RosterFigures>& rosters) {
  Coverage coverage;
  for (const RosterFigures& each : rosters) {
    for (const v1::Collective& collective : each.roster.collectives()) {
      const bool inside =
          each.said != nullptr && std::count(each.said->release.contributors().begin(),
                                             each.said->release.contributors().end(), collective.id()) > 0;
      (inside ? coverage.contributors : coverage.missing)
          .push_back(absl::StrCat(each.roster.roster(), "/", collective.id()));
    }
  }
  std::sort(coverage.contributors.begin(), coverage.contributors.end());
  std::sort(coverage.missing.begin(), coverage.missing.end());
  return coverage;
}

}  // namespace aangan::federation
