// SPDX-License-Identifier: Apache-2.0
// The samplers against their exact distributions: chi-square over 10^6 draws a parameter on a fixed seed; and those
// distributions, as this test writes them, against the tables of privacy-reference 11.3 and 11.4.
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

std::function<double(int64_t)> LaplaceWeight(double scale) {
  return [scale](int64_t x) { return std::exp(-static_cast<double>(std::abs(x)) / scale); };
}

// Moments of a symmetric distribution on the integers, given by weights that are gone beyond `reach`.
struct Moments {
  double total = 0, size = 0, square = 0, fourth = 0;
};
Moments MomentsOf(const std::function<double(int64_t)>& weight, int64_t reach) {
  Moments m;
  for (int64_t x = reach; x >= -reach; --x) {
    const double w = weight(x), d = static_cast<double>(std::abs(x));
    m.total += w;
    m.size += w * d;
    m.square += w * d * d;
    m.fourth += w * d * d * d * d;
  }
  m.size /= m.total;
  m.square /= m.total;
  m.fourth /= m.total;
  return m;
}
// The tables have 11 or 12 digits.
void ExpectSame(double value, double expected, double parameter) {
  EXPECT_NEAR(value / expected, 1, 1e-10) << parameter;
}

TEST(SamplerDistribution, TheLaplaceWeightsAreThoseOfTheReference) {
  struct Row {
    double scale, at_0, at_1, variance, size;
  };
  for (const Row& row : {Row{0.5, 0.761594155956, 0.103070560808, 0.362030830483, 0.275720564772},
                         Row{1, 0.46211715726, 0.170003401569, 1.84134718842, 0.850918128239},
                         Row{2, 0.244918662404, 0.148550677884, 7.83539617807, 1.91903475133},
                         Row{4, 0.124353001772, 0.096846215157, 31.8338528777, 3.9586351633},
                         Row{10, 0.0499583749579, 0.0452042070062, 199.833416634, 9.9833527573},
                         Row{100, 0.00499995833375, 0.00495020791708, 19999.8333342, 99.9983333528}}) {
    const auto weight = LaplaceWeight(row.scale);
    const Moments m = MomentsOf(weight, 6000);
    ExpectSame(weight(0) / m.total, row.at_0, row.scale);
    ExpectSame(weight(1) / m.total, row.at_1, row.scale);
    ExpectSame(m.square, row.variance, row.scale);
    ExpectSame(m.size, row.size, row.scale);
    const double q = std::exp(-1 / row.scale);  // the closed forms
    ExpectSame(m.square, 2 * q / ((1 - q) * (1 - q)), row.scale);
    ExpectSame(m.size, 2 * q / (1 - q * q), row.scale);
  }
}

TEST(SamplerDistribution, TheGaussianWeightsAreThoseOfTheReference) {
  struct Row {
    double sigma_squared, total, at_0, at_1, variance, size, kurtosis;
  };
  for (const Row& row :
       {Row{0.1, 1.01347589812048, 0.986703287029, 0.00664835445182, 0.0132967251736242, 0.0132967170386, 75.206764},
        Row{0.25, 1.27134152218902, 0.786570707042, 0.106450769423, 0.215012675088138, 0.213957071029, 4.7879084},
        Row{1, 2.50662828804291, 0.398942278267, 0.241970723224, 0.999999788767728, 0.72758198371, 3.0000083},
        Row{4, 5.013256549262, 0.199471140201, 0.176032663382, 4, 1.56209542452, 3},
        Row{9, 7.519884823893, 0.132980760134, 0.125794409231, 9, 2.37136543085, 3},
        Row{16, 10.026513098524, 0.0997355701004, 0.0966670292007, 16, 3.1748633118, 3},
        Row{100, 25.06628274631, 0.0398942280401, 0.0396952547477, 100, 7.97219324154, 3}}) {
    const auto weight = GaussianWeight(row.sigma_squared);
    const Moments m = MomentsOf(weight, 400);
    ExpectSame(m.total, row.total, row.sigma_squared);
    ExpectSame(weight(0) / m.total, row.at_0, row.sigma_squared);
    ExpectSame(weight(1) / m.total, row.at_1, row.sigma_squared);
    ExpectSame(m.square, row.variance, row.sigma_squared);
    ExpectSame(m.size, row.size, row.sigma_squared);
    EXPECT_NEAR(m.fourth / (m.square * m.square) / row.kurtosis, 1, 2e-8) << row.sigma_squared;
  }
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
    const auto weight = LaplaceWeight(static_cast<double>(scale));
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
