// SPDX-License-Identifier: Apache-2.0
// Two periods whose contributors differ by one collective, subtracted (privacy-reference.md 3, row 10). What is left is
// that collective's count with the noise of everybody in both periods: its members are protected by more noise than in
// any single figure, the collective's number is not hidden by anything else (a stated limit). Controls: noise that is
// drawn once and used in both periods leaves the collective's own part alone, and sums without noise its exact count.
// That a period has one freeze and one release is shown in lying_federation_test and answers_test.
//
// 12,000 squares a figure: a standard deviation of 1.3 %, so a mean that is off by 6 % happens once in 250,000 seeds.
#include <gtest/gtest.h>

#include <cmath>

#include "privacy/accounting.h"
#include "privacy/reconstruction.h"
#include "privacy/release.h"
#include "tests/support/seeded_random.h"

namespace aangan::privacy {
namespace {

constexpr uint32_t kCells = 200;
constexpr int kTrials = 60;
constexpr int kContributors = 10;  // of twelve, in the first period; the target is missing in the second

class Differencing : public ::testing::Test {
 protected:
  Differencing() : sigma_squared_(SigmaSquared(8, 4'871'194, numbers_.h)) {
    plan_.tables = {{kCells, NodeVariance(sigma_squared_, true, numbers_)}};
    for (int node = 0; node < kContributors; ++node) {
      model::ClosedTallies& tally = closed_.emplace_back();
      for (uint32_t cell = 0; cell < kCells; ++cell) tally.counts.push_back(static_cast<int64_t>(random_.Below(300)));
    }
  }
  std::vector<NoiseDraw> Draws() {
    std::vector<NoiseDraw> draws;
    for (int node = 0; node < kContributors; ++node) draws.push_back(Draw(plan_, random_));
    return draws;
  }
  // The national sum of the first so many.
  std::vector<int64_t> SumOf(size_t how_many, const std::vector<NoiseDraw>& draws) const {
    std::vector<Contribution> all;
    for (size_t node = 0; node < how_many; ++node) all.push_back({{}, Protect(closed_[node], draws[node])->values()});
    return *SumDirect(all);
  }
  enum class Noise { kFreshEachPeriod, kOnceForBoth };
  // The mean square of what the difference of the two periods' sums is off the target's true count.
  double Blur(Noise how) {
    double squares = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      const std::vector<NoiseDraw> first = Draws();
      const std::vector<int64_t> with = SumOf(kContributors, first);
      const std::vector<int64_t> without =
          how == Noise::kOnceForBoth ? SumOf(kContributors - 1, first) : SumOf(kContributors - 1, Draws());
      for (size_t cell = 0; cell < kCells; ++cell) {
        const int64_t off = with[cell] - without[cell] - closed_.back().counts[cell];
        squares += static_cast<double>(off) * static_cast<double>(off);
      }
    }
    return squares / (kTrials * kCells);
  }
  double sigma_squared() const {
    return static_cast<double>(sigma_squared_.numerator) / static_cast<double>(sigma_squared_.denominator);
  }

  const RoundNumbers numbers_ = NumbersOf(12);
  const Rational sigma_squared_;
  NoisePlan plan_;
  std::vector<model::ClosedTallies> closed_;
  tests::SeededRandom random_{20261124};
};

TEST_F(Differencing, TwoPeriodsLeaveTheNoiseOfAllInBoth) {
  const double expected = sigma_squared() * (2 * kContributors - 1) / numbers_.h;
  const double blur = Blur(Noise::kFreshEachPeriod);
  EXPECT_NEAR(blur / expected, 1, 0.06);
  EXPECT_GT(blur, sigma_squared());  // never less than what the cost was computed from
}

TEST_F(Differencing, ControlNoiseThatComesBackLeavesOnePartAlone) {
  const double blur = Blur(Noise::kOnceForBoth);
  EXPECT_NEAR(blur / (sigma_squared() / numbers_.h), 1, 0.06);
  EXPECT_LT(blur, sigma_squared());
}

TEST_F(Differencing, ControlWithoutNoiseTheDifferenceIsTheCollectivesCount) {
  std::vector<Contribution> with;
  for (const model::ClosedTallies& tally : closed_) with.push_back({{}, tally.counts});
  const std::vector<Contribution> without(with.begin(), with.end() - 1);
  const std::vector<int64_t> more = *SumDirect(with);
  const std::vector<int64_t> less = *SumDirect(without);
  for (size_t cell = 0; cell < kCells; ++cell) EXPECT_EQ(more[cell] - less[cell], closed_.back().counts[cell]);
}

}  // namespace
}  // namespace aangan::privacy
