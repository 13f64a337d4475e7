// SPDX-License-Identifier: Apache-2.0
// Nodes that are restored, and a federation that makes the most of it: with f colluders it gets a second sum where the
// locks came back with the backup (the control), and never where they did not.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "server/node/restore.h"
#include "tests/support/lying_federation.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
using tests::AllBut;
using tests::IsOk;
using tests::kLiarQuarter;
using tests::LyingFederation;
using Image = LyingFederation::Image;

// Everything that says something about one freeze: honest answers, and what colluders make up.
std::optional<std::vector<int64_t>> SumFor(const LyingFederation& liar, const fed::Round& frozen,
                                           const std::vector<int>& colluders) {
  std::vector<privacy::PlacedAnswer> answers;
  for (const int place : colluders) answers.push_back(liar.ColludersWords(place, frozen));
  for (int place = 0; place < liar.n(); ++place) {
    const auto words = liar.WordsOf(place, frozen);
    if (words && std::find(colluders.begin(), colluders.end(), place) == colluders.end()) answers.push_back(*words);
  }
  if (static_cast<int>(answers.size()) < liar.ground().numbers.k) return std::nullopt;
  return privacy::Reconstruct(answers, liar.ground().numbers)->values;
}

// Six collectives: f = 1, k = 4, m = 5. Collective 0 is the target, 1 is restored; of the others each may collude.
constexpr int kTarget = 0;
constexpr int kRestored = 1;

class RestoreTest : public ::testing::Test {
 protected:
  struct Outcome {
    std::optional<std::vector<int64_t>> difference;  // of two sums: the target's vector
    size_t answers = 0;                              // of the restored node, in all
    bool contributed_again = false;
    int64_t regained = 0;  // budget that the restore gave back
  };

  // The federation shows the freeze of all to the target, 1 and some, and one without the target to the others; then
  // node 1, which has answered, is restored from before its answer, hears of the round again, and is shown the other
  // freeze, then the first one, then the round as announced.
  Outcome Attack(Image image, const std::vector<int>& colluders) {
    liar_.Announce();
    liar_.ContributeAll();
    liar_.PassWindow();
    liar_.SaveImage(kRestored, image_);
    const fed::Round all = liar_.Frozen(AllBut(6, {}));
    const fed::Round without = liar_.Frozen(AllBut(6, {kTarget}));
    std::vector<int> others = {kTarget, kRestored};
    others.insert(others.end(), colluders.begin(), colluders.end());
    others = AllBut(6, others);
    for (const int place : {kTarget, kRestored, others.front()}) EXPECT_THAT(liar_.Show(place, all), IsOk());
    for (size_t i = 1; i < others.size(); ++i) EXPECT_THAT(liar_.Show(others[i], without), IsOk());
    const int64_t cap = liar_.ground().catalogue->source.nano_rho_cap();
    const int64_t left = liar_.node(kRestored).once->BudgetLeft({2027, 2}, cap);
    EXPECT_EQ(liar_.answers().at(kRestored).size(), 1u);

    liar_.RestoreImage(kRestored, image_, image);
    EXPECT_THAT(liar_.Notice(kRestored, liar_.Truth()), IsOk());
    Outcome outcome;
    outcome.contributed_again = liar_.node(kRestored).close->Close(kLiarQuarter, "tokens/test").ok();
    for (const fed::Round& round : {without, all, liar_.Truth()}) EXPECT_THAT(liar_.Show(kRestored, round), IsOk());
    outcome.answers = liar_.answers().at(kRestored).size();
    outcome.regained = liar_.node(kRestored).once->BudgetLeft({2027, 2}, cap) - left;
    EXPECT_TRUE(liar_.complaints().empty());
    const auto first = SumFor(liar_, all, colluders);
    const auto second = SumFor(liar_, without, colluders);
    if (!first || !second) return outcome;
    outcome.difference = *first;
    for (size_t cell = 0; cell < first->size(); ++cell) (*outcome.difference)[cell] -= (*second)[cell];
    return outcome;
  }
  LyingFederation liar_{6};
  const tests::TempDir images_;
  const std::string image_ = images_ / "image";
};

class RestoreWithColluderTest : public RestoreTest, public ::testing::WithParamInterface<int> {};

TEST_P(RestoreWithColluderTest, WithoutItsLocksARestoredNodeAnswersNothingAndFColludersLearnNothing) {
  const Outcome outcome = Attack(Image::kWithoutLocks, {GetParam()});
  EXPECT_FALSE(outcome.difference.has_value());
  EXPECT_EQ(outcome.answers, 1u);  // the one from before
  EXPECT_FALSE(outcome.contributed_again);
  EXPECT_LE(outcome.regained, 0);
  EXPECT_TRUE(liar_.node(kRestored).once->SitsOut(kLiarQuarter));
}

