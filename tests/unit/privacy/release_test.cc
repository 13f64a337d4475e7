// SPDX-License-Identifier: Apache-2.0
// The one way out: what has a wire form and what has none, draws that stay, sums that are exact.
#include "privacy/release.h"

#include <type_traits>

#include "gtest/gtest.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/privacy/privacy_test_support.h"

namespace aangan::privacy {
namespace {

template <typename T>
concept Encodable = requires(const T& value) {
  value.Encode();
};
template <typename T>
concept Serialisable = requires(const T& value) {
  value.SerializeAsString();
};

// Raw tallies are a type without a wire form, and nobody makes a protected vector but Protect.
static_assert(!Encodable<model::ClosedTallies> && !Serialisable<model::ClosedTallies>);
static_assert(Encodable<ProtectedVector>);
static_assert(!std::is_constructible_v<ProtectedVector, std::vector<int64_t>>);
static_assert(!std::is_default_constructible_v<ProtectedVector>);
static_assert(!std::is_copy_constructible_v<NoiseDraw>);

NoisePlan SmallPlan() {
  NoisePlan plan;
  plan.round_id.fill(9);
  plan.tables = {{3, {82116, 100}}, {2, {300, 100}}};
  return plan;
}

TEST(Draw, HasACellForEachOfThePlanAndStaysWhenStored) {
  tests::SeededRandom random(1);
  const NoiseDraw draw = Draw(SmallPlan(), random);
  EXPECT_EQ(draw.cells(), 5u);
  auto back = NoiseDraw::Decode(draw.Encode().span());
  ASSERT_TRUE(back.ok());
  model::ClosedTallies closed;
  closed.counts = {1, 2, 3, 4, 5};
  EXPECT_EQ(Protect(closed, draw)->values(), Protect(closed, *back)->values());
  EXPECT_EQ(back->round_id(), SmallPlan().round_id);
}

TEST(Protect, AddsExactlyTheDraw) {
  tests::SeededRandom random(2);
  const NoiseDraw draw = Draw(SmallPlan(), random);
  model::ClosedTallies zeros;
  zeros.counts = {0, 0, 0, 0, 0};
  model::ClosedTallies counts;
  counts.counts = {10, 20, 30, 40, 50};
  const auto noise = Protect(zeros, draw)->values();
  const auto sums = Protect(counts, draw)->values();
  for (size_t i = 0; i < 5; ++i) EXPECT_EQ(sums[i] - noise[i], counts.counts[i]);
}

TEST(Protect, RefusesTalliesOfAnotherLength) {
  tests::SeededRandom random(3);
  model::ClosedTallies closed;
  closed.counts = {1};
  EXPECT_THAT(Protect(closed, Draw(SmallPlan(), random)),
              tests::HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
}

TEST(NoiseDraw, DamagedBytesAreRefused) {
  EXPECT_THAT(NoiseDraw::Decode({}), tests::HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
  const std::vector<uint8_t> odd(40, 1);
  EXPECT_THAT(NoiseDraw::Decode(odd), tests::HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

TEST(ProtectedVector, ComesBackFromItsBytesAndItsDigestBindsTheRound) {
  tests::SeededRandom random(4);
  model::ClosedTallies closed;
  closed.counts = {1, 2, 3, 4, 5};
  const ProtectedVector vector = *Protect(closed, Draw(SmallPlan(), random));
  EXPECT_EQ(ProtectedVector::Decode(vector.Encode())->values(), vector.values());
  Digest other{};
  EXPECT_NE(vector.digest(SmallPlan().round_id), vector.digest(other));
}

TEST(PlanNoise, HasASixthOfTheVarianceInASummedRoundOfTwelve) {
  auto catalogue = DefaultCatalogue({});
  EXPECT_EQ(PlanNoise({}, *catalogue, {2026, 3}, NumbersOf(12)).tables.front().variance, MakeRational(82116, 600));
}

TEST(PlanNoise, HasTheRoundsCellsAndTheWholeVarianceInADirectRound) {
  auto catalogue =
      DefaultCatalogue([](federation::v1::Catalogue& c) { c.set_form(federation::v1::ROUND_FORM_DIRECT); });
  for (int quarter : {3, 4}) {
    const model::Period period{2026, static_cast<int8_t>(quarter)};
    const NoisePlan plan = PlanNoise({}, *catalogue, period, NumbersOf(12));
    size_t cells = 0;
    for (const auto& table : plan.tables) cells += table.cells;
    EXPECT_EQ(cells, catalogue->RoundCellCount(period));
    EXPECT_EQ(plan.tables.front().variance, MakeRational(82116, 100));
  }
}

}  // namespace
}  // namespace aangan::privacy
