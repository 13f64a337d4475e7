// SPDX-License-Identifier: Apache-2.0
// Where shares lie and what the polynomials are (privacy-reference.md 3, rows 15 and 16). A share's point is its
// holder's place in the roster plus one: never zero, never twice, never out of a message. All coefficients but the
// secret are uniform, the leading one too, by all draws over a tiny field. Controls: a point that is zero modulo the
// prime is the secret, and a leading coefficient that is never zero rules out one value of the secret each time.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "privacy/shamir.h"
#include "tests/support/seeded_random.h"
#include "tests/unit/privacy/summed_round.h"

namespace aangan::privacy {
namespace {

using Tiny = PrimeField<13>;
constexpr uint64_t kTiny = 13;

TEST(SharePoints, AreTheRostersPlacesNeverZeroAndNeverTwice) {
  std::set<uint64_t> points;
  for (int place = 0; place < 14; ++place) {
    EXPECT_EQ(PointOfPlace(place), static_cast<uint64_t>(place) + 1);
    EXPECT_LT(PointOfPlace(place), kFieldPrime);
    points.insert(PointOfPlace(place));
  }
  EXPECT_EQ(points.size(), 14u);
  EXPECT_FALSE(points.contains(0));
}

TEST(SharePoints, ControlAPointThatIsZeroModuloThePrimeIsTheSecret) {
  tests::SeededRandom random(1);
  const std::vector<uint64_t> polynomial = {42, random.Below(kFieldPrime), random.Below(kFieldPrime)};
  EXPECT_EQ(Evaluate<Field64>(polynomial, 0), 42u);
  EXPECT_NE(Evaluate<Field64>(polynomial, PointOfPlace(0)), 42u);
  const std::vector<uint64_t> through_zero = WeightsAt<Field64>(0, std::vector<uint64_t>{0, 1, 2});
  EXPECT_EQ(through_zero, (std::vector<uint64_t>{1, 0, 0}));
}

// An answer is of whoever signed it: two for one place are refused, and one moved to another place is a liar's.
TEST(SharePoints, AnAnswerAtAnotherPlaceIsNoAnswer) {
  SummedRound round(6, 3);
  const RoundNumbers numbers = round.holders().numbers;
  std::vector<PlacedAnswer> answers;
  for (int holder = 0; holder < 6; ++holder)
    answers.push_back(round.AnswerOf(holder, Places(6), std::vector<bool>(3, false)));
  ASSERT_EQ(Reconstruct(answers, numbers)->agreement, Agreement::kConfirmed);
  std::vector<PlacedAnswer> twice = answers;
  twice[1].place = 0;
  EXPECT_FALSE(Reconstruct(twice, numbers).ok());
  std::vector<PlacedAnswer> moved = answers;
  std::swap(moved[4].place, moved[5].place);
  EXPECT_EQ(Reconstruct(moved, numbers)->agreement, Agreement::kDisputed);
}

TEST(SharePointsDeathTest, ADoublePointEndsTheProgram) {
  EXPECT_DEATH(WeightsAt<Field64>(0, std::vector<uint64_t>{1, 2, 1}), "check failed");
}

// A dealer fixes the secret and draws the shares of the first k - 1 places: k = 3 here. `leading` by how often.
std::map<uint64_t, int> LeadingCoefficients(uint64_t secret) {
  std::map<uint64_t, int> counts;
  const std::vector<uint64_t> points = DealtPoints(2);
  for (uint64_t a = 0; a < kTiny; ++a)
    for (uint64_t b = 0; b < kTiny; ++b) ++counts[Interpolate<Tiny>(points, std::vector<uint64_t>{secret, a, b})[2]];
  return counts;
}

TEST(SharePoints, TheLeadingCoefficientIsUniformAndMayBeZero) {
  for (uint64_t secret = 0; secret < kTiny; ++secret) {
    const auto counts = LeadingCoefficients(secret);
    ASSERT_EQ(counts.size(), kTiny);
    for (const auto& [coefficient, count] : counts) EXPECT_EQ(count, static_cast<int>(kTiny)) << coefficient;
  }
}

// Sharing the same secret again and again: two holders cross out what a straight line through their shares would give.
size_t SecretsLeft(bool leading_may_be_zero) {
  constexpr uint64_t kSecret = 5;
  tests::SeededRandom random(20261124);
  std::set<uint64_t> left;
  for (uint64_t each = 0; each < kTiny; ++each) left.insert(each);
  for (int time = 0; time < 400; ++time) {
    const uint64_t a = random.Below(kTiny);
    const uint64_t b = random.Below(kTiny);
    const auto polynomial = Interpolate<Tiny>(DealtPoints(2), std::vector<uint64_t>{kSecret, a, b});
    if (!leading_may_be_zero && polynomial[2] == 0) continue;  // the dealer draws again
    left.erase(Tiny::Subtract(Tiny::Add(a, a), b));
  }
  return left.size();
}

TEST(SharePoints, ControlALeadingCoefficientThatIsNeverZeroGivesTheSecretAway) {
  EXPECT_EQ(SecretsLeft(false), 1u);  // the secret itself
  EXPECT_EQ(SecretsLeft(true), 0u);   // crossing out tells nothing: it crosses out the secret too
}

}  // namespace
}  // namespace aangan::privacy
