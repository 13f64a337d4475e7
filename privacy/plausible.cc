// SPDX-License-Identifier: Apache-2.0
// What a count and a sum can be: see plausible.h.
#include "privacy/plausible.h"

#include <algorithm>

#include "base/check.h"
#include "privacy/accounting.h"

namespace aangan::privacy {
namespace {

// Tables of the round in the order of its vector.
std::vector<const model::CompiledTable*> TablesOf(const model::CompiledCatalogue& catalogue,
                                                  const model::Period& quarter) {
  std::vector<const model::CompiledTable*> tables;
  for (const bool yearly : {false, true}) {
    if (yearly && quarter.quarter != 4) continue;
    for (const model::CompiledTable& table : catalogue.tables) {
      if (table.yearly == yearly) tables.push_back(&table);
    }
  }
  return tables;
}

}  // namespace

int64_t FortySigma(const Rational& variance) {
  const Uint128 wanted = static_cast<Uint128>(1600) * variance.numerator;
  uint64_t low = 0;
  uint64_t high = uint64_t{1} << 32;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    if (static_cast<Uint128>(middle) * middle * variance.denominator >= wanted) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return static_cast<int64_t>(low);
}

std::vector<int64_t> SumBounds(const model::CompiledCatalogue& catalogue, const model::Period& quarter,
                               const RoundNumbers& numbers) {
  std::vector<int64_t> bounds;
  for (const TableVariance& variance : RoundVariances(catalogue, quarter, numbers)) {
    const model::CompiledTable& table = catalogue.tables[variance.table];
    const int64_t noise = FortySigma(TotalVariance(variance.sigma_squared, catalogue.summed(), numbers, numbers.n));
    bounds.insert(bounds.end(), table.cell_count, numbers.n * table.cell_bound + noise);
  }
  return bounds;
}

std::vector<std::string> SpoiltTables(const model::CompiledCatalogue& catalogue, const model::Period& quarter,
                                      const RoundNumbers& numbers, const OpenedSums& opened) {
  const std::vector<int64_t> bounds = SumBounds(catalogue, quarter, numbers);
  AANGAN_CHECK(bounds.size() == opened.left_out.size());
  AANGAN_CHECK(std::count(opened.left_out.begin(), opened.left_out.end(), false) ==
               static_cast<ptrdiff_t>(opened.sums.size()));
  std::vector<std::string> spoilt;
  size_t cell = 0, at = 0;
  for (const model::CompiledTable* table : TablesOf(catalogue, quarter)) {
    bool outside = false;
    for (const size_t end = cell + table->cell_count; cell < end; ++cell) {
      if (opened.left_out[cell]) continue;
      const int64_t sum = opened.sums[at++];
      outside |= sum > bounds[cell] || sum < -bounds[cell];
    }
    if (outside) spoilt.push_back(table->id);
  }
  return spoilt;
}

std::vector<std::string> TablesOutOfBound(const model::CompiledCatalogue& catalogue, const model::Period& quarter,
                                          const std::vector<int64_t>& counts) {
  std::vector<std::string> tables;
  size_t cell = 0;
  for (const model::CompiledTable* table : TablesOf(catalogue, quarter)) {
    AANGAN_CHECK(cell + table->cell_count <= counts.size());
    bool outside = false;
    for (const size_t end = cell + table->cell_count; cell < end; ++cell)
      outside |= counts[cell] < 0 || counts[cell] > table->cell_bound;
    if (outside) tables.push_back(table->id);
  }
  return tables;
}

}  // namespace aangan::privacy
