// SPDX-License-Identifier: Apache-2.0
// The samplers against their exact distributions: chi-square over 10^6 draws a parameter on a fixed seed.
//
// False alarms: the threshold is the chi-square quantile at about 1e-6 (Wilson and Hilferty's cube), so with eight
// parameters a correct sampler with another seed fails once in 125,000 runs. Negative control: the same test must
// reject a sampler whose sigma is 3 % off.
#include <cmath>
#include <functional>
#include <map>

#include "gtest/gtest.h"
#include "privacy/discrete_gaussian.h"
#include "tests/support/seeded_random.h"

namespace aangan::privacy {
namespace {

constexpr int kDraws = 1000000;
constexpr double kExpectedMin = 20;  // cells with fewer are joined into the tails

// The statistic's distance from its threshold: above 0 the fit is rejected.
double Misfit(const std::function<int64_t()>& draw, const std::function<double(int64_t)>& weight, int64_t reach) {
  double total = 0;
  for (int64_t x = -reach; x <= reach; ++x) total += weight(x);
  int64_t edge = 0;
  while (edge < reach && weight(edge + 1) / total * kDraws >= kExpectedMin) ++edge;
  std::map<int64_t, int64_t> seen;
  for (int i = 0; i < kDraws; ++i) ++seen[std::max(-edge - 1, std::min(edge + 1, draw()))];
  double tails = 0;
  for (int64_t x = edge + 1; x <= reach; ++x) tails += weight(x);
  double statistic = 0;
  int cells = 0;
  for (int64_t x = -edge - 1; x <= edge + 1; ++x) {
    const double expected = (std::abs(x) == edge + 1 ? tails : weight(x)) / total * kDraws;
    if (expected < 5) continue;
    statistic += std::pow(static_cast<double>(seen[x]) - expected, 2) / expected;
    ++cells;
  }
  const double freedom = cells - 1;
  const double cube = 1 - 2 / (9 * freedom) + 4.7534 * std::sqrt(2 / (9 * freedom));  // normal quantile of 1 - 1e-6
  return statistic - freedom * cube * cube * cube;
}

std::function<double(int64_t)> GaussianWeight(double sigma_squared) {
  return [sigma_squared](int64_t x) { return std::exp(-static_cast<double>(x * x) / (2 * sigma_squared)); };
}

TEST(SamplerDistribution, TheDiscreteGaussianFits) {
  for (const Rational& variance : {MakeRational(1, 2), MakeRational(342, 100), MakeRational(1368, 100),
                                   MakeRational(8212, 100), MakeRational(32846, 100)}) {
    tests::SeededRandom random(20261124);
    const double sigma_squared = static_cast<double>(variance.numerator) / static_cast<double>(variance.denominator);
    EXPECT_LT(Misfit([&] { return DiscreteGaussian(variance, random); }, GaussianWeight(sigma_squared), 400), 0)
        << sigma_squared;
  }
}

TEST(SamplerDistribution, TheDiscreteLaplaceFits) {
  for (uint64_t scale : {1, 4, 17}) {
    tests::SeededRandom random(20261124);
    const auto weight = [scale](int64_t x) {
      return std::exp(-static_cast<double>(std::abs(x)) / static_cast<double>(scale));
    };
    EXPECT_LT(Misfit([&] { return DiscreteLaplace(scale, random); }, weight, 700), 0) << scale;
  }
}

TEST(SamplerDistribution, ASigmaThatIsThreePercentOffIsFound) {
  tests::SeededRandom random(20261124);
  const double claimed = 82.12;
  const Rational nearby = MakeRational(static_cast<uint64_t>(std::lround(claimed * 1.0609 * 100)), 100);
  EXPECT_GT(Misfit([&] { return DiscreteGaussian(nearby, random); }, GaussianWeight(claimed), 400), 0);
}

}  // namespace
}  // namespace aangan::privacy
