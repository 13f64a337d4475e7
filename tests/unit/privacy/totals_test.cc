// SPDX-License-Identifier: Apache-2.0
// Totals: exact sums, least squares against the normal equations solved in floating point, and which tables of a
// catalogue measure a total.
#include "privacy/totals.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/privacy/privacy_test_support.h"

namespace aangan::privacy {
namespace {

namespace fed = federation::v1;

TEST(SumOf, AddsSignedSumsAndVariances) {
  EXPECT_EQ(*SumOf({{-7, {82116, 100}}, {20, {1, 3}}}), (Measured{13, {82150, 100}}));  // a third is 34 hundredths
  EXPECT_EQ(*SumOf({}), (Measured{0, {0, 100}}));
}

TEST(SumOf, RefusesWhatNoHonestRoundGives) {
  const int64_t half = int64_t{1} << 61;
  const auto too_much = tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kOutOfRange);
  EXPECT_THAT(SumOf({{half, {1, 1}}, {half, {1, 1}}}), too_much);
  EXPECT_THAT(SumOf({{-half, {1, 1}}, {-half, {1, 1}}}), too_much);
  EXPECT_THAT(SumOf({{0, {int64_t{1} << 50, 1}}}), too_much);
  EXPECT_THAT(LeastSquares({{int64_t{1} << 62, {1, 1}}}), too_much);
}

TEST(LeastSquares, OneMeasurementStaysAsItIs) {
  EXPECT_EQ(*LeastSquares({{-41, {164232, 100}}}), (Measured{-41, {164232, 100}}));
}

TEST(LeastSquares, WeighsByTheInverseOfTheVariance) {
  // Variances 1 and 3: three quarters of the first, one quarter of the second; variance 1 / (1 + 1/3).
  EXPECT_EQ(LeastSquares({{100, {1, 1}}, {108, {3, 1}}})->sum, 102);
  EXPECT_EQ(LeastSquares({{100, {1, 1}}, {108, {3, 1}}})->variance, (model::NoiseVariance{76, 100}));  // 0.75 and a bit
  EXPECT_EQ(LeastSquares({{-3, {1, 1}}, {-4, {1, 1}}})->sum, -4);  // halves away from zero
  EXPECT_EQ(LeastSquares({{3, {1, 1}}, {4, {1, 1}}})->sum, 4);
}

TEST(LeastSquares, NeverMakesAMarginWiderThanTheBestMeasurement) {
  tests::SeededRandom random(20261125);
  for (int trial = 0; trial < 10000; ++trial) {
    std::vector<Measured> measurements;
    int64_t best = INT64_MAX;
    for (uint64_t i = 1 + random.Below(12); i > 0; --i) {
      const auto variance = static_cast<int64_t>(1 + random.Below(uint64_t{1} << (1 + random.Below(40))));
      measurements.push_back({static_cast<int64_t>(random.Below(1000000)) - 500000, {variance, 100}});
      best = std::min(best, variance);
    }
    EXPECT_LE(LeastSquares(measurements)->variance.numerator, best);
  }
}

// A design: codes along each dimension, and tables that divide by some of the dimensions, each with its variance a
// cell.
struct Design {
  std::vector<int> sizes;
  struct Table {
    std::vector<bool> by;  // of each dimension
    double variance = 1;
  };
  std::vector<Table> tables;

