// SPDX-License-Identifier: Apache-2.0
// Sharing: exact over the product's field, and exhaustively secret over a tiny one.
#include "privacy/shamir.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/seeded_random.h"
#include "tests/unit/privacy/privacy_test_support.h"

namespace aangan::privacy {
namespace {

using Tiny = PrimeField<13>;

TEST(PrimeFieldTest, TheReductionWithoutADivisionIsTheRemainder) {
  tests::SeededRandom random(1);
  const uint64_t edges[] = {0, 1, 2, 0xFFFFFFFFu, 0x100000000u, kFieldPrime - 1, kFieldPrime - 2, kFieldPrime >> 1};
  const auto check = [](uint64_t a, uint64_t b) {
    EXPECT_EQ(Field64::Multiply(a, b), static_cast<uint64_t>(static_cast<Uint128>(a) * b % kFieldPrime));
    EXPECT_EQ(Field64::Add(a, b), static_cast<uint64_t>((static_cast<Uint128>(a) + b) % kFieldPrime));
    EXPECT_EQ(Field64::Add(Field64::Subtract(a, b), b), a);
  };
  for (const uint64_t a : edges)
    for (const uint64_t b : edges) check(a, b);
  for (int i = 0; i < 100'000; ++i) check(random.Below(kFieldPrime), random.Below(kFieldPrime));
}

TEST(PrimeFieldTest, EveryWordButZeroHasAnInverse) {
  for (uint64_t a = 1; a < 13; ++a) EXPECT_EQ(Tiny::Multiply(a, Tiny::Inverse(a)), 1u);
  tests::SeededRandom random(2);
  for (int i = 0; i < 1000; ++i) {
    const uint64_t a = 1 + random.Below(kFieldPrime - 1);
    EXPECT_EQ(Field64::Multiply(a, Field64::Inverse(a)), 1u);
  }
}

TEST(PrimeFieldTest, ThePublishedRootOfUnityHasItsOrder) {
  // VDAF draft: GEN = 7^4294967295 has order 2^32.
  const uint64_t generator = Field64::Power(7, 4294967295u);
  EXPECT_EQ(Field64::Power(generator, uint64_t{1} << 32), 1u);
  EXPECT_EQ(Field64::Power(generator, uint64_t{1} << 31), kFieldPrime - 1);
}

TEST(ShamirTest, AnyKSharesOpenTheSecretForEveryRoster) {
  tests::SeededRandom random(3);
  for (int n = 5; n <= 14; ++n) {
    const int k = (n + (n - 1) / 3) / 2 + 1;
    const uint64_t secret = random.Below(kFieldPrime);
    std::vector<uint64_t> shares;
    for (int place = 0; place < k - 1; ++place) shares.push_back(random.Below(kFieldPrime));
    const std::vector<uint64_t> first = shares;
    for (int place = k - 1; place < n; ++place) shares.push_back(FollowingShare<Field64>(place, secret, first));
    for (int trial = 0; trial < 30; ++trial) {
      std::vector<uint64_t> points;
      std::vector<uint64_t> values;
      std::vector<int> places(static_cast<size_t>(n));
      for (int i = 0; i < n; ++i) places[static_cast<size_t>(i)] = i;
      for (int i = 0; i < k; ++i) {
        std::swap(places[static_cast<size_t>(i)],
                  places[static_cast<size_t>(i) + random.Below(static_cast<uint64_t>(n - i))]);
        const int place = places[static_cast<size_t>(i)];
        points.push_back(PointOfPlace(place));
        values.push_back(shares[static_cast<size_t>(place)]);
      }
      EXPECT_EQ(WeightedSum<Field64>(WeightsAt<Field64>(0, points), values), secret);
      const std::vector<uint64_t> coefficients = Interpolate<Field64>(points, values);
      EXPECT_EQ(coefficients[0], secret);
      for (int place = 0; place < n; ++place)
        EXPECT_EQ(Evaluate<Field64>(coefficients, PointOfPlace(place)), shares[static_cast<size_t>(place)]);
    }
  }
}

// All (share, share) of two holders over all draws, for one secret.
std::map<std::pair<uint64_t, uint64_t>, int> JointOfTwo(uint64_t secret, int one, int other) {
  constexpr int kHolders = 4;
  std::map<std::pair<uint64_t, uint64_t>, int> counts;
  for (uint64_t a = 0; a < 13; ++a) {
    for (uint64_t b = 0; b < 13; ++b) {
      std::vector<uint64_t> shares = {a, b};
      for (int place = 2; place < kHolders; ++place)
        shares.push_back(FollowingShare<Tiny>(place, secret, std::vector<uint64_t>{a, b}));
      ++counts[{shares[static_cast<size_t>(one)], shares[static_cast<size_t>(other)]}];
    }
  }
  return counts;
}

// n = 4, k = 3, p = 13: every pair of holders sees every pair of words once, whatever the secret.
TEST(ShamirTest, FewerThanKSharesSayNothingAtAll) {
  for (int one = 0; one < 4; ++one) {
    for (int other = one + 1; other < 4; ++other) {
      for (uint64_t secret = 0; secret < 13; ++secret) {
        const auto counts = JointOfTwo(secret, one, other);
        EXPECT_EQ(counts.size(), 169u);
        for (const auto& [pair, count] : counts) EXPECT_EQ(count, 1);
      }
    }
  }
}

// The test of the test: a polynomial whose leading coefficient is never 0 gives itself away.
TEST(ShamirTest, AnExcludedCoefficientWouldShow) {
  std::map<uint64_t, int> counts;  // what two shares of the secret 5 say about the secret, if the leading one is not 0
  for (uint64_t a = 0; a < 13; ++a) {
    for (uint64_t b = 0; b < 13; ++b) {
      const std::vector<uint64_t> points = {0, 1, 2};
      const std::vector<uint64_t> values = {5, a, b};
      if (Interpolate<Tiny>(points, values)[2] != 0) ++counts[Tiny::Subtract(Tiny::Add(a, a), b)];
    }
  }
  EXPECT_EQ(counts.count(5), 0u);  // a straight line through both shares misses the secret, always
  EXPECT_EQ(counts.size(), 12u);
}

}  // namespace
}  // namespace aangan::privacy
