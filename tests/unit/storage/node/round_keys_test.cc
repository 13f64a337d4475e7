// SPDX-License-Identifier: Apache-2.0
// A key a quarter: made once, kept, overwritten in place, never made again.
#include "storage/node/round_keys.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/files.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage::node {
namespace {

using tests::IsOk;

constexpr model::Period kQuarter = {2026, 3};

class RoundKeysTest : public ::testing::Test {
 protected:
  RoundKeysTest() { Open(); }
  void Open() { keys_ = *RoundKeys::Open(folder_ / "round_keys", &random_); }
  std::string Path() const { return folder_ / "round_keys/2026Q3"; }
  std::string Made() {
    const auto key = *keys_->FindOrMake(kQuarter);
    return key ? std::string(AsText(key->span())) : "";
  }
  tests::TempDir folder_;
  SystemRandom random_;
  std::unique_ptr<RoundKeys> keys_;
};

TEST_F(RoundKeysTest, AQuarterKeepsItsKeyAlsoAfterReopening) {
  EXPECT_FALSE(keys_->Find(kQuarter)->has_value());
  const std::string key = Made();
  EXPECT_EQ(key.size(), 32u);
  EXPECT_EQ(Made(), key);
  Open();
  EXPECT_EQ(Made(), key);
  EXPECT_EQ(AsText((*keys_->Find(kQuarter))->span()), key);
  EXPECT_FALSE(keys_->Find(kQuarter.Next())->has_value());
  struct stat facts {};
  ASSERT_EQ(stat(Path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
}

TEST_F(RoundKeysTest, ADestroyedKeyIsOverwrittenInPlaceAndNeverMadeAgain) {
  Made();
  ASSERT_EQ(link(Path().c_str(), (folder_ / "blocks").c_str()), 0);  // another name of the same blocks
  ASSERT_THAT(keys_->Destroy(kQuarter), IsOk());
  EXPECT_EQ(*ReadFile(folder_ / "blocks", 100), std::string(40, '\0'));
  EXPECT_EQ(*ReadFile(Path(), 100), std::string(40, '\0'));
  EXPECT_FALSE(keys_->Find(kQuarter)->has_value());
  EXPECT_EQ(Made(), "");
  EXPECT_THAT(keys_->Destroy(kQuarter), IsOk());
  Open();
  EXPECT_EQ(Made(), "");
  // Also of a quarter that never had one.
  ASSERT_THAT(keys_->Destroy(kQuarter.Next()), IsOk());
  EXPECT_FALSE(keys_->FindOrMake(kQuarter.Next())->has_value());
}

TEST_F(RoundKeysTest, ATornFileIsNoKeyAndIsNotReplaced) {
  ASSERT_THAT(WriteFileDurably(Path(), "half of a key", 0600), IsOk());
  EXPECT_FALSE(keys_->Find(kQuarter)->has_value());
  EXPECT_EQ(Made(), "");
}

TEST_F(RoundKeysTest, AfterARestoreAllAreOverwrittenAndNewOnesCanBeMade) {
  const std::string before = Made();
  ASSERT_EQ(link(Path().c_str(), (folder_ / "blocks").c_str()), 0);
  ASSERT_THAT(keys_->DestroyAll(), IsOk());
  EXPECT_EQ(*ReadFile(folder_ / "blocks", 100), std::string(40, '\0'));
  const std::string after = Made();
  EXPECT_EQ(after.size(), 32u);
  EXPECT_NE(after, before);
}

}  // namespace
}  // namespace aangan::storage::node
