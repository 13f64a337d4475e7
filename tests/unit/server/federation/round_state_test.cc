// SPDX-License-Identifier: Apache-2.0
// When a round is frozen, void or released: every state at every moment.
#include "server/federation/round_state.h"

#include <gtest/gtest.h>

namespace aangan::federation {
namespace {

constexpr int64_t kUntil = 1'000'000;
constexpr int64_t kExtended = 2'000'000;

RoundStep At(v1::RoundState state, int64_t second, int contributions, bool wait_for_all = false) {
  v1::RoundDescriptor descriptor;
  descriptor.mutable_contribute_until()->set_seconds(kUntil);
  descriptor.mutable_extend_until()->set_seconds(kExtended);
  descriptor.set_n(12);
  descriptor.set_m(9);
  return NextStep(state, descriptor, contributions, wait_for_all, absl::FromUnixSeconds(second));
}

TEST(RoundState, NothingIsFrozenWithinTheWindowHoweverManyAreIn) {
  EXPECT_EQ(At(v1::ROUND_STATE_ANNOUNCED, kUntil - 1, 12), RoundStep::kWait);
  EXPECT_EQ(At(v1::ROUND_STATE_ANNOUNCED, kUntil - 1, 12, true), RoundStep::kWait);
}

TEST(RoundState, EnoughAreFrozenOnceTheWindowIsOver) {
  EXPECT_EQ(At(v1::ROUND_STATE_ANNOUNCED, kUntil, 9), RoundStep::kFreeze);
  EXPECT_EQ(At(v1::ROUND_STATE_ANNOUNCED, kUntil, 8), RoundStep::kWait);
}

TEST(RoundState, WaitingForAllEndsWithTheExtension) {
  EXPECT_EQ(At(v1::ROUND_STATE_ANNOUNCED, kExtended - 1, 11, true), RoundStep::kWait);
  EXPECT_EQ(At(v1::ROUND_STATE_ANNOUNCED, kUntil, 12, true), RoundStep::kFreeze);
  EXPECT_EQ(At(v1::ROUND_STATE_ANNOUNCED, kExtended, 9, true), RoundStep::kFreeze);
}

TEST(RoundState, TooFewAtTheEndOfTheExtensionAreVoid) {
  EXPECT_EQ(At(v1::ROUND_STATE_ANNOUNCED, kExtended, 8), RoundStep::kVoid);
  EXPECT_EQ(At(v1::ROUND_STATE_ANNOUNCED, kExtended - 1, 8), RoundStep::kWait);
}

TEST(RoundState, AFrozenRoundIsReleasedAndAnEndedOneRests) {
  EXPECT_EQ(At(v1::ROUND_STATE_FROZEN, kUntil, 9), RoundStep::kRelease);
  EXPECT_EQ(At(v1::ROUND_STATE_CONFIRMED, kExtended, 9), RoundStep::kWait);
  EXPECT_EQ(At(v1::ROUND_STATE_VOID, kExtended, 12), RoundStep::kWait);
}

}  // namespace
}  // namespace aangan::federation
