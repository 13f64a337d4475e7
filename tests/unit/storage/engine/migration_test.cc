// SPDX-License-Identifier: Apache-2.0
// Steps run in order, each with its number in one write; a stop in the middle goes on from there.
#include "storage/engine/migration.h"

#include <gtest/gtest.h>

#include "storage/engine/database.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage {
namespace {

using tests::HasProblem;
using tests::IsOk;

absl::Status AppendLetter(Batch& batch, absl::string_view letter) {
  auto value = batch.Get(Family::kSettings, "letters");
  if (!value.ok()) return value.status();
  batch.Put(Family::kSettings, "letters", value->value_or("") + std::string(letter));
  return absl::OkStatus();
}

std::vector<MigrationStep> Steps() {
  return {{2, "b", [](Batch& batch) { return AppendLetter(batch, "b"); }},
          {1, "a", [](Batch& batch) { return AppendLetter(batch, "a"); }}};
}

class MigrationTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Database>> Open(uint32_t format, const std::vector<MigrationStep>& steps) {
    return Database::Open({.folder = dir_ / "db", .families = kNodeMainFamilies, .format = format, .migration = steps});
  }
  tests::TempDir dir_;
};

TEST_F(MigrationTest, ANewStoreHasTodaysFormatAndRunsNoStep) {
  auto database = Open(3, Steps());
  ASSERT_THAT(database, IsOk());
  EXPECT_TRUE((*database)->is_new());
  EXPECT_EQ(**ReadFormat(**database), 3u);
  EXPECT_EQ(*(*database)->Get(Family::kSettings, "letters"), std::nullopt);
}

TEST_F(MigrationTest, AnOlderStoreIsLedOnStepByStep) {
  ASSERT_THAT(Open(1, {}), IsOk());
  auto database = Open(3, Steps());
  ASSERT_THAT(database, IsOk());
  EXPECT_FALSE((*database)->is_new());
  EXPECT_EQ(*(*database)->Get(Family::kSettings, "letters"), "ab");
  EXPECT_EQ(**ReadFormat(**database), 3u);
}

TEST_F(MigrationTest, AStepThatFailsLeavesTheFormatBeforeIt) {
  ASSERT_THAT(Open(1, {}), IsOk());
  std::vector<MigrationStep> steps = Steps();
  steps[0].run = [](Batch& batch) {
    batch.Put(Family::kSettings, "half", "done");
    return absl::UnavailableError("no");
  };
  EXPECT_EQ(Open(3, steps).status().code(), absl::StatusCode::kUnavailable);
  auto database = Open(3, Steps());
  ASSERT_THAT(database, IsOk());
  EXPECT_EQ(*(*database)->Get(Family::kSettings, "letters"), "ab");
  EXPECT_EQ(*(*database)->Get(Family::kSettings, "half"), std::nullopt);
}

TEST_F(MigrationTest, ANewerStoreIsRefused) {
  ASSERT_THAT(Open(2, {}), IsOk());
  EXPECT_THAT(Open(1, {}), HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kNewerFormat));
}

TEST_F(MigrationTest, AFormatThatNoStepLeadsOnFromIsRefused) {
  ASSERT_THAT(Open(1, {}), IsOk());
  EXPECT_THAT(Open(2, {}), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

TEST_F(MigrationTest, ADamagedFormatNumberIsRefused) {
  {
    auto database = Open(1, {});
    ASSERT_THAT(database, IsOk());
    Batch batch(nullptr);
    batch.Put(Family::kMeta, "format", "one");
    ASSERT_THAT((*database)->Write(batch), IsOk());
  }
  EXPECT_THAT(Open(1, {}), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

}  // namespace
}  // namespace aangan::storage