TEST_P(RestoreWithColluderTest, ControlWithTheLocksInTheBackupTheTargetsVectorIsOpened) {
  const Outcome outcome = Attack(Image::kWhole, {GetParam()});
  ASSERT_TRUE(outcome.difference.has_value());
  EXPECT_EQ(*outcome.difference, liar_.VectorOf(kTarget));
  EXPECT_EQ(outcome.answers, 2u);
}

INSTANTIATE_TEST_SUITE_P(EachColluder, RestoreWithColluderTest, ::testing::Values(2, 3, 4, 5));

TEST_F(RestoreTest, WithoutColludersARestoredNodeAnswersNothingEither) {
  const Outcome outcome = Attack(Image::kWithoutLocks, {});
  EXPECT_FALSE(outcome.difference.has_value());
  EXPECT_EQ(outcome.answers, 1u);
  EXPECT_FALSE(outcome.contributed_again);
  EXPECT_LE(outcome.regained, 0);
}

TEST_F(RestoreTest, ControlWithoutColludersTheLocksInTheBackupGiveASecondAnswer) {
  EXPECT_EQ(Attack(Image::kWhole, {}).answers, 2u);
}

TEST_F(RestoreTest, FromBeforeTheContributionNothingIsSpentOrSentTwice) {
  liar_.Announce();
  liar_.SaveImage(kRestored, image_);
  liar_.ContributeAll();
  const int64_t cap = liar_.ground().catalogue->source.nano_rho_cap();
  const int64_t left = liar_.node(kRestored).once->BudgetLeft({2027, 2}, cap);
  const std::string before = liar_.contributions().at(kRestored);
  liar_.RestoreImage(kRestored, image_, Image::kWithoutLocks);
  // It counts at least what it spent, and contributes nothing to what had begun: neither to 2027Q1, nor to the running
  // quarter.
  EXPECT_LE(liar_.node(kRestored).once->BudgetLeft({2027, 2}, cap), left);
  ASSERT_THAT(liar_.Notice(kRestored, liar_.Truth()), IsOk());
  EXPECT_FALSE(liar_.node(kRestored).close->Close(kLiarQuarter, "tokens/test").ok());
  EXPECT_TRUE(liar_.node(kRestored).once->SitsOut({2027, 2}));
  EXPECT_FALSE(liar_.node(kRestored).once->SitsOut({2027, 3}));
  // What it sent before stays in the freeze; it is silent, and the others go on.
  liar_.PassWindow();
  const fed::Round all = liar_.Frozen(AllBut(6, {}));
  for (int place = 0; place < 6; ++place) ASSERT_THAT(liar_.Show(place, all), IsOk());
  EXPECT_FALSE(liar_.answers().contains(kRestored));
  EXPECT_EQ(liar_.answers().size(), 5u);
  EXPECT_EQ(liar_.contributions().at(kRestored), before);
  // A second start is no second restore.
  const int64_t counted = liar_.node(kRestored).once->BudgetLeft({2027, 2}, cap);
  liar_.Reopen(kRestored);
  EXPECT_EQ(liar_.node(kRestored).once->BudgetLeft({2027, 2}, cap), counted);
}

TEST_F(RestoreTest, ControlWithTheLedgerInTheBackupOneNodeSendsTwoVectors) {
  liar_.Announce();
  liar_.SaveImage(kRestored, image_);
  liar_.ContributeAll();
  const std::string before = liar_.contributions().at(kRestored);
  liar_.RestoreImage(kRestored, image_, Image::kWhole);
  liar_.Contribute(kRestored);
  EXPECT_NE(liar_.contributions().at(kRestored), before);  // shared twice with fresh coefficients and noise
}

