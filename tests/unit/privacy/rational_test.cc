// SPDX-License-Identifier: Apache-2.0
// Fractions: lowest terms, exact comparison, rounding up.
#include "privacy/rational.h"

#include "gtest/gtest.h"

namespace aangan::privacy {
namespace {

TEST(Rational, IsInLowestTerms) { EXPECT_EQ(MakeRational(82116, 100), (Rational{20529, 25})); }

TEST(Rational, ComparesExactlyWhereDoublesCanNot) {
  const Rational smaller{(uint64_t{1} << 62) - 1, uint64_t{1} << 62};
  const Rational larger{uint64_t{1} << 62, (uint64_t{1} << 62) + 1};
  EXPECT_TRUE(smaller < larger);
  EXPECT_FALSE(larger < smaller);
  EXPECT_FALSE(larger < larger);
}

TEST(Rational, RoundsUp) {
  EXPECT_EQ(CeilDivide(7, 2), 4u);
  EXPECT_EQ(CeilDivide(8, 2), 4u);
  EXPECT_EQ(CeilDivide(0, 5), 0u);
}

TEST(RationalDeathTest, ZeroDenominatorsAndOverflowsEndTheProcess) {
  EXPECT_DEATH(MakeRational(1, 0), "check failed");
  EXPECT_DEATH(CeilDivide(static_cast<Uint128>(1) << 100, 1), "check failed");
}

}  // namespace
}  // namespace aangan::privacy
