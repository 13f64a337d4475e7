// SPDX-License-Identifier: Apache-2.0
// Writes are refused below the reserve; the ballast goes at the last step and comes back.
#include "storage/engine/disk_reserve.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage {
namespace {

using tests::HasProblem;
using tests::IsOk;

class DiskReserveTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<DiskReserve>> Open(uint64_t free_bytes) {
    space_ = {free_bytes, 100000};
    return DiskReserve::Open({.folder = dir_.path(),
                              .reserve_bytes = 8000,
                              .reserve_percent = 5,
                              .ballast_bytes = 4096,
                              .measure = [this](const std::string&) { return space_; }});
  }
  bool HasBallast() const { return std::filesystem::exists(dir_ / "ballast"); }

  tests::TempDir dir_;
  absl::StatusOr<DiskSpace> space_ = DiskSpace{};
};

TEST_F(DiskReserveTest, RefusesBelowTheReserveAndAcceptsAgain) {
  auto reserve = Open(8000);
  ASSERT_THAT(reserve, IsOk());
  EXPECT_THAT((*reserve)->Check(), IsOk());
  space_->free_bytes = 7999;
  EXPECT_THAT((*reserve)->Check(), HasProblem(absl::StatusCode::kResourceExhausted, Reason::kDiskReserve));
  EXPECT_EQ((*reserve)->free_bytes(), 7999u);
  space_->free_bytes = 8001;
  EXPECT_THAT((*reserve)->Check(), IsOk());
}

TEST_F(DiskReserveTest, ReadsGoOnDownToHalfOfIt) {
  auto reserve = Open(8000);
  ASSERT_THAT(reserve, IsOk());
  space_->free_bytes = 4000;
  EXPECT_FALSE((*reserve)->Check().ok());
  EXPECT_TRUE((*reserve)->has_room_for_reads());
  space_->free_bytes = 3999;
  EXPECT_FALSE((*reserve)->Check().ok());
  EXPECT_FALSE((*reserve)->has_room_for_reads());
}

TEST_F(DiskReserveTest, TheShareOfALargeDiskCounts) {
  auto reserve = Open(9000);
  ASSERT_THAT(reserve, IsOk());
  space_->total_bytes = 200000;  // 5 % are 10,000
  EXPECT_THAT((*reserve)->Check(), HasProblem(absl::StatusCode::kResourceExhausted, Reason::kDiskReserve));
}

TEST_F(DiskReserveTest, TheBallastIsGivenBackAtTheLastStepAndMadeAgain) {
  auto reserve = Open(50000);
  ASSERT_THAT(reserve, IsOk());
  EXPECT_TRUE(HasBallast());
  EXPECT_EQ(std::filesystem::file_size(dir_ / "ballast"), 4096u);
  space_->free_bytes = 1000;  // an eighth of the reserve, not below it
  EXPECT_FALSE((*reserve)->Check().ok());
  EXPECT_TRUE(HasBallast());
  space_->free_bytes = 999;
  EXPECT_FALSE((*reserve)->Check().ok());
  EXPECT_FALSE(HasBallast());
  space_->free_bytes = 12096;  // the reserve and the ballast, not more
  EXPECT_THAT((*reserve)->Check(), IsOk());
  EXPECT_FALSE(HasBallast());
  space_->free_bytes = 12097;
  EXPECT_THAT((*reserve)->Check(), IsOk());
  EXPECT_TRUE(HasBallast());
}

TEST_F(DiskReserveTest, OpensOnAFullDiskAndKnowsAnOldBallast) {
  ASSERT_THAT(Open(50000), IsOk());
  auto reserve = Open(10);
  ASSERT_THAT(reserve, IsOk());
  EXPECT_FALSE(HasBallast());
  EXPECT_FALSE((*reserve)->Check().ok());
}

TEST_F(DiskReserveTest, ADiskThatDoesNotAnswerIsNotTakenAsEmpty) {
  auto reserve = Open(50000);
  ASSERT_THAT(reserve, IsOk());
  space_ = absl::UnavailableError("no answer");
  EXPECT_EQ((*reserve)->Check().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(DiskReserve::Open({.folder = dir_ / "missing"}).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(DiskReserveTest, MeasuresTheRealDisk) {
  auto space = MeasureDisk(dir_.path());
  ASSERT_THAT(space, IsOk());
  EXPECT_GT(space->total_bytes, 0u);
  EXPECT_LE(space->free_bytes, space->total_bytes);
}

}  // namespace
}  // namespace aangan::storage
