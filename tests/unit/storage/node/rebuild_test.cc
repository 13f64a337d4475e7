// SPDX-License-Identifier: Apache-2.0
// Counting in the background while writes go on ends in the same numbers as a recount.
#include "storage/node/rebuild.h"

#include <atomic>
#include <thread>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/storage/node/node_store_test_support.h"

namespace aangan::storage::node {
namespace {

TEST(Rebuild, WritesDuringACountAreCountedOnce) {
  StoreUnderTest test;
  std::vector<model::Id> members;
  for (int i = 0; i < 60; ++i) members.push_back(test.AddMember(i % 3 != 0));
  for (int round = 0; round < 6; ++round) {
    ASSERT_TRUE(test.store->SetCatalogues({}).ok());
    ASSERT_TRUE(test.store->SetCatalogues({{test.catalogue, 0}}).ok());
    std::thread writer([&] {
      for (int i = 0; i < 30; ++i)
        test.AddService(members[static_cast<size_t>((round * 7 + i) % 60)], DayOf(2026, 7 + i % 3, 5));
    });
    EXPECT_TRUE(test.store->AwaitRebuilt(absl::Seconds(60)).ok());
    writer.join();
    auto report = test.store->Verify();
    ASSERT_TRUE(report.ok()) << "round " << round;
    EXPECT_GT(report->tally_sets, 3);
  }
}

TEST(Rebuild, AWriteBeforeAnybodySaidWhatToCountIsCounted) {
  StoreUnderTest test;
  const model::Id member = test.AddMember(true);
  test.Close();
  test.OpenUncounted();
  test.AddService(member, DayOf(2026, 8, 1));
  test.AddMember(true);
  test.Count(0);
  EXPECT_THAT(test.store->Verify().status(), tests::IsOk());
  test.Close();
  test.Open();
  EXPECT_THAT(test.store->Verify().status(), tests::IsOk());
}

TEST(Rebuild, AnotherPlaceIsAnotherCount) {
  StoreUnderTest test;
  for (int i = 0; i < 5; ++i) test.AddService(test.AddMember(true), DayOf(2026, 8, 1));
  test.Count(1);
  EXPECT_THAT(test.store->Verify().status(), tests::IsOk());
  test.Close();
  test.OpenUncounted();
  test.Count(0);
  EXPECT_THAT(test.store->Verify().status(), tests::IsOk());
}

TEST(Rebuild, CataloguesMayComeAndGoWhileCommitsMoveTheirSets) {
  StoreUnderTest test;
  std::vector<model::Id> members;
  for (int i = 0; i < 10; ++i) members.push_back(test.AddMember(true));
  std::atomic<bool> over{false};
  std::thread writer([&] {
    for (size_t i = 0; i < 300; ++i) test.AddService(members[i % members.size()], DayOf(2026, 8, 1));
    over = true;
  });
  while (!over) {
    EXPECT_THAT(test.store->SetCatalogues({}), tests::IsOk());
    EXPECT_THAT(test.store->SetCatalogues({{test.catalogue, 0}}), tests::IsOk());
  }
  writer.join();
  test.Count(0);
  EXPECT_THAT(test.store->Verify().status(), tests::IsOk());
  test.Close();
  test.Open();
  EXPECT_THAT(test.store->Verify().status(), tests::IsOk());
}

}  // namespace
}  // namespace aangan::storage::node
