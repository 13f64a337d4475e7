// SPDX-License-Identifier: Apache-2.0
// Published margins hold as often as they claim: direct rounds of twelve nodes through the real release mechanism.
//
// Each of 4,000 cells is the sum of twelve protected counts; its 95 % interval must hold the truth. The number that do
// is binomial with a chance of at least 0.95 (margins are rounded up, and the discrete sum is close to a Gaussian);
// below 4 standard deviations under it the test fails: a correct mechanism does so once in 30,000 seeds. Above 0.97 it
// fails too, because a margin that is too wide is no honest one. Negative control: a margin of 0.9 of its size is found
// too small.
#include <cmath>

#include "gtest/gtest.h"
#include "model/figure.h"
#include "privacy/accounting.h"
#include "privacy/release.h"
#include "tests/statistics/simulated_round.h"
#include "tests/support/seeded_random.h"

namespace aangan::privacy {
namespace {

constexpr uint32_t kCells = 4000;
constexpr int kNodes = 12;

// Share of cells whose interval, scaled, holds the truth.
double Coverage(double scale) {
  tests::SeededRandom random(20261124);
  const RoundNumbers numbers = NumbersOf(kNodes);
  const Rational sigma_squared = SigmaSquared(8, 4871194, numbers.h);
  NoisePlan plan;
  plan.tables = {{kCells, NodeVariance(sigma_squared, false, numbers)}};
  std::vector<model::ClosedTallies> nodes(kNodes);
  std::vector<int64_t> truth(kCells);
  for (model::ClosedTallies& closed : nodes) {
    for (uint32_t cell = 0; cell < kCells; ++cell) closed.counts.push_back(static_cast<int64_t>(random.Below(300)));
    for (uint32_t cell = 0; cell < kCells; ++cell) truth[cell] += closed.counts[cell];
  }
  const std::vector<int64_t> sums = tests::NoisedSum(nodes, plan, random);
  const Rational total = TotalVariance(sigma_squared, false, numbers, kNodes);
  const int64_t margin =
      model::Margin95({static_cast<int64_t>(total.numerator), static_cast<int64_t>(total.denominator)});
  int held = 0;
  for (uint32_t cell = 0; cell < kCells; ++cell) {
    held += std::abs(static_cast<double>(sums[cell] - truth[cell])) <= scale * static_cast<double>(margin);
  }
  return static_cast<double>(held) / kCells;
}

TEST(MarginCoverage, HoldsAsOftenAsItClaims) {
  const double spread = std::sqrt(0.95 * 0.05 / kCells);
  EXPECT_GT(Coverage(1), 0.95 - 4 * spread);
  EXPECT_LT(Coverage(1), 0.97);
}

TEST(MarginCoverage, AMarginThatIsTooSmallIsFound) {
  const double spread = std::sqrt(0.95 * 0.05 / kCells);
  EXPECT_LT(Coverage(0.9), 0.95 - 4 * spread);
}

}  // namespace
}  // namespace aangan::privacy
