// SPDX-License-Identifier: Apache-2.0
// A database with a head: what was written is there, and less than that is refused.
#include "storage/engine/headed_database.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage {
namespace {

namespace fs = std::filesystem;
using tests::HasProblem;
using tests::IsOk;

class HeadedDatabaseTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<HeadedDatabase>> Open() {
    DatabaseOptions options;
    options.folder = folder_ / "store";
    options.families = kNodeOnceFamilies;
    return HeadedDatabase::Open(options, folder_ / "head", &random_);
  }
  void Put(HeadedDatabase& database, absl::string_view key, absl::string_view value) {
    Batch batch(nullptr);
    batch.Put(Family::kMeta, key, value);
    ASSERT_THAT(database.Write(batch), IsOk());
  }

  const tests::TempDir folder_;
  SystemRandom random_;
};

TEST_F(HeadedDatabaseTest, KeepsWhatWasWrittenOverStarts) {
  for (const char* value : {"one", "two", "three"}) {
    const auto database = Open();
    ASSERT_THAT(database, IsOk());
    Put(**database, "key", value);
    EXPECT_EQ(*(*database)->Get(Family::kMeta, "key"), value);
  }
}

TEST_F(HeadedDatabaseTest, AnOlderFolderInItsPlaceIsRefused) {
  {
    const auto database = Open();
    ASSERT_THAT(database, IsOk());
    Put(**database, "key", "one");
  }
  fs::copy(folder_ / "store", folder_ / "older", fs::copy_options::recursive);
  {
    const auto database = Open();
    ASSERT_THAT(database, IsOk());
    Put(**database, "key", "two");
  }
  fs::rename(folder_ / "store", folder_ / "newer");
  fs::rename(folder_ / "older", folder_ / "store");
  EXPECT_THAT(Open(), HasProblem(absl::StatusCode::kDataLoss, Reason::kLogShortened));
  fs::remove_all(folder_ / "store");
  fs::rename(folder_ / "newer", folder_ / "store");
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(HeadedDatabaseTest, AStoreOfBeforeThereWasAHeadGetsOne) {
  {
    const auto database = Open();
    ASSERT_THAT(database, IsOk());
    Put(**database, "key", "one");
  }
  fs::remove(folder_ / "head");
  {
    const auto database = Open();
    ASSERT_THAT(database, IsOk());
    Put(**database, "key", "two");
  }
  EXPECT_GT(fs::file_size(folder_ / "head"), 0u);
  EXPECT_THAT(Open(), IsOk());
}

}  // namespace
}  // namespace aangan::storage
