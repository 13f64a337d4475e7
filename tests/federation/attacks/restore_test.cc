// SPDX-License-Identifier: Apache-2.0
// Nodes that are restored, and a federation that makes the most of it: with f colluders it gets a second sum where the
// locks came back with the backup (the control), and never where they did not.
#include <gtest/gtest.h>

#include <algorithm>

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

// Six collectives: f = 1, k = 4, m = 5. Collective 5 colludes, 0 is the target, 1 is restored.
constexpr int kTarget = 0;
constexpr int kRestored = 1;

class RestoreTest : public ::testing::Test {
 protected:
  // The federation shows the freeze of all to the target, 1 and 2, and one without the target to 3 and 4; then node 1,
  // which has answered, is restored from before its answer and is shown the other freeze.
  // Two sums differ by the target's vector.
  std::optional<std::vector<int64_t>> Attack(Image image, const std::vector<int>& colluders) {
    liar_.Announce();
    liar_.ContributeAll();
    liar_.PassWindow();
    liar_.SaveImage(kRestored, image_);
    const fed::Round all = liar_.Frozen(AllBut(6, {}));
    const fed::Round without = liar_.Frozen(AllBut(6, {kTarget}));
    for (const int place : {kTarget, kRestored, 2}) EXPECT_THAT(liar_.Show(place, all), IsOk());
    for (const int place : {3, 4}) EXPECT_THAT(liar_.Show(place, without), IsOk());
    liar_.RestoreImage(kRestored, image_, image);
    const absl::Status shown = liar_.Show(kRestored, without);
    EXPECT_TRUE(shown.ok() || absl::IsNotFound(shown)) << shown;  // a new second store knows of no round
    const auto first = SumFor(liar_, all, colluders);
    const auto second = SumFor(liar_, without, colluders);
    if (!first || !second) return std::nullopt;
    std::vector<int64_t> difference = *first;
    for (size_t cell = 0; cell < difference.size(); ++cell) difference[cell] -= (*second)[cell];
    return difference;
  }
  LyingFederation liar_{6};
  const tests::TempDir images_;
  const std::string image_ = images_ / "image";
};

TEST_F(RestoreTest, WithoutItsLocksARestoredNodeAnswersNothingAndFColludersLearnNothing) {
  EXPECT_FALSE(Attack(Image::kWithoutLocks, {5}).has_value());
  EXPECT_EQ(liar_.answers().at(kRestored).size(), 1u);  // the one from before
  EXPECT_TRUE(liar_.node(kRestored).once->SitsOut(kLiarQuarter));
}

TEST_F(RestoreTest, ControlWithTheLocksInTheBackupTheTargetsVectorIsOpened) {
  const auto opened = Attack(Image::kWhole, {5});
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(*opened, liar_.VectorOf(kTarget));
  EXPECT_EQ(liar_.answers().at(kRestored).size(), 2u);
}

TEST_F(RestoreTest, WithoutColludersNeitherImageOpensAnything) { EXPECT_FALSE(Attack(Image::kWhole, {}).has_value()); }

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
  // The moment is that of the restored data or of the program, whatever the clock says.
  EXPECT_TRUE(liar_.node(kRestored).once->SitsOut(kLiarQuarter));
  EXPECT_TRUE(liar_.node(kRestored).once->SitsOut({2027, 2}));
  EXPECT_GT(liar_.node(kRestored).once->Ledger()->size(), 0u);
  EXPECT_EQ(liar_.answers().at(kRestored).size(), 1u);
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