TEST_F(RestoreTest, WithTheClockAt1970AndTheLogWithheldNothingIsAnsweredEither) {
  liar_.Announce();
  liar_.ContributeAll();
  liar_.PassWindow();
  liar_.SaveImage(kRestored, image_);
  const fed::Round all = liar_.Frozen(AllBut(6, {}));
  ASSERT_THAT(liar_.Show(kRestored, all), IsOk());
  liar_.clock().Advance(absl::UnixEpoch() - liar_.clock().Now());
  liar_.tamper_log = [](int, node::LogPage& page) { page.entries.clear(); };
  liar_.RestoreImage(kRestored, image_, Image::kWithoutLocks);
  EXPECT_FALSE(liar_.Notice(kRestored, liar_.Truth()).ok());  // goes by entries that it does not know
  liar_.tamper_log = nullptr;
  ASSERT_THAT(liar_.Notice(kRestored, liar_.Truth()), IsOk());
  EXPECT_FALSE(liar_.node(kRestored).close->Close(kLiarQuarter, "tokens/test").ok());
  for (const fed::Round& round : {all, liar_.Frozen(AllBut(6, {kTarget})), liar_.Truth()})
    ASSERT_THAT(liar_.Show(kRestored, round), IsOk());
  EXPECT_TRUE(liar_.complaints().empty());
  // The moment is that of the restored data or of the program, whatever the clock says.
  EXPECT_TRUE(liar_.node(kRestored).once->SitsOut(kLiarQuarter));
  EXPECT_TRUE(liar_.node(kRestored).once->SitsOut({2027, 2}));
  EXPECT_GT(liar_.node(kRestored).once->Ledger()->size(), 0u);
  EXPECT_EQ(liar_.answers().at(kRestored).size(), 1u);
}

// Both stores lost and the keys kept: no word of a second store is no sign of a new node.
TEST_F(RestoreTest, AMembershipWithoutTheStoresIsARestoreToo) {
  liar_.Announce();
  liar_.SaveImage(kRestored, image_);
  for (const char* store : {"once", "main", "durable_head"}) {
    ASSERT_TRUE(std::filesystem::exists(image_ + "/" + store)) << store;
    std::filesystem::remove_all(image_ + "/" + store);
  }
  ASSERT_TRUE(liar_.node(kRestored).round_keys->Find(kLiarQuarter)->has_value());
  liar_.RestoreImage(kRestored, image_, Image::kWhole);
  EXPECT_TRUE(liar_.node(kRestored).once->SitsOut(kLiarQuarter));
  EXPECT_TRUE(liar_.node(kRestored).once->SitsOut({2027, 2}));
  EXPECT_FALSE(liar_.node(kRestored).round_keys->Find(kLiarQuarter)->has_value());
  EXPECT_GT(liar_.node(kRestored).once->Ledger()->size(), 0u);
}

// The main store alone lost: what was spent stays spent, and what had begun is sat out.
TEST_F(RestoreTest, ALedgerWithoutTheMainStoreIsARestoreToo) {
  liar_.Announce();
  liar_.Contribute(kRestored);
  const int64_t cap = liar_.ground().catalogue->source.nano_rho_cap();
  const int64_t left = liar_.node(kRestored).once->BudgetLeft({2027, 2}, cap);
  liar_.SaveImage(kRestored, image_);
  for (const char* file : {"main", "durable_head", "membership"}) {
    ASSERT_TRUE(std::filesystem::exists(image_ + "/" + file)) << file;
    std::filesystem::remove_all(image_ + "/" + file);
  }
  liar_.RestoreImage(kRestored, image_, Image::kWhole);
  EXPECT_TRUE(liar_.node(kRestored).once->SitsOut(kLiarQuarter));
  EXPECT_LE(liar_.node(kRestored).once->BudgetLeft({2027, 2}, cap), left);
}

// A node from before there was a note of where it lies gets one; later a missing one says as much as a wrong one, and
// each time costs what had begun, once.
TEST_F(RestoreTest, WhereItLiesIsNotedSilentlyAndMissedAfterwards) {
  liar_.Announce();
  liar_.Contribute(kRestored);
  tests::LiarNode& node = liar_.node(kRestored);
  const int64_t cap = liar_.ground().catalogue->source.nano_rho_cap();
  const int64_t left = node.once->BudgetLeft({2027, 2}, cap);
  const auto incarnation = node.once->incarnation();
  liar_.homes = true;
  for (int start = 0; start < 2; ++start) {
    liar_.Reopen(kRestored);
    EXPECT_EQ(node.once->restore_time_us(), 0);
    EXPECT_EQ(node.once->incarnation(), incarnation);
  }
  const auto start_without_note = [&] {
    liar_.clock().Advance(absl::Seconds(1));
    node.Close();
    ASSERT_TRUE(std::filesystem::remove(*node.folder / "once/home"));
    liar_.Reopen(kRestored);
    EXPECT_EQ(node.once->restore_time_us(), absl::ToUnixMicros(liar_.clock().Now()));
    EXPECT_TRUE(node.once->SitsOut(kLiarQuarter));
    EXPECT_EQ(node.store->ListAudit(std::nullopt, 0, 1)->front().action, storage::node::Action::kSecondStoreMade);
  };
  start_without_note();
  const auto second = node.once->incarnation();
  EXPECT_NE(second, incarnation);
  const int64_t counted = node.once->BudgetLeft({2027, 2}, cap);
  EXPECT_LT(counted, left);
  start_without_note();
  EXPECT_NE(node.once->incarnation(), second);
  EXPECT_EQ(node.once->BudgetLeft({2027, 2}, cap), counted);
}

