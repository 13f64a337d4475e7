// SPDX-License-Identifier: Apache-2.0
// Sums that wrap, and a sensitivity that is computed too low (privacy-reference.md 3, row 3): whatever catalogue the
// lint lets through, however hostile its numbers, sigma is at least what the bounds cost, the charge is at least what
// the dearest member moves, and no sum of all collectives passes 62 bits. A catalogue that would is refused and does
// not stop the program.
#include <gtest/gtest.h>

#include <algorithm>

#include "model/catalogue_lint.h"
#include "privacy/accounting.h"
#include "privacy/contribution.h"
#include "privacy/discrete_gaussian.h"
#include "privacy/field.h"
#include "privacy/reconstruction.h"
#include "privacy/release.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::privacy {
namespace {

namespace fed = federation::v1;

constexpr uint64_t kSeed = 20261124;
constexpr int kCatalogues = 4000;
const model::Period kFourth{2026, 4};

class Hostile {
 public:
  explicit Hostile(uint64_t seed) : random_(seed) {}

  // Low to high, both included; by orders of magnitude, and now and then an end.
  int64_t Between(int64_t low, int64_t high) {
    const uint64_t which = random_.Below(40);
    if (which == 0) return low;
    if (which == 1) return high;
    const auto shift = static_cast<int>(random_.Below(20));
    return low + (static_cast<int64_t>(random_.Below(static_cast<uint64_t>(high - low) + 1)) >> shift);
  }

