// SPDX-License-Identifier: Apache-2.0
// Five different values; the thresholds in whole numbers.
#include "model/figure.h"

#include <cmath>

#include "gtest/gtest.h"

namespace aangan::model {
namespace {

// sigma squared 821.16 of the default catalogue, twelve contributors.
const NoiseVariance kDirect{82116 * 12, 100};
const NoiseVariance kSummed{82116 * 12, 100 * 6};

TEST(Figure, ThresholdsOfTheDefaultCatalogueAreThoseOfTheDesign) {
  EXPECT_EQ(SmallestShown(kSummed), 82) << "2 sigma is 81.05";
  EXPECT_EQ(SmallestShown(kDirect), 199) << "2 sigma is 198.53";
  EXPECT_EQ(Margin95(kSummed), 80) << "1.96 sigma is 79.4";
  EXPECT_EQ(Margin95(kDirect), 195) << "1.96 sigma is 194.6";
}

TEST(Figure, RootsAreRoundedUpExactly) {
  for (int64_t numerator : {0, 1, 2, 24, 25, 26, 9999, 10000, 10001, 123456789}) {
    for (int64_t denominator : {1, 3, 100}) {
      const NoiseVariance variance{numerator, denominator};
      const double sigma = std::sqrt(static_cast<double>(numerator) / static_cast<double>(denominator));
      EXPECT_EQ(Margin95(variance), static_cast<int64_t>(std::ceil(1.96 * sigma - 1e-9))) << numerator;
      EXPECT_EQ(SmallestShown(variance), std::max<int64_t>(10, static_cast<int64_t>(std::ceil(2 * sigma - 1e-9))));
    }
  }
  EXPECT_EQ(Margin95({int64_t{1} << 50, 1}), 65766687) << "1.96 * 2^25 = 65766686.7, the largest variance allowed";
}

TEST(Figure, BelowTenIsAlwaysTooFew) {
  const NoiseVariance none{0, 1};
  EXPECT_EQ(FigureOf(9, none), FigureValue(TooFewToSay{0}));
  EXPECT_EQ(FigureOf(10, none), FigureValue(Number{10, 0}));
  EXPECT_EQ(FigureOf(0, none), FigureValue(TooFewToSay{0}));
}

TEST(Figure, NoisyFiguresAreShownFromTwoSigmaOn) {
  EXPECT_EQ(FigureOf(198, kDirect), FigureValue(TooFewToSay{195}));
  EXPECT_EQ(FigureOf(199, kDirect), FigureValue(Number{199, 195}));
}

TEST(Figure, NegativeSumsAreNeverShownAsNumbers) {
  EXPECT_EQ(FigureOf(-300, kDirect), FigureValue(TooFewToSay{195}));
  EXPECT_EQ(FigureOf(INT64_MIN, kDirect), FigureValue(TooFewToSay{195}));
}

TEST(Figure, TheFiveValuesAreDifferent) {
  const FigureValue values[] = {NotCollected{}, Number{0, 0}, TooFewToSay{0}, Suppressed{}, NotReported{}};
  for (size_t i = 0; i < std::size(values); ++i) {
    for (size_t k = 0; k < std::size(values); ++k) EXPECT_EQ(values[i] == values[k], i == k);
  }
  EXPECT_EQ(FigureValue(), FigureValue(NotCollected{})) << "what nobody set was not collected";
}

TEST(FigureDeathTest, AVarianceThatIsNoneStopsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(Margin95({-1, 1}), "check failed");
  EXPECT_DEATH(Margin95({1, 0}), "check failed");
}

}  // namespace
}  // namespace aangan::model
