// SPDX-License-Identifier: Apache-2.0
// A file of one key: any flipped bit and any cut is found.
#include "storage/engine/single_key_file.h"

#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/files.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage {
namespace {

using tests::HasProblem;
using tests::IsOk;

class SingleKeyFileTest : public ::testing::Test {
 protected:
  std::string Bytes() const { return *ReadFile(path_, 100); }
  void Put(const std::string& bytes) const { ASSERT_THAT(WriteFileDurably(path_, bytes, 0600), IsOk()); }

  const tests::TempDir folder_;
  const std::string path_ = folder_ / "key";
  tests::SeededRandom random_{7};
  const SecretBytes key_ = SecretBytes::Random(kSingleKeyBytes, random_);
};

TEST_F(SingleKeyFileTest, GivesTheKeyBack) {
  EXPECT_TRUE(absl::IsNotFound(ReadSingleKey(path_).status()));
  ASSERT_THAT(WriteSingleKey(path_, key_), IsOk());
  const auto read = ReadSingleKey(path_);
  ASSERT_THAT(read, IsOk());
  ASSERT_TRUE(read->has_value());
  EXPECT_TRUE((*read)->ConstantTimeEquals(key_.span()));
}

TEST_F(SingleKeyFileTest, EveryFlippedBitAndEveryCutIsFound) {
  ASSERT_THAT(WriteSingleKey(path_, key_), IsOk());
  const std::string whole = Bytes();
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    Put(flipped);
    EXPECT_THAT(ReadSingleKey(path_), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged)) << bit;
  }
  for (size_t size = 0; size < whole.size(); ++size) {
    if (size == kSingleKeyBytes) continue;  // the form of earlier versions
    Put(whole.substr(0, size));
    EXPECT_THAT(ReadSingleKey(path_), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged)) << size;
  }
}

TEST_F(SingleKeyFileTest, ReadsTheKeyAloneAsEarlierVersionsWroteIt) {
  Put(std::string(AsText(key_.span())));
  const auto read = ReadSingleKey(path_);
  ASSERT_THAT(read, IsOk());
  ASSERT_TRUE(read->has_value());
  EXPECT_TRUE((*read)->ConstantTimeEquals(key_.span()));
}

TEST_F(SingleKeyFileTest, ADestroyedKeyIsNone) {
  ASSERT_THAT(WriteSingleKey(path_, key_), IsOk());
  ASSERT_THAT(OverwriteInPlace(path_), IsOk());
  const auto read = ReadSingleKey(path_);
  ASSERT_THAT(read, IsOk());
  EXPECT_FALSE(read->has_value());
}

}  // namespace
}  // namespace aangan::storage
