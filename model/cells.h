// SPDX-License-Identifier: Apache-2.0
// The public numbering of cells: catalogue order of tables, in a table the indicators, in an indicator the codes of its
// dimensions with the last one running fastest. Everybody with the catalogue computes the same numbers.
// Threads: pure.
#ifndef AANGAN_MODEL_CELLS_H_
#define AANGAN_MODEL_CELLS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "model/catalogue.h"

namespace aangan::model {

// Number of a cell within the vector of its frequency (quarterly or yearly).
using Cell = uint32_t;

// `indicator` counts within the table; `codes` has one index a dimension. All within bounds (checked).
Cell CellOf(const CompiledTable& table, size_t indicator, absl::Span<const uint32_t> codes);

// What a cell is, in words of the catalogue.
struct CellName {
  std::string table;
  std::string indicator;
  std::vector<std::string> codes;  // ids, one a dimension of the table
};
CellName NameOfCell(const CompiledCatalogue& catalogue, bool yearly, Cell cell);

}  // namespace aangan::model

#endif  // AANGAN_MODEL_CELLS_H_
