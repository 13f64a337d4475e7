// SPDX-License-Identifier: Apache-2.0
// When a round is frozen, void or released: every state at every moment.
#include "server/federation/round_state.h"

#include <gtest/gtest.h>

namespace aangan::federation {
namespace {

constexpr int64_t kUntil = 1'000'000;
constexpr int64_t kExtended = 2'000'000;

RoundStep At(v1::RoundState state, int64_t second, int contributions, bool wait_for_all = false) {
  store::v1::StoredRound round;
  v1::RoundDescriptor& descriptor = *round.mutable_round_descriptor();
  descriptor.mutable_contribute_until()->set_seconds(kUntil);
  descriptor.mutable_extend_until()->set_seconds(kExtended);
  descriptor.set_n(12);
  descriptor.set_m(9);
  for (int i = 0; i < contributions; ++i) round.add_contributions();
  round.set_state(state);
  return NextStep(round, wait_for_all, absl::FromUnixSeconds(second));
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

TEST(RoundState, AnExcludedContributionCountsAsThereButNotAsOneOfM) {
  store::v1::StoredRound round;
  round.set_state(v1::ROUND_STATE_ANNOUNCED);
  v1::RoundDescriptor& descriptor = *round.mutable_round_descriptor();
  descriptor.mutable_contribute_until()->set_seconds(kUntil);
  descriptor.mutable_extend_until()->set_seconds(kExtended);
  descriptor.set_n(12);
  descriptor.set_m(9);
  for (int i = 0; i < 11; ++i) round.add_contributions();
  round.add_excluded("assam_1");
  EXPECT_EQ(NextStep(round, true, absl::FromUnixSeconds(kUntil)), RoundStep::kFreeze);
  round.clear_contributions();
  for (int i = 0; i < 8; ++i) round.add_contributions();
  EXPECT_EQ(NextStep(round, true, absl::FromUnixSeconds(kExtended)), RoundStep::kVoid);
}

TEST(RoundState, ASummedRoundIsLookedAtWhenAnswersCome) {
  store::v1::StoredRound round;
  round.mutable_round_descriptor()->set_form(v1::ROUND_FORM_SUMMED);
  for (const auto state : {v1::ROUND_STATE_FROZEN, v1::ROUND_STATE_PROVISIONAL, v1::ROUND_STATE_CONFIRMED,
                           v1::ROUND_STATE_CORRECTED, v1::ROUND_STATE_DISPUTED}) {
    round.set_state(state);
    round.clear_answered();
    EXPECT_EQ(NextStep(round, true, absl::FromUnixSeconds(kExtended)), RoundStep::kWait);
    round.add_answered("assam_1");
    EXPECT_EQ(NextStep(round, true, absl::FromUnixSeconds(kExtended)), RoundStep::kRelease);
  }
  round.set_state(v1::ROUND_STATE_VOID);
  EXPECT_EQ(NextStep(round, true, absl::FromUnixSeconds(kExtended)), RoundStep::kWait);
}

TEST(RoundOutcome, EveryStateAndAgreement) {
  using privacy::Agreement;
  const auto is = [](RoundOutcome outcome, v1::RoundState state, ReleaseChange change) {
    return outcome.state == state && outcome.change == change;
  };
  const v1::RoundState frozen = v1::ROUND_STATE_FROZEN, provisional = v1::ROUND_STATE_PROVISIONAL,
                       confirmed = v1::ROUND_STATE_CONFIRMED, corrected = v1::ROUND_STATE_CORRECTED,
                       disputed = v1::ROUND_STATE_DISPUTED;
  EXPECT_TRUE(is(OutcomeOf(frozen, false, false, Agreement::kWaiting), frozen, ReleaseChange::kNone));
  EXPECT_TRUE(is(OutcomeOf(frozen, false, false, Agreement::kProvisional), provisional, ReleaseChange::kFirst));
  EXPECT_TRUE(is(OutcomeOf(frozen, false, false, Agreement::kConfirmed), confirmed, ReleaseChange::kFirst));
  EXPECT_TRUE(is(OutcomeOf(frozen, false, false, Agreement::kDisputed), disputed, ReleaseChange::kNone));
  EXPECT_TRUE(is(OutcomeOf(provisional, true, true, Agreement::kProvisional), provisional, ReleaseChange::kNone));
  EXPECT_TRUE(is(OutcomeOf(provisional, true, true, Agreement::kConfirmed), confirmed, ReleaseChange::kConfirm));
  EXPECT_TRUE(is(OutcomeOf(provisional, true, false, Agreement::kConfirmed), corrected, ReleaseChange::kCorrect));
  EXPECT_TRUE(is(OutcomeOf(provisional, true, false, Agreement::kDisputed), disputed, ReleaseChange::kWithdraw));
  EXPECT_TRUE(is(OutcomeOf(disputed, true, false, Agreement::kDisputed), disputed, ReleaseChange::kNone));
  EXPECT_TRUE(is(OutcomeOf(disputed, true, true, Agreement::kConfirmed), confirmed, ReleaseChange::kConfirm));
  EXPECT_TRUE(is(OutcomeOf(disputed, true, false, Agreement::kConfirmed), corrected, ReleaseChange::kCorrect));
  EXPECT_TRUE(is(OutcomeOf(disputed, false, false, Agreement::kConfirmed), confirmed, ReleaseChange::kFirst));
  for (const auto final : {confirmed, corrected}) {
    for (const auto agreement :
         {Agreement::kWaiting, Agreement::kProvisional, Agreement::kConfirmed, Agreement::kDisputed}) {
      EXPECT_TRUE(is(OutcomeOf(final, true, false, agreement), final, ReleaseChange::kNone));
    }
  }
}

}  // namespace
}  // namespace aangan::federation
