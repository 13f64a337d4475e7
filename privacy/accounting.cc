// SPDX-License-Identifier: Apache-2.0
// Costs and variances: see accounting.h.
#include "privacy/accounting.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/problem.h"
#include "privacy/discrete_gaussian.h"

namespace aangan::privacy {
namespace {

constexpr Uint128 kAtto = 1000000000000000000u;  // 1e18

// What one cell of a table costs, in 1e-18, rounded up: Linf^2 / (2 sigma^2).
Uint128 CellCostAtto(const model::CompiledTable& table, const Rational& sigma_squared) {
  const auto weight = static_cast<Uint128>(table.member_weight_max);
  const Uint128 numerator = weight * weight * sigma_squared.denominator * kAtto;
  const Uint128 denominator = static_cast<Uint128>(2) * sigma_squared.numerator;
  return numerator / denominator + (numerator % denominator != 0 ? 1 : 0);
}

// The dearest choice of at most L0 cells a table and `cells_max` cells in all, over the tables of one frequency.
// Rounding each cell up to 1e-18 is never less than the exact cost, and less than 1e-14 above it.
Uint128 CostAtto(const model::CompiledCatalogue& catalogue, const std::vector<TableVariance>& variances, bool yearly,
                 int64_t cells_max) {
  std::vector<std::pair<Uint128, int64_t>> dearest;  // cost of a cell, how many
  for (const TableVariance& variance : variances) {
    const model::CompiledTable& table = catalogue.tables[variance.table];
    if (table.yearly == yearly)
      dearest.emplace_back(CellCostAtto(table, variance.sigma_squared), table.member_cells_max);
  }
  std::sort(dearest.rbegin(), dearest.rend());
  Uint128 cost = 0;
  for (const auto& [cell_cost, cells] : dearest) {
    const int64_t taken = std::min(cells, cells_max);
    cost += cell_cost * static_cast<Uint128>(taken);
    cells_max -= taken;
  }
  return cost;
}

std::vector<TableVariance> VariancesOf(const model::CompiledCatalogue& catalogue, bool with_yearly,
                                       const RoundNumbers& numbers) {
  std::vector<TableVariance> variances;
  for (bool yearly : {false, true}) {
    if (yearly && !with_yearly) continue;
    for (size_t i = 0; i < catalogue.tables.size(); ++i) {
      const model::CompiledTable& table = catalogue.tables[i];
      if (table.yearly == yearly)
        variances.push_back({i, SigmaSquared(table.delta2_squared, table.nano_rho, numbers.h)});
    }
  }
  return variances;
}

int64_t ChargeOf(const model::CompiledCatalogue& catalogue, bool with_yearly, const RoundNumbers& numbers) {
  const std::vector<TableVariance> variances = VariancesOf(catalogue, with_yearly, numbers);
  Uint128 cost = CostAtto(catalogue, variances, false, catalogue.member_cells_quarter_max);
  if (with_yearly) cost += CostAtto(catalogue, variances, true, catalogue.member_cells_year_max);
  return static_cast<int64_t>(CeilDivide(cost, kAtto / 1000000000u)) + static_cast<int64_t>(variances.size());
}

// Delta-2 squared must cover what one member can change in the table.
bool Delta2Covers(const model::CompiledCatalogue& catalogue, const model::CompiledTable& table) {
  const int64_t cells_max = table.yearly ? catalogue.member_cells_year_max : catalogue.member_cells_quarter_max;
  const Uint128 cells = static_cast<Uint128>(std::min(table.member_cells_max, cells_max));
  const auto weight = static_cast<Uint128>(table.member_weight_max);
  return static_cast<Uint128>(table.delta2_squared) >= cells * weight * weight;
}

// Is sigma squared, rounded up, at most what the sampler takes? Asked before SigmaSquared() computes it, because a
// catalogue comes from outside: one whose quotient passes 64 bits is refused, and does not stop the program.
bool NoiseFits(const model::CompiledTable& table) {
  return static_cast<Uint128>(table.delta2_squared) * 1000000000u <=
         static_cast<Uint128>(2) * kVarianceMax * static_cast<Uint128>(table.nano_rho);
}

// n bound + 40 sigma < 2^62, with 40 sigma <= 40 (sigma^2 + 1).
bool SumFits(const model::CompiledTable& table, const Rational& sigma_squared, const RoundNumbers& numbers) {
  const Uint128 noise =
      static_cast<Uint128>(40) * numbers.n * (sigma_squared.numerator / sigma_squared.denominator + 1);
  return static_cast<Uint128>(numbers.n) * static_cast<Uint128>(table.cell_bound) + noise < static_cast<Uint128>(1)
                                                                                                << 62;
}

}  // namespace

Rational CuratorVariance(int64_t delta2_squared, int64_t nano_rho) {
  AANGAN_CHECK(delta2_squared > 0 && nano_rho > 0);
  // In hundredths: delta2 / (2 nano 1e-9) * 100.
  const uint64_t hundredths = CeilDivide(static_cast<Uint128>(delta2_squared) * 100000000000u,
                                         static_cast<Uint128>(2) * static_cast<Uint128>(nano_rho));
  return MakeRational(hundredths, 100);
}

Rational SigmaSquared(int64_t delta2_squared, int64_t nano_rho, int h) {
  AANGAN_CHECK(h > 0);
  return std::max(CuratorVariance(delta2_squared, nano_rho),
                  MakeRational(static_cast<uint64_t>(kNodeVarianceMin) * static_cast<uint64_t>(h), 1));
}

std::vector<TableVariance> RoundVariances(const model::CompiledCatalogue& catalogue, const model::Period& quarter,
                                          const RoundNumbers& numbers) {
  return VariancesOf(catalogue, quarter.quarter == 4, numbers);
}

int64_t ChargeNanoRho(const model::CompiledCatalogue& catalogue, const model::Period& quarter,
                      const RoundNumbers& numbers) {
  return ChargeOf(catalogue, quarter.quarter == 4, numbers);
}

Rational NodeVariance(const Rational& sigma_squared, bool summed, const RoundNumbers& numbers) {
  if (!summed) return sigma_squared;
  return MakeRational(sigma_squared.numerator, sigma_squared.denominator * static_cast<uint64_t>(numbers.h));
}

Rational TotalVariance(const Rational& sigma_squared, bool summed, const RoundNumbers& numbers, int contributors) {
  const Rational node = NodeVariance(sigma_squared, summed, numbers);
  return MakeRational(node.numerator * static_cast<uint64_t>(contributors), node.denominator);
}

absl::Status LintPrivacy(const model::CompiledCatalogue& catalogue, const RoundNumbers& numbers) {
  Problem problem(absl::StatusCode::kInvalidArgument, Reason::kCatalogueRefused,
                  "the catalogue breaks a rule of privacy; each field says which");
  for (size_t i = 0; i < catalogue.tables.size(); ++i) {
    const model::CompiledTable& table = catalogue.tables[i];
    const std::string path = absl::StrCat("catalogue.tables[", i, "]");
    if (!Delta2Covers(catalogue, table)) {
      problem.Field(path + ".delta2_squared", "must be at least member_cells_max times member_weight_max squared");
    }
    if (!NoiseFits(table)) {
      problem.Field(path + ".nano_rho",
                    "is so small that sigma squared would pass 1,000,000; give the table more budget");
      continue;
    }
    const Rational sigma_squared = SigmaSquared(table.delta2_squared, table.nano_rho, numbers.h);
    if (!SumFits(table, sigma_squared, numbers)) {
      problem.Field(path + ".cell_bound", "is so large that a national sum could overflow");
    }
  }
  if (problem.has_fields()) return problem;
  // Any four consecutive quarters hold three ordinary ones and one fourth quarter.
  const int64_t four = 3 * ChargeOf(catalogue, false, numbers) + ChargeOf(catalogue, true, numbers);
  if (four > catalogue.source.nano_rho_cap()) {
    problem.Field("catalogue.nano_rho_cap",
                  "is below what four consecutive periods cost; widen the noise or count less");
    problem.Number("fourPeriodsNanoRho", four);
    return problem;
  }
  return absl::OkStatus();
}

}  // namespace aangan::privacy
