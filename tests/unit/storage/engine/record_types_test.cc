// SPDX-License-Identifier: Apache-2.0
// A record of a kind that is never written is found before RocksDB goes round on it for ever, and a write that is
// missing between two others after it read the logs.
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
  EXPECT_TRUE(Known(RecordOf(1, 9) + std::string(7, '\0') + RecordOf(5, 9))) << "RocksDB reads none of this block";
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

// Bytes of before, where a power cut tore the last write, are of any kind.
TEST_F(RecordTypes, ALastRecordBeyondTheEndIsTornUnlessRocksDbGoesRoundOnIt) {
  for (int kind = 5; kind < 256; ++kind) {
    const bool is_recycled = (kind >= 5 && kind <= 8) || kind == 11 || kind == 131;
    const std::string odd = RecordOf(static_cast<uint8_t>(kind), 200);
    for (const size_t there : {7u, 9u, 60u}) {
      const std::string torn = odd.substr(0, there);
      EXPECT_EQ(Known(torn), !is_recycled) << kind;
      EXPECT_EQ(Known(RecordOf(1, 39) + torn), !is_recycled) << kind;
      EXPECT_FALSE(Known(RecordOf(1, kBlockBytes - 7 - there) + torn + RecordOf(1, 4))) << "within the file " << kind;
    }
  }
}

TEST_F(RecordTypes, AStoreIsLookedOverInItsManifestAndItsLogs) {
  const auto write = [this](const std::string& name, const std::string& bytes) {
    std::ofstream(dir_ / name, std::ios::binary) << bytes;
  };
  EXPECT_TRUE(StoreHasOnlyKnownRecords(dir_ / "none"));
  write("CURRENT", "MANIFEST-000005\n");
  write("MANIFEST-000005", RecordOf(1, 30));
  write("MANIFEST-000004", RecordOf(5, 30));  // of before
  write("000006.log", RecordOf(1, 30));
  write("000007.log", "");
  write("LOG", RecordOf(77, 30));  // a text
  EXPECT_TRUE(StoreHasOnlyKnownRecords(dir_.path()));
  write("000007.log", RecordOf(1, 30) + RecordOf(5, 30));
  EXPECT_FALSE(StoreHasOnlyKnownRecords(dir_.path()));
  write("000007.log", RecordOf(1, 30));
  write("MANIFEST-000005", RecordOf(6, 30));
  EXPECT_FALSE(StoreHasOnlyKnownRecords(dir_.path()));
}

class WriteNumbersTest : public RecordTypes {
 protected:
  static std::string LittleEndian(uint64_t number, size_t bytes) {
    std::string text;
    for (size_t i = 0; i < bytes; ++i) text += static_cast<char>(number >> 8 * i & 0xff);
    return text;
  }
  // A write of `count` changes, the first of which has this number.
  static std::string WriteOf(uint64_t number, uint32_t count, size_t more = 20) {
    return Record(1, LittleEndian(number, 8) + LittleEndian(count, 4) + std::string(more, 'x'));
  }
  static std::string Record(uint8_t kind, const std::string& bytes) {
    return RecordOf(kind, bytes.size()).substr(0, 7) + bytes;
  }
  bool Whole(const std::vector<std::string>& logs) {
    for (size_t i = 0; i < logs.size(); ++i)
      std::ofstream(dir_ / ("00000" + std::to_string(4 + i) + ".log"), std::ios::binary) << logs[i];
    return LogsHoldEveryWrite(dir_.path());
  }
};

TEST_F(WriteNumbersTest, WritesThatFollowEachOtherAreWholeWhereverTheyBegin) {
  EXPECT_TRUE(Whole({}));
  EXPECT_TRUE(Whole({WriteOf(70, 3) + WriteOf(73, 0) + WriteOf(73, 1), "", WriteOf(74, 2)}));
}

TEST_F(WriteNumbersTest, AMissingWriteIsSeenInALogAndBetweenTwo) {
  EXPECT_FALSE(Whole({WriteOf(70, 3) + WriteOf(74, 1)}));
  EXPECT_FALSE(Whole({WriteOf(70, 3), WriteOf(74, 1)}));
  // The last of a log seems to reach beyond its end, whether others stand before it or not.
  std::string longer = WriteOf(73, 2);
  longer[5] = '\x10';
  EXPECT_FALSE(Whole({WriteOf(70, 3) + longer, WriteOf(75, 1)}));
  EXPECT_FALSE(Whole({longer, WriteOf(75, 1)}));
}

TEST_F(WriteNumbersTest, AWriteThatAPowerCutToreIsNotMissing) {
  EXPECT_TRUE(Whole({WriteOf(70, 3) + WriteOf(73, 2).substr(0, 30), WriteOf(73, 1)}));
  EXPECT_TRUE(Whole({WriteOf(70, 3) + WriteOf(73, 2).substr(0, 12), WriteOf(73, 1)}));
  EXPECT_TRUE(Whole({WriteOf(70, 3) + Record(2, LittleEndian(73, 8) + LittleEndian(2, 4)), WriteOf(73, 1)}));
}

TEST_F(WriteNumbersTest, BytesOfBeforeAreNoWrite) {
  const std::string old_bytes = Record(77, std::string(200, '\x77')).substr(0, 60);
  EXPECT_TRUE(Whole({WriteOf(70, 3) + old_bytes, WriteOf(73, 1)}));
  EXPECT_TRUE(Whole({old_bytes, WriteOf(73, 1) + old_bytes}));
  EXPECT_FALSE(Whole({WriteOf(70, 3) + old_bytes, WriteOf(74, 1)}));
}

TEST_F(WriteNumbersTest, AWriteThatIsSplitOverBlocksCountsOnce) {
  const std::string number = LittleEndian(71, 8) + LittleEndian(4, 4);
  for (const size_t first_bytes : {0u, 5u, 8u, 12u}) {
    const std::string before = WriteOf(70, 1, kBlockBytes - 7 - 12 - 7 - first_bytes);
    const std::string log =
        before + Record(2, number.substr(0, first_bytes)) +
        Record(3, number.substr(first_bytes) + std::string(kBlockBytes - 7 - 12 + first_bytes, 'm')) +
        Record(4, "the end");
    ASSERT_GT(log.size(), 2 * kBlockBytes);
    EXPECT_TRUE(Whole({log, WriteOf(75, 1)})) << first_bytes;
    EXPECT_FALSE(Whole({log, WriteOf(76, 1)})) << first_bytes;
  }
}

}  // namespace
}  // namespace aangan::storage
