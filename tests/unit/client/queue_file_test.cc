// SPDX-License-Identifier: Apache-2.0
// The queue's file: whole after any cut, refused after any flip, unreadable without the key.
#include "client/queue_file.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::client {
namespace {

using ::testing::ElementsAreArray;
using tests::HasProblem;
using tests::IsOk;

const std::string kKey(32, 'k');

std::string BytesOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void Put(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// No file of this process can grow beyond so many bytes (EFBIG), until it goes.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes_max) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit full{bytes_max, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &full);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  sighandler_t handler_;
};

class QueueFileTest : public ::testing::Test {
 protected:
  // What Open finds.
  absl::StatusOr<std::vector<std::string>> Records() {
    std::vector<std::string> found;
    const auto file = QueueFile::Open(path_, AsBytes(kKey), [&](const QueuePlace&, absl::string_view plain) {
      found.emplace_back(plain);
      return absl::OkStatus();
    });
    if (!file.ok()) return file.status();
    return found;
  }
  void Append(const std::vector<std::string>& records) {
    const auto file = QueueFile::Open(path_, AsBytes(kKey), [](auto&&...) { return absl::OkStatus(); });
    ASSERT_THAT(file, IsOk());
    for (const std::string& each : records) ASSERT_THAT((*file)->Append(each), IsOk());
  }

  const tests::TempDir folder_;
  const std::string path_ = folder_ / "queue";
  // Records of several lengths around the padding.
  const std::vector<std::string> records_{"one", "", std::string(63, 'a'), std::string(64, 'b'),
                                          std::string("z\0\0", 3)};
};

TEST_F(QueueFileTest, GivesBackWhatWasAppendedInOrder) {
  Append(records_);
  Append({"later"});
  auto expected = records_;
  expected.push_back("later");
  const auto found = Records();
  ASSERT_THAT(found, IsOk());
  EXPECT_THAT(*found, ElementsAreArray(expected));
  struct stat facts {};
  ASSERT_EQ(stat(path_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
}

TEST_F(QueueFileTest, HoldsNothingInTheClear) {
  Append({"Lakshmi Devi of Guntur", "Lakshmi Devi of Guntur"});
  const std::string bytes = BytesOf(path_);
  EXPECT_EQ(bytes.find("Lakshmi"), std::string::npos);
  // The same text twice does not look the same, and a longer one of the same class of lengths is no longer.
  const auto scan = ScanQueue(bytes, AsBytes(kKey), OnDamage::kRefuse);
  ASSERT_THAT(scan, IsOk());
  const auto& [first, second] = std::tie(scan->records[0].first, scan->records[1].first);
  EXPECT_NE(bytes.substr(first.offset + 36, first.size - 24), bytes.substr(second.offset + 36, second.size - 24));
  EXPECT_EQ(first.size, second.size);
}

TEST_F(QueueFileTest, ATailThatWasNotWrittenToItsEndIsCutAtAnyByte) {
  Append(records_);
  const std::string whole = BytesOf(path_);
  const auto scan = ScanQueue(whole, AsBytes(kKey), OnDamage::kRefuse);
  ASSERT_THAT(scan, IsOk());
  const size_t last = scan->records.back().first.offset;
  auto expected = records_;
  expected.pop_back();
  for (size_t cut = last; cut < whole.size(); ++cut) {
    Put(path_, whole.substr(0, cut));
    Append({"after"});
    const auto found = Records();
    ASSERT_THAT(found, IsOk()) << cut;
    ASSERT_EQ(found->size(), records_.size());
    EXPECT_EQ(found->back(), "after");
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), found->begin())) << cut;
  }
}

TEST_F(QueueFileTest, ATailThatTheDiskFilledWithZerosIsCut) {
  Append(records_);
  const std::string whole = BytesOf(path_);
  const size_t last = ScanQueue(whole, AsBytes(kKey), OnDamage::kRefuse)->records.back().first.offset;
  for (const size_t written : {size_t{0}, size_t{12}, size_t{20}, whole.size() - last - 16}) {
    Put(path_, whole.substr(0, last + written) + std::string(whole.size() - last - written, '\0'));
    const auto found = Records();
    ASSERT_THAT(found, IsOk()) << written;
    EXPECT_EQ(found->size(), records_.size() - 1);
    EXPECT_EQ(BytesOf(path_).size(), last);
  }
}

TEST_F(QueueFileTest, AFlippedByteAnywhereIsRefusedAndTheFileIsLeftAsItIs) {
  Append(records_);
  const std::string whole = BytesOf(path_);
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    Put(path_, flipped);
    const bool is_format = at >= 8 && at < 12;
    if (is_format) {
      EXPECT_THAT(Records(), HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kNewerFormat)) << at;
    } else {
      EXPECT_THAT(Records(), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged)) << at;
    }
    EXPECT_EQ(BytesOf(path_), flipped);
  }
}

