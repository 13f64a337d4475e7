// SPDX-License-Identifier: Apache-2.0
// Rules of a catalogue's tables, each alone and all together: see catalogue_lint.h.
#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "model/catalogue_lint.h"
#include "model/dimensions.h"
#include "model/names.h"

namespace aangan::model {
namespace {

namespace fed = federation::v1;

constexpr size_t kTitleBytesMax = 120;
// Delta-2 squared and rho are parts of fractions that privacy/accounting multiplies in 128 bits.
constexpr int64_t kDelta2SquaredMax = 1'000'000'000;

using Indicators = std::map<std::string, const fed::Indicator*>;

struct TableView {
  const fed::Catalogue& catalogue;
  const fed::Table& table;
  const Indicators& indicators;
  const std::string& path;
  bool yearly() const { return table.frequency() == fed::FREQUENCY_YEAR; }
  int64_t member_cells_of_all() const {
    return yearly() ? catalogue.member_cells_year_max() : catalogue.member_cells_quarter_max();
  }
};

// Codes of a dimension in this catalogue; 0 when it does not list them.
uint64_t SizeOf(const fed::Catalogue& catalogue, fed::Dimension dimension) {
  if (dimension == fed::DIMENSION_PLACE) return static_cast<uint64_t>(catalogue.places_size());
  const std::optional<ListId> id = ListOfDimension(dimension);
  if (!id.has_value()) return 0;
  for (const fed::CodeList& list : catalogue.code_lists()) {
    if (ListByName(list.id()) == id) return static_cast<uint64_t>(list.codes_size());
  }
  return 0;
}

// Never more than one above the limit, so that no product or sum of hostile sizes overflows.
uint64_t CellCount(const fed::Catalogue& catalogue, const fed::Table& table) {
  constexpr uint64_t kTooMany = kCellsMax + 1;
  uint64_t cells = std::min<uint64_t>(static_cast<uint64_t>(table.indicators_size()), kTooMany);
  for (int value : table.dimensions()) {
    cells = std::min(cells * std::min(SizeOf(catalogue, static_cast<fed::Dimension>(value)), kTooMany), kTooMany);
  }
  return cells;
}

void LintTableIndicators(const TableView& view, Problem& problem) {
  std::set<std::string> seen;
  const std::string path = absl::StrCat(view.path, ".indicators");
  if (view.table.indicators_size() < 1) problem.Field(path, "must be at least one");
  const bool by_service = std::any_of(view.table.dimensions().begin(), view.table.dimensions().end(),
                                      [](int value) { return IsServiceDimension(static_cast<fed::Dimension>(value)); });
  for (const std::string& id : view.table.indicators()) {
    if (!seen.insert(id).second) problem.Field(path, "must be there once each");
    auto found = view.indicators.find(id);
    if (found == view.indicators.end()) {
      problem.Field(path, "must be indicators of the catalogue");
      continue;
    }
    const fed::Event event = found->second->filter().event();
    if (IsStock(event) && !view.yearly())
      problem.Field(path, "must hold stocks in a yearly table alone: two quarters could be subtracted");
    if (by_service && RecordOf(event) != EventRecord::kService)
      problem.Field(path, "must be events of services where a dimension is one of services");
  }
}

void LintDimensions(const TableView& view, Problem& problem) {
  const std::string path = absl::StrCat(view.path, ".dimensions");
  if (view.table.dimensions_size() > kDimensionsMax) problem.Field(path, "must be at most four");
  std::set<int> seen;
  for (int value : view.table.dimensions()) {
    const auto dimension = static_cast<fed::Dimension>(value);
    if (!seen.insert(value).second) problem.Field(path, "must be there once each");
    if (SizeOf(view.catalogue, dimension) == 0)
      problem.Field(path, "must be places that the catalogue has, or a code list that it carries");
  }
}

void LintBounds(const TableView& view, Problem& problem) {
  const fed::Table& table = view.table;
  const int64_t cells = table.member_cells_max();
  const int64_t weight = table.member_weight_max();
  const bool cells_fine = cells >= 1 && cells <= view.member_cells_of_all() &&
                          static_cast<uint64_t>(cells) <= CellCount(view.catalogue, table);
  if (!cells_fine)
    problem.Field(absl::StrCat(view.path, ".member_cells_max"),
                  "must be at least 1, and neither more than the catalogue's bound nor than the table's cells");
  const bool weight_fine = weight >= 1 && weight <= kMemberWeightMax;
  if (!weight_fine) problem.Field(absl::StrCat(view.path, ".member_weight_max"), "must be 1 to 1000");
  const bool members_alone = std::all_of(table.indicators().begin(), table.indicators().end(), [&](const auto& id) {
    auto found = view.indicators.find(id);
    return found != view.indicators.end() && found->second->unit() == fed::UNIT_MEMBER;
  });
  if (weight_fine && weight > 1 && members_alone)
    problem.Field(absl::StrCat(view.path, ".member_weight_max"), "must be 1 where members are counted");
  if (cells_fine && weight_fine) {
    if (table.delta1() != cells * weight)
      problem.Field(absl::StrCat(view.path, ".delta1"), "must be member_cells_max times member_weight_max");
    if (table.delta2_squared() < cells * weight * weight || table.delta2_squared() > kDelta2SquaredMax)
      problem.Field(absl::StrCat(view.path, ".delta2_squared"),
                    "must be at least member_cells_max times member_weight_max squared, and at most 10^9");
    if (table.cell_bound() < weight || table.cell_bound() > kCellBoundMax)
      problem.Field(absl::StrCat(view.path, ".cell_bound"),
                    "must be member_weight_max to 10^9, so that no sum can overflow");
  }
  if (table.nano_rho() < 1 || table.nano_rho() > view.catalogue.nano_rho_cap())
    problem.Field(absl::StrCat(view.path, ".nano_rho"), "must be at least 1 and within nano_rho_cap");
}

// A total may be shown as the sum of parts only where a counted unit is in exactly one of them.
void LintParts(const TableView& view, Problem& problem) {
  if (!view.table.parts_are_disjoint()) return;
  bool fine = view.table.dimensions_size() == 1 && view.table.dimensions(0) != fed::DIMENSION_PLACE;
  if (fine && IsServiceDimension(view.table.dimensions(0))) {
    fine = std::all_of(view.table.indicators().begin(), view.table.indicators().end(), [&](const auto& id) {
      auto found = view.indicators.find(id);
      return found != view.indicators.end() && found->second->unit() == fed::UNIT_SERVICE;
    });
  }
  if (!fine)
    problem.Field(absl::StrCat(view.path, ".parts_are_disjoint"),
                  "must be false, unless the only dimension puts each counted unit into exactly one code");
}

void LintTable(const TableView& view, Problem& problem) {
  if (!IsSlug(view.table.id())) problem.Field(absl::StrCat(view.path, ".id"), "must be a slug");
  if (!IsPlainLine(view.table.title(), kTitleBytesMax, TextNeed::kRequired))
    problem.Field(absl::StrCat(view.path, ".title"), "must be one line of at most 120 bytes");
  if (view.table.frequency() != fed::FREQUENCY_QUARTER && view.table.frequency() != fed::FREQUENCY_YEAR)
    problem.Field(absl::StrCat(view.path, ".frequency"), "must be FREQUENCY_QUARTER or FREQUENCY_YEAR");
  LintTableIndicators(view, problem);
  LintDimensions(view, problem);
  LintBounds(view, problem);
  LintParts(view, problem);
}

void LintPlacesOnce(const fed::Catalogue& catalogue, const Indicators& indicators, Problem& problem) {
  std::set<fed::Event> quarterly;
  for (fed::Frequency pass : {fed::FREQUENCY_QUARTER, fed::FREQUENCY_YEAR}) {
    for (int i = 0; i < catalogue.tables_size(); ++i) {
      const fed::Table& table = catalogue.tables(i);
      const bool by_place = std::find(table.dimensions().begin(), table.dimensions().end(), fed::DIMENSION_PLACE) !=
                            table.dimensions().end();
      if (table.frequency() != pass || !by_place) continue;
      for (const std::string& id : table.indicators()) {
        auto found = indicators.find(id);
        if (found == indicators.end()) continue;
        const fed::Event topic = PlaceTopic(found->second->filter().event());
        if (pass == fed::FREQUENCY_QUARTER)
          quarterly.insert(topic);
        else if (quarterly.contains(topic))
          problem.Field(absl::StrCat("catalogue.tables[", i, "].dimensions"),
                        "must not count by places in a year what a quarterly table counts by places");
      }
    }
  }
}

void LintMemberCells(const fed::Catalogue& catalogue, Problem& problem) {
  for (fed::Frequency frequency : {fed::FREQUENCY_QUARTER, fed::FREQUENCY_YEAR}) {
    const bool has_tables = std::any_of(catalogue.tables().begin(), catalogue.tables().end(),
                                        [&](const fed::Table& table) { return table.frequency() == frequency; });
    const bool quarter = frequency == fed::FREQUENCY_QUARTER;
    const int cells = quarter ? catalogue.member_cells_quarter_max() : catalogue.member_cells_year_max();
    if (cells < (has_tables ? 1 : 0) || cells > kMemberCellsMax) {
      problem.Field(quarter ? "catalogue.member_cells_quarter_max" : "catalogue.member_cells_year_max",
                    "must be 1 to 1000 where there are such tables");
    }
  }
}

}  // namespace

void LintTables(const fed::Catalogue& catalogue, Problem& problem) {
  if (catalogue.tables_size() < 1 || catalogue.tables_size() > kTablesMax)
    problem.Field("catalogue.tables", "must be 1 to 64");
  LintMemberCells(catalogue, problem);
  Indicators indicators;
  for (const fed::Indicator& indicator : catalogue.indicators()) indicators.emplace(indicator.id(), &indicator);
  std::set<std::string> ids;
  uint64_t cells = 0;
  for (int i = 0; i < catalogue.tables_size(); ++i) {
    const fed::Table& table = catalogue.tables(i);
    const std::string path = absl::StrCat("catalogue.tables[", i, "]");
    LintTable({catalogue, table, indicators, path}, problem);
    if (!ids.insert(table.id()).second) problem.Field(absl::StrCat(path, ".id"), "must be there once");
    cells += CellCount(catalogue, table);
  }
  if (cells > kCellsMax) problem.Field("catalogue.tables", "must have at most 20000 cells together");
  LintPlacesOnce(catalogue, indicators, problem);
}

}  // namespace aangan::model
