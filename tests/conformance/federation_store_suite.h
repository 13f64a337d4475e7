// SPDX-License-Identifier: Apache-2.0
// One suite for every FederationStore. A store's test derives a fixture that opens a fresh one and instantiates the
// suite.
#ifndef AANGAN_TESTS_CONFORMANCE_FEDERATION_STORE_SUITE_H_
#define AANGAN_TESTS_CONFORMANCE_FEDERATION_STORE_SUITE_H_

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/federation/federation_store.h"
#include "tests/support/status_matchers.h"

namespace aangan::storage::federation {

// `Fixture` has Open(), which opens the same store again after Close(), and Close().
template <typename Fixture>
class FederationStoreSuite : public ::testing::Test {
 protected:
  void SetUp() override { store_ = fixture_.Open(); }
  void Reopen() {
    store_.reset();
    store_ = fixture_.Open();
  }
  Fixture fixture_;
  std::unique_ptr<FederationStore> store_;
};
TYPED_TEST_SUITE_P(FederationStoreSuite);

TYPED_TEST_P(FederationStoreSuite, WhatWasCommittedIsThereAlsoAfterReopening) {
  ASSERT_THAT(this->store_->Commit(
                  {{Table::kRounds, "2026Q3", "announced"}, {Table::kReleases, "2026Q3", std::string("a\0b", 3)}}, {}),
              tests::IsOk());
  this->Reopen();
  EXPECT_EQ(*this->store_->Get(Table::kRounds, "2026Q3"), "announced");
  EXPECT_EQ(*this->store_->Get(Table::kReleases, "2026Q3"), std::string("a\0b", 3));
  EXPECT_EQ(*this->store_->Get(Table::kContributions, "2026Q3"), std::nullopt);
}

TYPED_TEST_P(FederationStoreSuite, AFailedConditionWritesNothing) {
  ASSERT_THAT(
      this->store_->Commit({{Table::kRounds, "2026Q3", "announced"}}, {{Table::kRounds, "2026Q3", std::nullopt}}),
      tests::IsOk());
  EXPECT_THAT(this->store_->Commit({{Table::kSettings, "other", "x"}, {Table::kRounds, "2026Q3", "void"}},
                                   {{Table::kRounds, "2026Q3", "frozen"}}),
              tests::HasProblem(absl::StatusCode::kAborted, Reason::kWrongState));
  EXPECT_EQ(*this->store_->Get(Table::kRounds, "2026Q3"), "announced");
  EXPECT_EQ(*this->store_->Get(Table::kSettings, "other"), std::nullopt);
  EXPECT_THAT(this->store_->Commit({{Table::kRounds, "2026Q3", "frozen"}}, {{Table::kRounds, "2026Q3", "announced"}}),
              tests::IsOk());
  EXPECT_EQ(*this->store_->Get(Table::kRounds, "2026Q3"), "frozen");
}

TYPED_TEST_P(FederationStoreSuite, AWriteWithoutAValueDeletes) {
  ASSERT_THAT(this->store_->Commit({{Table::kUploads, "k", "v"}}, {}), tests::IsOk());
  ASSERT_THAT(this->store_->Commit({{Table::kUploads, "k", std::nullopt}}, {}), tests::IsOk());
  EXPECT_EQ(*this->store_->Get(Table::kUploads, "k"), std::nullopt);
}

TYPED_TEST_P(FederationStoreSuite, ListsAPrefixInOrderAndInPages) {
  for (const char* key : {"a/3", "a/1", "b/1", "a/2", "a"}) {
    ASSERT_THAT(this->store_->Commit({{Table::kSettings, key, "v"}}, {}), tests::IsOk());
  }
  auto page = this->store_->List(Table::kSettings, "a/", "", 2);
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->size(), 2u);
  EXPECT_EQ((*page)[0].key, "a/1");
  EXPECT_EQ((*page)[1].key, "a/2");
  auto rest = this->store_->List(Table::kSettings, "a/", "a/2", 10);
  ASSERT_EQ(rest->size(), 1u);
  EXPECT_EQ((*rest)[0].key, "a/3");
  EXPECT_TRUE(this->store_->List(Table::kSettings, "a/", "", 0)->empty());
  EXPECT_TRUE(this->store_->List(Table::kSettings, "c/", "", 10)->empty());
}

TYPED_TEST_P(FederationStoreSuite, OfManyWhoClaimTheSameOneWins) {
  std::atomic<int> won{0};
  std::vector<std::thread> claimants;
  for (int i = 0; i < 8; ++i) {
    claimants.emplace_back([&, i] {
      won += this->store_
                 ->Commit({{Table::kSettings, "claim", absl::StrCat(i)}}, {{Table::kSettings, "claim", std::nullopt}})
                 .ok();
    });
  }
  for (std::thread& claimant : claimants) claimant.join();
  EXPECT_EQ(won, 1);
}

TYPED_TEST_P(FederationStoreSuite, WhatIsTooLargeIsRefusedWhole) {
  EXPECT_THAT(this->store_->Commit(
                  {{Table::kSettings, "fine", "x"}, {Table::kSettings, std::string(kKeyBytesMax + 1, 'k'), "x"}}, {}),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kTooLarge));
  EXPECT_THAT(this->store_->Commit({{Table::kSettings, "large", std::string(kValueBytesMax + 1, 'v')}}, {}),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kTooLarge));
  EXPECT_THAT(this->store_->Commit({{Table::kSettings, "", "x"}}, {}),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kTooLarge));
  EXPECT_EQ(*this->store_->Get(Table::kSettings, "fine"), std::nullopt);
}

REGISTER_TYPED_TEST_SUITE_P(FederationStoreSuite, WhatWasCommittedIsThereAlsoAfterReopening,
                            AFailedConditionWritesNothing, AWriteWithoutAValueDeletes, ListsAPrefixInOrderAndInPages,
                            OfManyWhoClaimTheSameOneWins, WhatIsTooLargeIsRefusedWhole);

}  // namespace aangan::storage::federation

#endif  // AANGAN_TESTS_CONFORMANCE_FEDERATION_STORE_SUITE_H_