TEST_F(QueueFileTest, RecordsThatWereMovedOrTakenFromAnotherFileAreRefused) {
  Append({"first", "other"});
  const std::string whole = BytesOf(path_);
  const auto places = ScanQueue(whole, AsBytes(kKey), OnDamage::kRefuse)->records;
  const size_t first = places[0].first.offset;
  const size_t second = places[1].first.offset;
  ASSERT_EQ(places[0].first.size, places[1].first.size);
  Put(path_, whole.substr(0, first) + whole.substr(second) + whole.substr(first, second - first));
  EXPECT_THAT(Records(), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
  SystemRandom random;
  const std::string other = BuildQueue({"first"}, AsBytes(kKey), random);
  Put(path_, other.substr(0, first) + whole.substr(first, second - first));
  EXPECT_THAT(Records(), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

TEST_F(QueueFileTest, AnotherKeyOpensNothing) {
  Append(records_);
  const std::string other(32, 'x');
  EXPECT_THAT(QueueFile::Open(path_, AsBytes(other), [](auto&&...) { return absl::OkStatus(); }).status(),
              HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

TEST_F(QueueFileTest, IsHeldByOneAtATime) {
  const auto held = QueueFile::Open(path_, AsBytes(kKey), [](auto&&...) { return absl::OkStatus(); });
  ASSERT_THAT(held, IsOk());
  EXPECT_THAT(Records(), HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kLocked));
}

TEST_F(QueueFileTest, DamageCanBePassedOverAndWhatWasLostIsCounted) {
  Append(records_);
  const std::string whole = BytesOf(path_);
  const auto places = ScanQueue(whole, AsBytes(kKey), OnDamage::kRefuse)->records;
  std::string damaged = whole;
  damaged[places[2].first.offset + 50] ^= 1;
  const auto scan = ScanQueue(damaged, AsBytes(kKey), OnDamage::kPassOver);
  ASSERT_THAT(scan, IsOk());
  EXPECT_EQ(scan->records.size(), records_.size() - 1);
  EXPECT_EQ(scan->damaged_bytes, places[2].first.size + 12u);
  EXPECT_EQ(scan->damaged_records, 1u);
  damaged[places[1].first.offset] ^= 1;  // a size: what comes after can't be found
  const auto less = ScanQueue(damaged, AsBytes(kKey), OnDamage::kPassOver);
  ASSERT_THAT(less, IsOk());
  EXPECT_EQ(less->records.size(), 1u);
  EXPECT_EQ(less->damaged_bytes, whole.size() - places[1].first.offset);
  EXPECT_EQ(less->damaged_records, 1u);
}

TEST_F(QueueFileTest, ARewriteForWhichThereIsNoRoomLeavesTheFileInUse) {
  auto file = QueueFile::Open(path_, AsBytes(kKey), [](auto&&...) { return absl::OkStatus(); });
  ASSERT_THAT(file, IsOk());
  const auto place = (*file)->Append("one");
  ASSERT_THAT(place, IsOk());
  const std::vector<std::string> large{std::string(100'000, 'x')};
  const auto never = [](auto&&...) { return absl::InternalError("visited"); };
  {
    const FullDisk full(4096);
    EXPECT_TRUE(absl::IsUnavailable((*file)->Rewrite(large, never)));
    EXPECT_THAT((*file)->Append("two"), IsOk()) << "for which there is room";
  }
  EXPECT_FALSE((*file)->unsure());
  const auto one = (*file)->Read(*place);
  ASSERT_THAT(one, IsOk());
  EXPECT_EQ(*one, "one");
  EXPECT_THAT((*file)->Append("three"), IsOk());
  EXPECT_THAT((*file)->Rewrite({"one", "two", "three", "four"}, [](auto&&...) { return absl::OkStatus(); }), IsOk());
  EXPECT_EQ((*file)->records(), 4u);
  EXPECT_THAT((*file)->Append("five"), IsOk());
  *file = nullptr;
  const auto found = Records();
  ASSERT_THAT(found, IsOk());
  EXPECT_THAT(*found, ElementsAreArray({"one", "two", "three", "four", "five"}));
}

TEST_F(QueueFileTest, ARecordForWhichThereIsNoRoomIsNotThereAndTheNextOneIs) {
  Append({"one"});
  auto file = QueueFile::Open(path_, AsBytes(kKey), [](auto&&...) { return absl::OkStatus(); });
  ASSERT_THAT(file, IsOk());
  {
    const FullDisk full(4096);
    EXPECT_THAT((*file)->Append(std::string(100'000, 'x')),
                HasProblem(absl::StatusCode::kUnavailable, Reason::kDiskReserve));
  }
  EXPECT_THAT((*file)->Append("two"), IsOk());
  *file = nullptr;
  const auto found = Records();
  ASSERT_THAT(found, IsOk());
  EXPECT_THAT(*found, ElementsAreArray({"one", "two"}));
}

}  // namespace
}  // namespace aangan::client