  int cells() const {
    int product = 1;
    for (const int size : sizes) product *= size;
    return product;
  }
  // Which cell of the table a cell of the full cross falls into.
  int CellOf(const Table& table, int cell) const {
    int at = 0;
    for (size_t d = 0; d < sizes.size(); ++d) {
      if (table.by[d]) at = at * sizes[d] + cell % sizes[d];
      cell /= sizes[d];
    }
    return at;
  }
  int CellsOf(const Table& table) const {
    int product = 1;
    for (size_t d = 0; d < sizes.size(); ++d) product *= table.by[d] ? sizes[d] : 1;
    return product;
  }
};

// The least-squares total by conjugate gradients on the normal equations over the full cross, from zero: the shortest
// of all solutions, and the total is the same in all of them.
double TotalByNormalEquations(const Design& design, const std::vector<std::vector<double>>& measured) {
  const auto transposed = [&](const std::vector<std::vector<double>>& values) {
    std::vector<double> sum(static_cast<size_t>(design.cells()), 0);
    for (size_t t = 0; t < design.tables.size(); ++t) {
      for (size_t c = 0; c < sum.size(); ++c)
        sum[c] += values[t][static_cast<size_t>(design.CellOf(design.tables[t], static_cast<int>(c)))] /
                  design.tables[t].variance;
    }
    return sum;
  };
  const auto applied = [&](const std::vector<double>& cells) {
    std::vector<std::vector<double>> values;
    for (const Design::Table& table : design.tables) {
      auto& sums = values.emplace_back(static_cast<size_t>(design.CellsOf(table)), 0.0);
      for (size_t c = 0; c < cells.size(); ++c)
        sums[static_cast<size_t>(design.CellOf(table, static_cast<int>(c)))] += cells[c];
    }
    return transposed(values);
  };
  const auto dot = [](const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
  };
  std::vector<double> cells(static_cast<size_t>(design.cells()), 0), rest = transposed(measured), direction = rest;
  const double begin = dot(rest, rest);
  for (double size = begin; size > begin * 1e-24;) {
    const std::vector<double> moved = applied(direction);
    const double step = size / dot(direction, moved);
    for (size_t i = 0; i < cells.size(); ++i) {
      cells[i] += step * direction[i];
      rest[i] -= step * moved[i];
    }
    const double next = dot(rest, rest);
    for (size_t i = 0; i < cells.size(); ++i) direction[i] = rest[i] + next / size * direction[i];
    size = next;
  }
  double total = 0;
  for (const double cell : cells) total += cell;
  return total;
}

TEST(LeastSquares, IsTheSolutionOfTheNormalEquations) {
  tests::SeededRandom random(7);
  for (int trial = 0; trial < 200; ++trial) {
    Design design{{2, 3, 4}, {}};
    std::vector<std::vector<double>> measured;
    std::vector<Measured> sums;
    for (uint64_t t = 2 + random.Below(4); t > 0; --t) {
      Design::Table table;
      for (int d = 0; d < 3; ++d) table.by.push_back(random.Below(2) == 1);
      const auto variance = static_cast<int64_t>(1 + random.Below(1000));
      table.variance = static_cast<double>(variance);
      const int cells = design.CellsOf(table);
      Measured sum{0, {variance * cells, 1}};
      auto& values = measured.emplace_back();
      for (int c = 0; c < cells; ++c) {
        const auto value = static_cast<int64_t>(random.Below(2000)) - 300;
        values.push_back(static_cast<double>(value));
        sum.sum += value;
      }
      sums.push_back(sum);
      design.tables.push_back(table);
    }
    // Half a count for the rounding, and what whole weights cost.
    EXPECT_NEAR(static_cast<double>(LeastSquares(sums)->sum), TotalByNormalEquations(design, measured), 0.52);
  }
}

std::vector<std::string> Named(const model::CompiledCatalogue& catalogue, const std::string& indicator, bool yearly) {
  std::vector<std::string> names;
  for (size_t i = 0; i < catalogue.indicators.size(); ++i) {
    if (catalogue.indicators[i].id != indicator) continue;
    for (const size_t table : TablesOfTotal(catalogue, i, yearly)) names.push_back(catalogue.tables[table].id);
  }
  return names;
}

TEST(TablesOfTotal, AreThoseThatCutNobody) {
  const auto shipped = DefaultCatalogue([](fed::Catalogue&) {});
  using Names = std::vector<std::string>;
  // The tables by age band and exploitation come when she may have no cell left (C = 8).
  EXPECT_EQ(Named(*shipped, "new_members", false), (Names{"new_by_place", "new_by_gender"}));
  EXPECT_EQ(Named(*shipped, "members_served", false), (Names{"served_by_place", "served_by_gender"}));
  EXPECT_EQ(Named(*shipped, "needs_met", false), Names());  // a member can have needs of many domains
  EXPECT_EQ(Named(*shipped, "members_enrolled", true), Names{"year_members"});
  EXPECT_EQ(Named(*shipped, "counselling_received", true), Names());  // fifteen indicators, four cells
  EXPECT_EQ(Named(*shipped, "new_members", true), Names());
}

TEST(TablesOfTotal, OfServicesAreThoseThatKeepTheMost) {
  model::CompiledCatalogue catalogue = *DefaultCatalogue([](fed::Catalogue&) {});
  for (model::CompiledIndicator& each : catalogue.indicators) {
    if (each.id == "members_served") each.unit = fed::UNIT_SERVICE;
  }
  for (model::CompiledTable& table : catalogue.tables) {
    if (table.id == "served_by_gender") table.member_weight_max = 3;
  }
  EXPECT_EQ(Named(catalogue, "members_served", false), std::vector<std::string>{"served_by_gender"});
}

}  // namespace
}  // namespace aangan::privacy