TEST_F(RestoreTest, ANewNodeIsNotRestored) {
  for (int place = 0; place < 6; ++place) {
    EXPECT_EQ(liar_.node(place).once->restore_time_us(), 0);
    liar_.Reopen(place);
    EXPECT_EQ(liar_.node(place).once->restore_time_us(), 0);
  }
}

TEST_F(RestoreTest, AnOperatorMovesTheDayOnAndNeverBack) {
  liar_.Announce();
  liar_.SaveImage(kRestored, image_);
  liar_.RestoreImage(kRestored, image_, Image::kWithoutLocks);
  tests::LiarNode& node = liar_.node(kRestored);
  storage::node::OnceStore& once = *node.once;
  const auto confirm = [&](tests::LiarNode& of, std::optional<model::Day> day) {
    return node::ConfirmRestore(*of.store, *of.once, *of.book, liar_.clock(), day, "tokens/test");
  };
  const absl::Time noted = absl::FromUnixMicros(once.restore_time_us());
  const model::Day day = model::DayInIndia(noted);
  const size_t debits = once.Ledger()->size();
  const auto refused = tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField);
  EXPECT_THAT(confirm(node, day - 1).status(), refused);
  EXPECT_THAT(confirm(node, model::DayInIndia(liar_.clock().Now()) + 402).status(), refused);
  EXPECT_THAT(confirm(liar_.node(0), std::nullopt).status(),
              tests::HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
  EXPECT_FALSE(once.restore_confirmed());
  EXPECT_EQ(*confirm(node, std::nullopt), noted);
  EXPECT_EQ(*confirm(node, day), noted);
  EXPECT_TRUE(once.restore_confirmed());
  EXPECT_EQ(once.Ledger()->size(), debits);
  EXPECT_EQ(node.store->ListAudit(std::nullopt, 0, 1)->front().action, storage::node::Action::kRestoreConfirmed);

  // Into the next quarter but one: both quarters begin by then.
  const model::Period next = model::QuarterOf(day).Next();
  const int64_t cap = liar_.ground().catalogue->source.nano_rho_cap();
  EXPECT_FALSE(once.SitsOut(next));
  const int64_t left = once.BudgetLeft(next.Next(), cap);
  ASSERT_THAT(confirm(node, next.Next().first_day()).status(), IsOk());
  EXPECT_TRUE(once.SitsOut(next));
  EXPECT_TRUE(once.SitsOut(next.Next()));
  EXPECT_FALSE(once.SitsOut(next.Next().Next()));
  EXPECT_EQ(once.Ledger()->size(), debits + 2);
  EXPECT_LT(once.BudgetLeft(next.Next(), cap), left);
  EXPECT_EQ(node.store->ListAudit(std::nullopt, 0, 1)->front().action, storage::node::Action::kRestoreMoved);
  EXPECT_THAT(confirm(node, day).status(), refused);
  // It is on disk, and a second start is no second restore.
  const int64_t moved = once.restore_time_us();
  liar_.Reopen(kRestored);
  EXPECT_EQ(liar_.node(kRestored).once->restore_time_us(), moved);
  EXPECT_TRUE(liar_.node(kRestored).once->restore_confirmed());
}

TEST_F(RestoreTest, ALogThatComesLaterOnlyAddsToWhatIsCounted) {
  liar_.Announce();
  liar_.SaveImage(kRestored, image_);
  liar_.RestoreImage(kRestored, image_, Image::kWithoutLocks);
  storage::node::OnceStore& once = *liar_.node(kRestored).once;
  const int64_t cap = 88'152'688;
  const int64_t left = once.BudgetLeft({2027, 2}, cap);
  fed::LogEntry entry;
  entry.set_kind(fed::LOG_ENTRY_KIND_CATALOGUE);
  entry.set_charge_nano_rho(1);
  ASSERT_THAT(node::CountByLog(once, {entry}), IsOk());
  EXPECT_EQ(once.BudgetLeft({2027, 2}, cap), left);
  entry.set_charge_nano_rho(20'000'000);
  ASSERT_THAT(node::CountByLog(once, {entry}), IsOk());
  EXPECT_LT(once.BudgetLeft({2027, 2}, cap), left);
  const int64_t counted = once.BudgetLeft({2027, 2}, cap);
  ASSERT_THAT(node::CountByLog(once, {entry}), IsOk());
  EXPECT_EQ(once.BudgetLeft({2027, 2}, cap), counted);
}

}  // namespace
}  // namespace aangan