  // The small catalogue with every number that a proposer chooses chosen against us; every other one a little less, so
  // that many pass.
  fed::Catalogue Catalogue() {
    fed::Catalogue catalogue = model::SmallCatalogue();
    const bool mild = random_.Below(2) == 0;
    catalogue.set_form(random_.Below(2) == 0 ? fed::ROUND_FORM_DIRECT : fed::ROUND_FORM_SUMMED);
    catalogue.set_nano_rho_cap(mild ? kCapEpsilonThree : Between(1, kCapEpsilonThree));
    catalogue.set_member_cells_quarter_max(static_cast<int32_t>(Between(1, 1000)));
    catalogue.set_member_cells_year_max(static_cast<int32_t>(Between(1, 1000)));
    for (fed::Table& table : *catalogue.mutable_tables()) {
      const bool yearly = table.frequency() == fed::FREQUENCY_YEAR;
      const int64_t all = yearly ? catalogue.member_cells_year_max() : catalogue.member_cells_quarter_max();
      const int64_t cells = Between(1, std::min<int64_t>(all, 2));
      const bool members = table.id() == "new_by_place" || table.id() == "year_by_domain";
      const int64_t weight = members ? 1 : Between(1, mild ? 100 : 1000);
      const int64_t delta2_squared = cells * weight * weight;
      table.set_member_cells_max(static_cast<int32_t>(cells));
      table.set_member_weight_max(static_cast<int32_t>(weight));
      table.set_delta1(cells * weight);
      table.set_delta2_squared(mild ? delta2_squared : Between(delta2_squared, 1'000'000'000));
      table.set_nano_rho(mild ? catalogue.nano_rho_cap() / Between(10, 40) : Between(1, catalogue.nano_rho_cap()));
      table.set_cell_bound(Between(weight, model::kCellBoundMax));
    }
    return catalogue;
  }

  tests::SeededRandom& random() { return random_; }

 private:
  tests::SeededRandom random_;
};

// sigma^2 of each table pays for the rho that is charged for it: 2 rho sigma^2 >= Delta-2 squared >= L0 Linf^2.
void ExpectPaid(const model::CompiledCatalogue& catalogue, const RoundNumbers& numbers) {
  for (const TableVariance& each : RoundVariances(catalogue, kFourth, numbers)) {
    const model::CompiledTable& table = catalogue.tables[each.table];
    const auto delta2 = static_cast<Uint128>(table.delta2_squared);
    EXPECT_GE(static_cast<Uint128>(2) * static_cast<Uint128>(table.nano_rho) * each.sigma_squared.numerator,
              delta2 * 1'000'000'000u * each.sigma_squared.denominator);
    EXPECT_GE(table.delta2_squared, table.member_cells_max * table.member_weight_max * table.member_weight_max);
    const Rational node = NodeVariance(each.sigma_squared, catalogue.summed(), numbers);
    EXPECT_FALSE(node < MakeRational(static_cast<uint64_t>(kNodeVarianceMin), 1));
  }
}

// The dearest member, in floating point: cells in the order of what they cost.
long double DearestNanoRho(const model::CompiledCatalogue& catalogue, const RoundNumbers& numbers) {
  long double total = 0;
  for (const bool yearly : {false, true}) {
    std::vector<std::pair<long double, int64_t>> dearest;
    for (const TableVariance& each : RoundVariances(catalogue, kFourth, numbers)) {
      const model::CompiledTable& table = catalogue.tables[each.table];
      if (table.yearly != yearly) continue;
      const auto weight = static_cast<long double>(table.member_weight_max);
      const long double sigma_squared = static_cast<long double>(each.sigma_squared.numerator) /
                                        static_cast<long double>(each.sigma_squared.denominator);
      dearest.emplace_back(weight * weight / (2 * sigma_squared) * 1e9L, table.member_cells_max);
    }
    std::sort(dearest.rbegin(), dearest.rend());
    int64_t left = yearly ? catalogue.member_cells_year_max : catalogue.member_cells_quarter_max;
    for (const auto& [cost, cells] : dearest) {
      total += cost * static_cast<long double>(std::min(cells, left));
      left -= std::min(cells, left);
    }
  }
  return total;
}

// n collectives that all send the largest value that is plausible, or the smallest.
void ExpectNoSumWraps(const model::CompiledCatalogue& catalogue, const RoundNumbers& numbers) {
  const std::vector<int64_t> bounds = ValueBounds(catalogue, kFourth, numbers);
  const int64_t largest = *std::max_element(bounds.begin(), bounds.end());
  for (const int64_t value : {largest, -largest}) {
    const std::vector<Contribution> all(static_cast<size_t>(numbers.n), Contribution{{}, {value}});
    const auto sums = SumDirect(all);
    ASSERT_THAT(sums, tests::IsOk());
    EXPECT_EQ(static_cast<__int128>(sums->front()), static_cast<__int128>(value) * numbers.n);
    EXPECT_LT(static_cast<__int128>(largest) * numbers.n, static_cast<__int128>(1) << 62);
    EXPECT_EQ(*DecodeWords(EncodeWords(*sums)), *sums);  // in the field too, with its sign
  }
}

TEST(Overflow, WhateverTheLintLetsThroughIsPaidForAndAddsUp) {
  RecordProperty("seed", std::to_string(kSeed));
  Hostile hostile(kSeed);
  int taken = 0;
  int refused = 0;
  for (int i = 0; i < kCatalogues; ++i) {
    const auto compiled = model::CompileCatalogue(hostile.Catalogue());
    if (!compiled.ok()) continue;
    const RoundNumbers numbers = NumbersOf(1 + static_cast<int>(hostile.random().Below(14)));
    if (!LintPrivacy(**compiled, numbers).ok()) {
      ++refused;
      continue;
    }
    ++taken;
    ExpectPaid(**compiled, numbers);
    ExpectNoSumWraps(**compiled, numbers);
    const int64_t charge = ChargeNanoRho(**compiled, kFourth, numbers);
    EXPECT_GE(static_cast<long double>(charge), DearestNanoRho(**compiled, numbers));
    EXPECT_LE(charge, (*compiled)->source.nano_rho_cap());
    for (const NoisePlan::Table& table : PlanNoise({}, **compiled, kFourth, numbers).tables)
      DiscreteGaussian(table.variance, hostile.random());  // the sampler's own bounds end the process
  }
  EXPECT_GT(taken, 200);
  EXPECT_GT(refused, 200);
}

// Found by the search above: a quotient of 5 * 10^19 hundredths does not fit 64 bits, and stopped every node that was
// shown the proposal.
TEST(Overflow, ACatalogueWhoseSigmaPasses64BitsIsRefusedAndDoesNotStopTheProgram) {
  fed::Catalogue catalogue = model::SmallCatalogue();
  catalogue.mutable_tables(0)->set_delta2_squared(1'000'000'000);
  catalogue.mutable_tables(0)->set_nano_rho(1);
  const auto compiled = model::CompileCatalogue(catalogue);
  ASSERT_THAT(compiled, tests::IsOk());
  EXPECT_THAT(LintPrivacy(**compiled, NumbersOf(12)),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kCatalogueRefused));
}

// The test of the test: half the sensitivity is no longer paid for.
TEST(Overflow, AHalvedSensitivityIsFound) {
  const Rational paid = SigmaSquared(8, 4'871'194, 1);
  const Rational halved = SigmaSquared(2, 4'871'194, 1);  // (Delta / 2)^2
  const auto pays = [](const Rational& sigma_squared) {
    return static_cast<Uint128>(2) * 4'871'194u * sigma_squared.numerator >=
           static_cast<Uint128>(8) * 1'000'000'000u * sigma_squared.denominator;
  };
  EXPECT_TRUE(pays(paid));
  EXPECT_FALSE(pays(halved));
}

}  // namespace
}  // namespace aangan::privacy
