// SPDX-License-Identifier: Apache-2.0
// What may happen only once: one draw a round, one debit a period, the same bytes for good.
#include "storage/node/once_store.h"

#include <array>
#include <filesystem>
#include <set>

#include "base/digest.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/storage/node/node_store_test_support.h"

namespace aangan::storage::node {
namespace {

class OnceStoreTest : public ::testing::Test {
 protected:
  OnceStoreTest() { Open(); }
  void Open() {
    once_.reset();
    auto opened = OnceStore::Open(folder_ / "once", &clock_, &random_);
    ASSERT_TRUE(opened.ok());
    once_ = *std::move(opened);
  }
  RoundEntry Entry(const model::Period& period, int64_t charge) {
    RoundEntry entry;
    entry.period = period;
    entry.round_id = Sha256(model::PeriodText(period));
    entry.charge_nano_rho = charge;
    return entry;
  }
  absl::Status Approve(const model::Period& period, const Digest& digest, int64_t cap) {
    OnceStore::Approval approval;
    approval.period = period;
    approval.proposal_digest = digest;
    approval.protected_vector = "vector";
    approval.make_contribution = [](const Digest& head) { return "contribution " + ToHex(head); };
    approval.name_contribution = [](absl::string_view contribution) { return Sha256(contribution); };
    approval.cap_nano_rho = cap;
    return once_->Approve(approval);
  }
  absl::Status WholeWay(const model::Period& period, int64_t charge, int64_t cap) {
    const Digest digest = Sha256("proposal");
    absl::Status status = once_->Announce(Entry(period, charge));
    if (status.ok()) status = once_->Propose(period, digest);
    return status.ok() ? Approve(period, digest, cap) : status;
  }
  tests::TempDir folder_;
  StillClock clock_;
  SystemRandom random_;
  std::unique_ptr<OnceStore> once_;
};

TEST_F(OnceStoreTest, ARoundKeepsItsFirstDrawAlsoAfterReopening) {
  const Digest round = Sha256("2026Q3");
  EXPECT_FALSE(once_->FindDraw(round)->has_value());
  const SecretBytes first = *once_->KeepDraw(round, SecretBytes::Random(100, random_));
  const SecretBytes again = *once_->KeepDraw(round, SecretBytes::Random(100, random_));
  EXPECT_TRUE(first.ConstantTimeEquals(again.span()));
  Open();
  EXPECT_TRUE(first.ConstantTimeEquals((*once_->FindDraw(round))->span()));
}

TEST_F(OnceStoreTest, AnApprovalDebitsAndEndsTheDrawInOneStep) {
  const RoundEntry entry = Entry({2026, 3}, 10);
  ASSERT_TRUE(once_->KeepDraw(entry.round_id, SecretBytes::Random(100, random_)).ok());
  ASSERT_THAT(WholeWay({2026, 3}, 10, 100), tests::IsOk());
  Open();
  const RoundEntry approved = *once_->GetRound({2026, 3});
  EXPECT_EQ(approved.stage, Stage::kApproved);
  const auto ledger = *once_->Ledger();
  ASSERT_EQ(ledger.size(), 1u);
  EXPECT_EQ(ledger[0].nano_rho, 10);
  EXPECT_EQ(approved.contribution, "contribution " + ToHex(ledger[0].head));
  EXPECT_EQ(once_->ledger_head(), ledger[0].head);
  EXPECT_FALSE(once_->FindDraw(entry.round_id)->has_value());
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "once/draw_keys"));
}

TEST_F(OnceStoreTest, WhatWasNotShownIsNotApproved) {
  ASSERT_THAT(once_->Announce(Entry({2026, 3}, 10)), tests::IsOk());
  EXPECT_THAT(Approve({2026, 3}, {}, 100),
              tests::HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
  ASSERT_THAT(once_->Propose({2026, 3}, Sha256("shown")), tests::IsOk());
  EXPECT_THAT(Approve({2026, 3}, Sha256("other"), 100),
              tests::HasProblem(absl::StatusCode::kAborted, Reason::kProposalChanged));
  EXPECT_TRUE(once_->Ledger()->empty());
}

TEST_F(OnceStoreTest, TheBudgetIsSpentOnce) {
  ASSERT_THAT(WholeWay({2026, 1}, 60, 100), tests::IsOk());
  EXPECT_EQ(once_->BudgetLeft({2026, 2}, 100), 40);
  EXPECT_THAT(WholeWay({2026, 2}, 41, 100), tests::HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kBudget));
  EXPECT_EQ(once_->Ledger()->size(), 1u);
  EXPECT_THAT(WholeWay({2027, 1}, 41, 100), tests::IsOk());
}

