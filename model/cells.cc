// SPDX-License-Identifier: Apache-2.0
// Numbers of cells and back: see cells.h.
#include "model/cells.h"

#include "base/check.h"
#include "model/dimensions.h"

namespace aangan::model {

Cell CellOf(const CompiledTable& table, size_t indicator, absl::Span<const uint32_t> codes) {
  AANGAN_CHECK(indicator < table.indicators.size());
  AANGAN_CHECK(codes.size() == table.dimension_sizes.size());
  uint32_t within = static_cast<uint32_t>(indicator);
  for (size_t i = 0; i < codes.size(); ++i) {
    AANGAN_CHECK(codes[i] < table.dimension_sizes[i]);
    within = within * table.dimension_sizes[i] + codes[i];
  }
  AANGAN_CHECK(within < table.cell_count);
  return table.first_cell + within;
}

CellName NameOfCell(const CompiledCatalogue& catalogue, bool yearly, Cell cell) {
  for (const CompiledTable& table : catalogue.tables) {
    if (table.yearly != yearly || cell < table.first_cell || cell - table.first_cell >= table.cell_count) continue;
    uint32_t rest = cell - table.first_cell;
    CellName name;
    name.table = table.id;
    name.codes.resize(table.dimensions.size());
    for (size_t i = table.dimensions.size(); i-- > 0;) {
      const uint32_t code = rest % table.dimension_sizes[i];
      rest /= table.dimension_sizes[i];
      const std::optional<ListId> list = ListOfDimension(table.dimensions[i]);
      name.codes[i] = list.has_value() ? std::string(CodeText(*list, static_cast<Code>(code)))
                                       : catalogue.source.places(static_cast<int>(code)).id();
    }
    name.indicator = catalogue.indicators[table.indicators[rest]].id;
    return name;
  }
  AANGAN_CHECK(false && "no such cell");
}

}  // namespace aangan::model
