// SPDX-License-Identifier: Apache-2.0
// The head file: what was written last is read again, a torn slot falls back to the other, and a short log is refused.
#include "storage/engine/durable_head.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage {
namespace {

using tests::HasProblem;
using tests::IsOk;
constexpr uint64_t kSeed = 99;

CommitMark Mark(uint64_t sequence) { return {sequence, Sha256(std::to_string(sequence))}; }

class DurableHeadTest : public testing::Test {
 protected:
  void WriteMarks(uint64_t last) {
    auto head = DurableHead::Open(path_);
    ASSERT_THAT(head, IsOk());
    for (uint64_t sequence = 1; sequence <= last; ++sequence) ASSERT_THAT((*head)->Write(Mark(sequence)), IsOk());
  }
  void Overwrite(long offset, const std::string& bytes) {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(offset);
    file << bytes;
  }

  tests::TempDir dir_;
  const std::string path_ = dir_ / "durable_head";
};

TEST_F(DurableHeadTest, ANewFileHasNoMarkAndOneThatWasNeverWrittenSaysThatNothingWasCommitted) {
  auto made = DurableHead::Open(path_);
  ASSERT_THAT(made, IsOk());
  EXPECT_FALSE((*made)->mark().has_value());
  auto blank = DurableHead::Open(path_);
  ASSERT_THAT(blank, IsOk());
  EXPECT_EQ((*blank)->mark(), CommitMark());
  EXPECT_EQ(std::filesystem::file_size(path_), 8192u);
}

TEST_F(DurableHeadTest, TheNewestMarkIsRead) {
  for (uint64_t last : {1, 2, 3, 10}) {
    std::filesystem::remove(path_);
    WriteMarks(last);
    auto head = DurableHead::Open(path_);
    ASSERT_THAT(head, IsOk());
    EXPECT_EQ((*head)->mark(), Mark(last));
  }
}

TEST_F(DurableHeadTest, AHelperThreadWritesTheSame) {
  {
    auto head = DurableHead::Open(path_);
    ASSERT_THAT(head, IsOk());
    EXPECT_THAT((*head)->Await(), IsOk());
    for (uint64_t sequence = 1; sequence <= 20; ++sequence) {
      (*head)->Begin(Mark(sequence));
      EXPECT_THAT((*head)->Await(), IsOk());
    }
  }
  EXPECT_EQ((*DurableHead::Open(path_))->mark(), Mark(20));
}

TEST_F(DurableHeadTest, ATornSlotFallsBackToTheOther) {
  WriteMarks(2);  // 1 in the first slot, 2 in the second
  Overwrite(4096 + 30, "torn");
  {
    auto head = DurableHead::Open(path_);
    ASSERT_THAT(head, IsOk());
    EXPECT_EQ((*head)->mark(), Mark(1));
    ASSERT_THAT((*head)->Write(Mark(3)), IsOk());  // over the torn one
  }
  EXPECT_EQ((*DurableHead::Open(path_))->mark(), Mark(3));
  Overwrite(30, "torn");
  EXPECT_EQ((*DurableHead::Open(path_))->mark(), Mark(3));
}

TEST_F(DurableHeadTest, NoFlippedBitGivesAMarkThatWasNotWritten) {
  SCOPED_TRACE(kSeed);
  tests::SeededRandom random(kSeed);
  WriteMarks(2);
  std::ifstream in(path_, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  for (int i = 0; i < 300; ++i) {
    const size_t offset = random.Below(84) + 4096 * random.Below(2);
    std::string flipped = whole;
    flipped[offset] = static_cast<char>(flipped[offset] ^ (1 << random.Below(8)));
    Overwrite(0, flipped);
    auto head = DurableHead::Open(path_);
    ASSERT_THAT(head, IsOk());
    ASSERT_EQ((*head)->mark(), Mark(offset < 4096 ? 2 : 1)) << offset;
  }
}

TEST_F(DurableHeadTest, AFileWithoutAWholeSlotIsDamaged) {
  auto damaged = HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged);
  WriteMarks(2);
  Overwrite(0, "torn");
  Overwrite(4096, "torn");
  EXPECT_THAT(DurableHead::Open(path_), damaged);
  std::filesystem::resize_file(path_, 100);
  EXPECT_THAT(DurableHead::Open(path_), damaged);
  std::filesystem::resize_file(path_, 10000);
  EXPECT_THAT(DurableHead::Open(path_), damaged);
}

TEST_F(DurableHeadTest, AFolderThatIsMissingIsSaid) {
  EXPECT_FALSE(DurableHead::Open(dir_ / "missing/durable_head").ok());
}

TEST(CheckLog, RefusesALogThatEndsBeforeTheHead) {
  auto shortened = HasProblem(absl::StatusCode::kDataLoss, Reason::kLogShortened);
  EXPECT_THAT(CheckLog(Mark(5), {Mark(4), Mark(3)}), shortened);
  EXPECT_THAT(CheckLog(Mark(1), {}), shortened);
  EXPECT_THAT(CheckLog(Mark(5), {Mark(5), Mark(4)}), IsOk());
  EXPECT_THAT(CheckLog(Mark(5), {Mark(6), Mark(5)}), IsOk());
  EXPECT_THAT(CheckLog(Mark(5), {Mark(7), Mark(6)}), IsOk());
  EXPECT_THAT(CheckLog(std::nullopt, {Mark(7), Mark(6)}), IsOk());
  EXPECT_THAT(CheckLog(std::nullopt, {}), IsOk());
}

TEST(CheckLog, RefusesAHeadThatIsOlderThanAnyKillLeavesIt) {
  auto damaged = HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged);
  EXPECT_THAT(CheckLog(CommitMark(), {Mark(2), Mark(1)}), IsOk());
  EXPECT_THAT(CheckLog(CommitMark(), {Mark(4), Mark(3)}), damaged);
  EXPECT_THAT(CheckLog(Mark(5), {Mark(8), Mark(7)}), IsOk());
  EXPECT_THAT(CheckLog(Mark(5), {Mark(9), Mark(8)}), damaged);
}

TEST(CheckLog, RefusesALogWithAnotherCommitInThatPlace) {
  auto damaged = HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged);
  const CommitMark other = {5, Sha256("another history")};
  EXPECT_THAT(CheckLog(Mark(5), {other, Mark(4)}), damaged);
  EXPECT_THAT(CheckLog(Mark(5), {Mark(6), other}), damaged);
}

TEST(LastCommits, ComeBackFromAStore) {
  Batch batch(nullptr);
  EXPECT_EQ(ReadLastCommits(batch)->last.sequence, 0u);
  PutLastCommits({Mark(9), Mark(8)}, batch);
  EXPECT_EQ(ReadLastCommits(batch)->last, Mark(9));
  EXPECT_EQ(ReadLastCommits(batch)->before, Mark(8));
  batch.Put(Family::kMeta, "last_commit", "short");
  EXPECT_FALSE(ReadLastCommits(batch).ok());
}

}  // namespace
}  // namespace aangan::storage
