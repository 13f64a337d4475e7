// SPDX-License-Identifier: Apache-2.0
// A record of a kind that is never written is found before RocksDB goes round on it for ever.
#include "storage/engine/record_types.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <vector>

#include "tests/support/temp_dir.h"

namespace aangan::storage {
namespace {

constexpr size_t kBlockBytes = 32 << 10;

std::string RecordOf(uint8_t kind, size_t length) {
  std::string record = {
      'c', 'r', 'c', '!', static_cast<char>(length & 0xff), static_cast<char>(length >> 8), static_cast<char>(kind)};
  return record + std::string(length, '\x77');
}

class RecordTypes : public testing::Test {
 protected:
  bool Known(const std::string& bytes) {
    const std::string path = dir_ / "MANIFEST-000005";
    std::ofstream(path, std::ios::binary) << bytes;
    return HasOnlyKnownRecords(path);
  }
  tests::TempDir dir_;
};

TEST_F(RecordTypes, WholeAndSplitRecordsKeptSpaceAndACutEndAreKnown) {
  EXPECT_TRUE(Known(""));
  EXPECT_TRUE(Known(RecordOf(1, 39) + RecordOf(1, 0) + RecordOf(1, 300)));
  const std::string first = RecordOf(1, 100) + RecordOf(2, kBlockBytes - 2 * 7 - 100);
  ASSERT_EQ(first.size(), kBlockBytes);
  EXPECT_TRUE(Known(first + RecordOf(3, kBlockBytes - 7) + RecordOf(4, 5)));
  EXPECT_TRUE(Known(RecordOf(1, kBlockBytes - 7 - 6) + std::string(6, '\0') + RecordOf(1, 8))) << "a trailer";
  EXPECT_TRUE(Known(RecordOf(1, 9) + std::string(2 * kBlockBytes, '\0')));
  EXPECT_TRUE(Known(RecordOf(1, 9) + RecordOf(1, 200).substr(0, 60)));
  EXPECT_TRUE(Known(RecordOf(1, 9) + RecordOf(1, 200).substr(0, 5)));
  EXPECT_TRUE(HasOnlyKnownRecords(dir_ / "none"));
}

TEST_F(RecordTypes, AnyOtherKindIsNotKnownWhereverItStands) {
  for (int kind = 5; kind < 256; ++kind) {
    const std::string odd = RecordOf(static_cast<uint8_t>(kind), 32);
    EXPECT_FALSE(Known(odd)) << kind;
    EXPECT_FALSE(Known(RecordOf(1, 39) + odd + RecordOf(1, 4))) << kind;
    EXPECT_FALSE(Known(RecordOf(1, kBlockBytes - 7) + odd)) << kind;
  }
}

}  // namespace
}  // namespace aangan::storage
