// SPDX-License-Identifier: Apache-2.0
// Verify says how much it saw, and finds a record that was taken away behind the tallies' back.
#include "storage/node/recount.h"

#include "gtest/gtest.h"
#include "storage/engine/database.h"
#include "storage/node/record_codec.h"
#include "storage/node/writer_steps.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/storage/node/node_store_test_support.h"

namespace aangan::storage::node {
namespace {

TEST(Recount, SaysHowMuchItSaw) {
  StoreUnderTest test;
  test.AddService(test.AddMember(true), DayOf(2026, 8, 1));
  const auto report = test.store->Verify();
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->records, 3);  // member, consent, service
  EXPECT_EQ(report->audit_entries, 3);
  EXPECT_GE(report->tally_sets, 4);
  EXPECT_GT(report->cells, 100);
}

// It holds the writer up for as long as a slow disk wants; whoever watches that sees it get on.
TEST(Recount, TakesStepsWhileItReads) {
  StoreUnderTest test;
  test.AddService(test.AddMember(true), DayOf(2026, 8, 1));
  const uint64_t before = WriterSteps(*test.store);
  const auto report = test.store->Verify();
  ASSERT_TRUE(report.ok());
  EXPECT_GT(WriterSteps(*test.store), before + static_cast<uint64_t>(report->records + report->audit_entries));
}

TEST(Recount, FindsARecordThatWasTakenAway) {
  StoreUnderTest test;
  const model::RecordName service = test.AddService(test.AddMember(true), DayOf(2026, 8, 1));
  test.Close();
  {
    DatabaseOptions options;
    options.folder = test.folder / "node/main";
    options.families = kNodeMainFamilies;
    auto database = Database::Open(options);
    ASSERT_TRUE(database.ok());
    Batch batch(nullptr);
    batch.Delete(Family::kRecords, RecordKey(service));
    ASSERT_THAT((*database)->Write(batch), tests::IsOk());
  }
  test.Open();
  EXPECT_THAT(test.store->Verify().status(), tests::HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

}  // namespace
}  // namespace aangan::storage::node
