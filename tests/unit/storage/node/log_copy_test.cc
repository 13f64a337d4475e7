// SPDX-License-Identifier: Apache-2.0
// The copy of the log: in order, whole, with its moments.
#include "storage/node/log_copy.h"

#include "gtest/gtest.h"
#include "storage/engine/database.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage::node {
namespace {

class LogCopyTest : public ::testing::Test {
 protected:
  LogCopyTest() {
    DatabaseOptions options;
    options.folder = folder_ / "store";
    options.families = kNodeOnceFamilies;
    database_ = *Database::Open(options);
  }
  void Append(size_t known, const std::vector<LoggedEntry>& entries) {
    Batch batch(nullptr);
    PutLog(known, entries, batch);
    ASSERT_THAT(database_->Write(batch), tests::IsOk());
  }
  tests::TempDir folder_;
  std::unique_ptr<Database> database_;
};

TEST_F(LogCopyTest, EntriesComeBackInOrderWithTheirMoments) {
  EXPECT_TRUE(ReadLog(*database_)->empty());
  Append(0, {{100, "one"}, {100, "two"}});
  Append(2, {{200, std::string("th\0ree", 6)}});
  const std::vector<LoggedEntry> log = *ReadLog(*database_);
  ASSERT_EQ(log.size(), 3u);
  EXPECT_EQ(log[0].bytes, "one");
  EXPECT_EQ(log[1].receive_time_us, 100);
  EXPECT_EQ(log[2].bytes, std::string("th\0ree", 6));
  EXPECT_EQ(log[2].receive_time_us, 200);
}

TEST_F(LogCopyTest, AHoleIsFound) {
  Append(0, {{100, "one"}});
  Append(2, {{200, "three"}});
  EXPECT_THAT(ReadLog(*database_), tests::HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

}  // namespace
}  // namespace aangan::storage::node
