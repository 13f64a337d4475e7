// SPDX-License-Identifier: Apache-2.0
// Damage to RocksDB's log: a flipped bit or a cut is refused, a torn last record is left out, and never is a store
// opened with less than what was acknowledged.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "tests/faults/numbered_store.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::tests {
namespace {

namespace fs = std::filesystem;
constexpr uint64_t kSeed = 20261124;
constexpr uint64_t kCommits = 120;
constexpr int kTrials = 150;

// The live log of a store; there is one, as nothing was flushed.
std::string LogOf(const std::string& folder) {
  std::string log;
  for (const auto& entry : fs::directory_iterator(folder + "/main")) {
    if (entry.path().extension() == ".log" && entry.file_size() > 0) log = entry.path().string();
  }
  return log;
}

void Flip(const std::string& path, uint64_t bit) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(bit / 8));
  const char byte = static_cast<char>(file.get() ^ (1 << bit % 8));
  file.seekp(static_cast<std::streamoff>(bit / 8));
  file.put(byte);
}

class DamagedLogTest : public testing::Test {
 protected:
  // Commits, notes the log's size after each, and keeps two images: as a kill leaves it, and as a clean end does.
  void SetUp() override {
    SCOPED_TRACE(kSeed);
    const std::string folder = dir_ / "store";
    {
      auto store = NumberedStore::Open(folder);
      ASSERT_THAT(store, IsOk());
      const std::string log = LogOf(folder);
      sizes_.push_back(fs::file_size(log));
      for (uint64_t i = 1; i <= kCommits; ++i) {
        (*store)->CommitOne();
        sizes_.push_back(fs::file_size(log));
      }
      fs::copy(folder, dir_ / "killed", fs::copy_options::recursive);
    }
    fs::rename(folder, dir_ / "ended");
  }

  // A fresh copy of an image, to be damaged.
  std::string Copy(const std::string& image) {
    const std::string copy = dir_ / "copy";
    fs::remove_all(copy);
    fs::copy(dir_ / image, copy, fs::copy_options::recursive);
    return copy;
  }
  uint64_t size_after(uint64_t commit) const { return sizes_[commit]; }

  TempDir dir_;
  SeededRandom random_{kSeed};
  std::vector<uint64_t> sizes_;
};

bool IsRefused(const absl::Status& status) {
  return HasReason(status, Reason::kDamaged) || HasReason(status, Reason::kLogShortened);
}

TEST_F(DamagedLogTest, BothImagesOpenWholeWhenNothingIsDamaged) {
  for (const char* image : {"killed", "ended"}) {
    auto store = NumberedStore::Open(Copy(image));
    ASSERT_THAT(store, IsOk());
    EXPECT_EQ((*store)->last_number(), kCommits);
  }
}

TEST_F(DamagedLogTest, AFlippedBitAnywhereIsRefused) {
  int damaged = 0, shortened = 0, harmless = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const std::string copy = Copy("ended");
    const uint64_t bit = random_.Below(size_after(kCommits) * 8);
    Flip(LogOf(copy), bit);
    auto store = NumberedStore::Open(copy);
    if (store.ok()) {
      // Only the few unused bytes at the end of a 32 KB block carry nothing.
      ASSERT_EQ((*store)->last_number(), kCommits) << "bit " << bit;
      ++harmless;
    } else {
      ASSERT_TRUE(IsRefused(store.status())) << "bit " << bit << ": " << store.status();
      ++(HasReason(store.status(), Reason::kDamaged) ? damaged : shortened);
    }
  }
  EXPECT_LE(harmless, 3);
  std::cerr << "flips: " << damaged << " damaged, " << shortened << " shortened, " << harmless << " harmless\n";
}

// The last commit of a killed process may be lost without a word when the flip makes its record look torn; never more.
TEST_F(DamagedLogTest, AFlippedBitAfterAKillNeverLosesMoreThanTheLastCommit) {
  int refused = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const std::string copy = Copy("killed");
    // Half of them in the last three commits, where a torn record and a flipped one look alike.
    const uint64_t from = trial % 2 == 0 ? 0 : size_after(kCommits - 3) * 8;
    const uint64_t bit = from + random_.Below(size_after(kCommits) * 8 - from);
    Flip(LogOf(copy), bit);
    auto store = NumberedStore::Open(copy);
    if (store.ok()) {
      ASSERT_GE((*store)->last_number(), kCommits - 1) << "bit " << bit;
    } else {
      ASSERT_TRUE(IsRefused(store.status())) << "bit " << bit << ": " << store.status();
      ++refused;
    }
  }
  EXPECT_GE(refused, kTrials * 9 / 10);
}

TEST_F(DamagedLogTest, ALogThatLostMoreThanItsLastCommitIsRefused) {
  int at_borders = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const std::string copy = Copy("killed");
    const bool at_border = trial % 2 == 0;
    const uint64_t size = at_border ? size_after(random_.Below(kCommits - 1)) : random_.Below(size_after(kCommits - 1));
    at_borders += at_border;
    fs::resize_file(LogOf(copy), size);
    ASSERT_TRUE(IsRefused(NumberedStore::Open(copy).status())) << "cut to " << size;
    // It stays refused: opening once must not make the loss look right.
    ASSERT_TRUE(IsRefused(NumberedStore::Open(copy).status())) << "cut to " << size << ", second try";
  }
  EXPECT_EQ(at_borders, kTrials / 2);
}

TEST_F(DamagedLogTest, AShortenedLogOpensAgainWhenTheOperatorMovesTheHeadAway) {
  const std::string copy = Copy("killed");
  fs::resize_file(LogOf(copy), size_after(50));
  ASSERT_THAT(NumberedStore::Open(copy), HasProblem(absl::StatusCode::kDataLoss, Reason::kLogShortened));
  fs::rename(copy + "/durable_head", copy + "/durable_head.old");
  auto store = NumberedStore::Open(copy);
  ASSERT_THAT(store, IsOk());
  EXPECT_EQ((*store)->last_number(), 50u);
}

TEST_F(DamagedLogTest, ATornLastRecordIsLeftOutAndAllElseIsThere) {
  for (int trial = 0; trial < kTrials; ++trial) {
    const std::string copy = Copy("killed");
    const uint64_t whole = size_after(kCommits - 1);
    const uint64_t size = whole + random_.Below(size_after(kCommits) - whole);
    fs::resize_file(LogOf(copy), size);
    auto store = NumberedStore::Open(copy);
    ASSERT_THAT(store, IsOk()) << "cut to " << size;
    ASSERT_EQ((*store)->last_number(), kCommits - 1) << "cut to " << size;
    (*store)->CommitOne();  // and goes on
  }
}

}  // namespace
}  // namespace aangan::tests
