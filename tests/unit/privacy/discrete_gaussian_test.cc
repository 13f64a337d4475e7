// SPDX-License-Identifier: Apache-2.0
// The samplers on a seed: known answers, moments of the reference tables, bounds. Their distribution is tested in
// tests/statistics.
#include "privacy/discrete_gaussian.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/seeded_random.h"

namespace aangan::privacy {
namespace {

TEST(BernoulliExp, IsSureAtZeroAndHopelessFarOut) {
  tests::SeededRandom random(1);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(BernoulliExp(0, 7, random));
    EXPECT_FALSE(BernoulliExp(static_cast<Uint128>(1) << 90, uint64_t{1} << 62, random));
  }
}

// Frequencies of 1e5 coins lie within 5 standard deviations: a false alarm in about 1 of 1.7 million runs a row.
TEST(BernoulliExp, HasItsChance) {
  tests::SeededRandom random(2);
  for (auto [numerator, denominator] : {std::pair<int, int>{1, 2}, {1, 1}, {5, 2}}) {
    const int draws = 100000;
    int heads = 0;
    for (int i = 0; i < draws; ++i)
      heads += BernoulliExp(static_cast<Uint128>(numerator), static_cast<uint64_t>(denominator), random);
    const double chance = std::exp(-static_cast<double>(numerator) / denominator);
    EXPECT_NEAR(heads, draws * chance, 5 * std::sqrt(draws * chance * (1 - chance))) << numerator << "/" << denominator;
  }
}

TEST(DiscreteGaussian, TheSameSeedGivesTheSameDraws) {
  tests::SeededRandom one(3);
  tests::SeededRandom two(3);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(DiscreteGaussian(MakeRational(82116, 100), one), DiscreteGaussian(MakeRational(82116, 100), two));
  }
}

// Variance, mean of |x| and kurtosis of privacy-reference 11.4, each within 5 standard deviations of 200,000 draws: a
// false alarm in about 1 of 120,000 seeds.
TEST(DiscreteGaussian, HasTheMomentsOfTheReference) {
  struct Row {
    Rational variance;
    double square, size, kurtosis;
  };
  tests::SeededRandom random(4);
  for (const Row& row : {Row{{1, 10}, 0.0132967251736242, 0.0132967170386, 75.206764},
                         Row{{1, 4}, 0.215012675088138, 0.213957071029, 4.7879084},
                         Row{{1, 1}, 0.999999788767728, 0.72758198371, 3.0000083}, Row{{4, 1}, 4.0, 1.56209542452, 3.0},
                         Row{{9, 1}, 9.0, 2.37136543085, 3.0}, Row{{16, 1}, 16.0, 3.1748633118, 3.0},
                         Row{{100, 1}, 100.0, 7.97219324154, 3.0}}) {
    const int draws = 200000;
    double squares = 0;
    double sizes = 0;
    for (int i = 0; i < draws; ++i) {
      const auto x = static_cast<double>(DiscreteGaussian(row.variance, random));
      squares += x * x;
      sizes += std::abs(x);
    }
    EXPECT_NEAR(squares / draws, row.square, 5 * row.square * std::sqrt((row.kurtosis - 1) / draws)) << row.square;
    EXPECT_NEAR(sizes / draws, row.size, 5 * std::sqrt((row.square - row.size * row.size) / draws)) << row.square;
  }
}

TEST(DiscreteGaussianDeathTest, VariancesOutsideTheBoundsEndTheProcess) {
  tests::SeededRandom random(5);
  EXPECT_DEATH(DiscreteGaussian({0, 1}, random), "check failed");
  EXPECT_DEATH(DiscreteGaussian({kVarianceMax + 1, 1}, random), "check failed");
  EXPECT_DEATH(DiscreteGaussian({1, kVarianceDenominatorMax + 1}, random), "check failed");
}

TEST(DiscreteGaussian, TheLargestVarianceFits) {
  tests::SeededRandom random(6);
  for (int i = 0; i < 100; ++i) EXPECT_LT(std::abs(DiscreteGaussian({kVarianceMax * 100 - 1, 100}, random)), 20000);
}

}  // namespace
}  // namespace aangan::privacy