TEST_F(OnceStoreTest, OnlyLaterPeriodsThanAllBeforeAreDebited) {
  ASSERT_THAT(WholeWay({2026, 3}, 10, 100), tests::IsOk());
  EXPECT_THAT(WholeWay({2026, 2}, 10, 100),
              tests::HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kPeriodTooOld));
}

TEST_F(OnceStoreTest, AnotherRoundOfAPeriodThatWasApprovedIsRefused) {
  ASSERT_THAT(WholeWay({2026, 3}, 10, 100), tests::IsOk());
  RoundEntry other = Entry({2026, 3}, 10);
  EXPECT_THAT(once_->Announce(other), tests::IsOk());  // the same round again changes nothing
  other.round_id = Sha256("another");
  EXPECT_THAT(once_->Announce(other), tests::HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
  EXPECT_EQ(once_->GetRound({2026, 3})->stage, Stage::kApproved);
}

TEST_F(OnceStoreTest, ARefusalSpendsNothing) {
  ASSERT_THAT(once_->Announce(Entry({2026, 3}, 10)), tests::IsOk());
  ASSERT_THAT(once_->Refuse({2026, 3}), tests::IsOk());
  EXPECT_TRUE(once_->Ledger()->empty());
  EXPECT_THAT(once_->Propose({2026, 3}, {}),
              tests::HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
}

TEST_F(OnceStoreTest, TheIncarnationStaysAndTheCounterRises) {
  const auto incarnation = once_->incarnation();
  EXPECT_EQ(*once_->NextCounter(), 1u);
  Open();
  EXPECT_EQ(once_->incarnation(), incarnation);
  EXPECT_EQ(*once_->NextCounter(), 2u);
}

TEST_F(OnceStoreTest, ARoundGoesToItsEnd) {
  ASSERT_THAT(WholeWay({2026, 3}, 10, 100), tests::IsOk());
  ASSERT_THAT(once_->MarkSent({2026, 3}, "receipt"), tests::IsOk());
  ASSERT_THAT(once_->MarkSent({2026, 3}, "receipt"), tests::IsOk());
  ASSERT_THAT(once_->MarkEnded({2026, 3}, Stage::kReceived, "release", true), tests::IsOk());
  const RoundEntry entry = once_->ListRounds()->front();
  EXPECT_EQ(entry.receipt, "receipt");
  EXPECT_EQ(entry.national_release, "release");
}

TEST_F(OnceStoreTest, AReleaseIsNotedAlsoWhereTheOwnContributionCameToNothing) {
  EXPECT_TRUE(absl::IsNotFound(once_->NoteRelease({2026, 3}, "release", true)));
  ASSERT_THAT(once_->Announce(Entry({2026, 3}, 10)), tests::IsOk());
  ASSERT_THAT(once_->Refuse({2026, 3}), tests::IsOk());
  ASSERT_THAT(once_->NoteRelease({2026, 3}, "release", true), tests::IsOk());
  ASSERT_THAT(once_->NoteRelease({2026, 3}, "another", false), tests::IsOk());
  Open();
  const RoundEntry entry = *once_->GetRound({2026, 3});
  EXPECT_EQ(entry.stage, Stage::kRefused);
  EXPECT_EQ(entry.national_release, "another");
  EXPECT_FALSE(entry.sum_agrees);
}

TEST_F(OnceStoreTest, AfterARestoreWhatMayHaveBeenSpentIsCountedAndWhatHadBegunIsSatOut) {
  EXPECT_FALSE(once_->SitsOut({1970, 1}));
  ASSERT_THAT(once_->KeepDraw(Sha256("2026Q3"), SecretBytes::Random(100, random_)).status(), tests::IsOk());
  const std::string draw_key = folder_ / "once/draw_keys/" + ToHex(Sha256("2026Q3"));
  ASSERT_TRUE(std::filesystem::exists(draw_key));
  const int64_t moment = absl::ToUnixMicros(model::Period{2026, 2}.end() + absl::Hours(1));  // in 2026Q3
  ASSERT_THAT(once_->StartAfterRestore(moment, {{{2026, 2}, 40}, {{2026, 3}, 50}}), tests::IsOk());
  EXPECT_FALSE(std::filesystem::exists(draw_key));
  Open();
  EXPECT_EQ(once_->restore_time_us(), moment);
  EXPECT_TRUE(once_->SitsOut({2026, 2}));
  EXPECT_TRUE(once_->SitsOut({2026, 3}));
  EXPECT_FALSE(once_->SitsOut({2026, 4}));
  EXPECT_EQ(once_->BudgetLeft({2026, 4}, 100), 10);
  ASSERT_THAT(once_->AddPriorDebits({{{2026, 3}, 5}}), tests::IsOk());
  EXPECT_EQ(once_->BudgetLeft({2026, 4}, 100), 5);
  EXPECT_EQ(once_->Ledger()->size(), 3u);
}

TEST_F(OnceStoreTest, EachRestoreIsAnotherIncarnationAndWantsAWordOfItsOwn) {
  const int64_t moment = absl::ToUnixMicros(model::Period{2026, 2}.end() + absl::Hours(1));
  std::set<std::array<uint8_t, 16>> seen = {once_->incarnation()};
  for (int restore = 0; restore < 3; ++restore) {
    ASSERT_THAT(once_->StartAfterRestore(moment + restore, {}), tests::IsOk());
    EXPECT_TRUE(seen.insert(once_->incarnation()).second);
    EXPECT_FALSE(once_->restore_confirmed());
    ASSERT_THAT(once_->ConfirmRestore(moment + restore, {}), tests::IsOk());
    const auto incarnation = once_->incarnation();
    Open();
    EXPECT_EQ(once_->incarnation(), incarnation);
    EXPECT_EQ(once_->restore_time_us(), moment + restore);
    EXPECT_TRUE(once_->restore_confirmed());
  }
  EXPECT_THAT(once_->StartAfterRestore(moment, {}),
              tests::HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
}

TEST_F(OnceStoreTest, ThatItsPlaceWasNotedStays) {
  EXPECT_FALSE(*once_->HomeNoted());
  ASSERT_THAT(once_->NoteHome(), tests::IsOk());
  Open();
  EXPECT_TRUE(*once_->HomeNoted());
}

TEST_F(OnceStoreTest, TheMomentOfARestoreIsConfirmedAndMovesOnAlone) {
  EXPECT_THAT(once_->ConfirmRestore(1, {}),
              tests::HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
  const int64_t moment = absl::ToUnixMicros(model::Period{2026, 2}.end() + absl::Hours(1));  // in 2026Q3
  ASSERT_THAT(once_->StartAfterRestore(moment, {{{2026, 3}, 50}}), tests::IsOk());
  EXPECT_FALSE(once_->restore_confirmed());
  EXPECT_THAT(once_->ConfirmRestore(moment - 1, {}),
              tests::HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
  EXPECT_FALSE(once_->restore_confirmed());
  ASSERT_THAT(once_->ConfirmRestore(moment, {}), tests::IsOk());
  Open();
  EXPECT_TRUE(once_->restore_confirmed());
  EXPECT_EQ(once_->restore_time_us(), moment);
  EXPECT_FALSE(once_->SitsOut({2026, 4}));
  // Later, with what had begun by then, in one step.
  const int64_t later = absl::ToUnixMicros(model::Period{2026, 3}.end() + absl::Hours(1));
  ASSERT_THAT(once_->ConfirmRestore(later, {{{2026, 4}, 20}}), tests::IsOk());
  Open();
  EXPECT_EQ(once_->restore_time_us(), later);
  EXPECT_TRUE(once_->SitsOut({2026, 4}));
  EXPECT_EQ(once_->BudgetLeft({2027, 1}, 100), 30);
  EXPECT_FALSE(once_->ConfirmRestore(moment, {}).ok());
}

TEST_F(OnceStoreTest, AFreezeIsKeptOnce) {
  ASSERT_THAT(once_->Announce(Entry({2026, 3}, 1)), tests::IsOk());
  ASSERT_THAT(once_->KeepFreeze({2026, 3}, "freeze"), tests::IsOk());
  EXPECT_THAT(once_->KeepFreeze({2026, 3}, "freeze"), tests::IsOk());
  EXPECT_FALSE(once_->KeepFreeze({2026, 3}, "another").ok());
}

}  // namespace
}  // namespace aangan::storage::node
