// SPDX-License-Identifier: Apache-2.0
// Generations of a backup: there whole or not at all, and nothing is taken for what it is not.
#include "storage/engine/backup.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/files.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage {
namespace {

using tests::HasProblem;
using tests::IsOk;
namespace fs = std::filesystem;
const auto kDamaged = HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged);

class BackupTest : public testing::Test {
 protected:
  BackupFolder Open() { return *BackupFolder::Open(folder_.path(), key_, true); }
  Generation Write(uint64_t number, const std::vector<std::string>& contents) {
    BackupFolder folder = Open();
    Generation generation{number, static_cast<int64_t>(number) * 1000, absl::StrCat("facts ", number), {}};
    for (const std::string& each : contents) generation.parts.push_back(*folder.Add("part", each));
    EXPECT_THAT(folder.Finish(generation), IsOk());
    return generation;
  }
  absl::Status Check(uint64_t number) {
    const BackupFolder folder = *BackupFolder::Open(folder_.path(), key_, false);
    const absl::StatusOr<Generation> generation = folder.Read(number);
    if (!generation.ok()) return generation.status();
    return folder.Verify(*generation, [](uint64_t) {});
  }
  std::string ListPath(int number) const { return folder_ / absl::StrCat("generations/000000000", number); }
  std::string FilePath(const BackupPart& part) const { return folder_ / absl::StrCat("files/", ToHex(part.name)); }
  size_t Files() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder_ / "files"), fs::directory_iterator()));
  }
  static void Change(const std::string& path, size_t at) {
    std::string bytes = *ReadFile(path, 1u << 30);
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    std::ofstream(path, std::ios::binary) << bytes;
  }

  tests::TempDir folder_;
  tests::SeededRandom random_{5};
  SecretBytes key_ = SecretBytes::Random(32, random_);
};

TEST_F(BackupTest, AGenerationIsReadAsItWasWritten) {
  const Generation written = Write(3, {"one", std::string(300'000, 'y'), ""});
  const BackupFolder folder = Open();
  EXPECT_EQ(*folder.Numbers(), std::vector<uint64_t>{3});
  const Generation read = *folder.Read(3);
  EXPECT_EQ(read.time_us, 3000);
  EXPECT_EQ(read.facts, "facts 3");
  EXPECT_EQ(read.parts, written.parts);
  EXPECT_EQ(*folder.ReadPart(read.parts[1]), std::string(300'000, 'y'));
  EXPECT_THAT(Check(3), IsOk());
  EXPECT_THAT(folder.Read(4), HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
}

TEST_F(BackupTest, WhatDidNotChangeIsNotWrittenAgain) {
  Write(1, {"one", "two"});
  BackupFolder folder = Open();
  ASSERT_THAT(folder.Add("part", "one"), IsOk());
  EXPECT_EQ(folder.written_bytes(), 0u);
  ASSERT_THAT(folder.Add("part", "three"), IsOk());
  EXPECT_GT(folder.written_bytes(), 0u);
  EXPECT_EQ(Files(), 3u);
}

// One that is there but was spoilt since is written anew.
TEST_F(BackupTest, ASpoiltFileIsNotReliedOn) {
  const Generation first = Write(1, {"one"});
  Change(FilePath(first.parts[0]), 100);
  EXPECT_THAT(Check(1), kDamaged);
  Write(2, {"one"});
  EXPECT_THAT(Check(1), IsOk());
}

TEST_F(BackupTest, ATruncatedChangedOrMissingFileIsRefused) {
  const Generation written = Write(1, {std::string(200'000, 'y')});
  const std::string path = FilePath(written.parts[0]);
  const std::string whole = *ReadFile(path, 1u << 30);
  for (const size_t size : {size_t{0}, size_t{20}, size_t{36}, whole.size() / 2, whole.size() - 1}) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, size);
    EXPECT_THAT(Check(1), kDamaged) << size;
  }
  for (const size_t at : {size_t{0}, size_t{15}, size_t{40}, whole.size() / 2, whole.size() - 1}) {
    std::ofstream(path, std::ios::binary) << whole;
    Change(path, at);
    EXPECT_THAT(Check(1), kDamaged) << at;
  }
  fs::remove(path);
  EXPECT_THAT(Check(1), kDamaged);
}

TEST_F(BackupTest, AFileInTheNameOfAnotherIsRefused) {
  const Generation written = Write(1, {"one", "two"});
  fs::copy_file(FilePath(written.parts[0]), FilePath(written.parts[1]), fs::copy_options::overwrite_existing);
  EXPECT_THAT(Check(1), kDamaged);
}

TEST_F(BackupTest, AnOlderListInTheNameOfANewerIsRefused) {
  Write(1, {"one"});
  Write(2, {"two"});
  fs::copy_file(ListPath(1), ListPath(2), fs::copy_options::overwrite_existing);
  EXPECT_THAT(Check(2), kDamaged);
  EXPECT_THAT(Check(1), IsOk());
  fs::rename(ListPath(1), ListPath(7));
  EXPECT_THAT(Check(7), kDamaged);
}

TEST_F(BackupTest, AnInterruptedBackupIsNoGeneration) {
  Write(1, {"one"});
  BackupFolder folder = Open();
  ASSERT_THAT(folder.Add("part", "two"), IsOk());
  std::ofstream(folder_ / "files/00112233445566778899aabbccddeeff.unchecked.new") << "half";
  std::ofstream(ListPath(2) + ".unchecked") << "half";
  EXPECT_EQ(*Open().Numbers(), std::vector<uint64_t>{1});
  EXPECT_THAT(Check(1), IsOk());
  // The next one clears up.
  Write(2, {"three"});
  ASSERT_THAT(Open().Prune(9), IsOk());
  EXPECT_EQ(Files(), 2u);
}

TEST_F(BackupTest, ANumberIsNeverGivenTwice) {
  const Generation written = Write(1, {"one"});
  EXPECT_THAT(Open().Finish(written), HasProblem(absl::StatusCode::kAlreadyExists, Reason::kAlreadyExists));
}

TEST_F(BackupTest, PruningKeepsWhatTheOthersNeed) {
  Write(1, {"one", "common"});
  Write(2, {"two", "common"});
  Write(3, {"three", "common"});
  EXPECT_EQ(*Open().Prune(2), std::vector<uint64_t>{1});
  EXPECT_EQ(Files(), 3u);
  EXPECT_THAT(Check(2), IsOk());
  EXPECT_THAT(Check(3), IsOk());
  EXPECT_EQ(*Open().Prune(0), std::vector<uint64_t>{2});  // never the last
  EXPECT_THAT(Check(3), IsOk());
}

TEST_F(BackupTest, NothingIsPrunedWhenAListThatStaysIsDamaged) {
  Write(1, {"one"});
  Write(2, {"two"});
  Write(3, {"three"});
  Change(ListPath(2), 50);
  EXPECT_THAT(Open().Prune(2), kDamaged);
  EXPECT_EQ(Open().Numbers()->size(), 3u);
  EXPECT_EQ(Files(), 3u);
}

TEST_F(BackupTest, AnotherNodesFolderIsNotWrittenTo) {
  Write(1, {"one"});
  const SecretBytes other = SecretBytes::Random(32, random_);
  EXPECT_THAT(BackupFolder::Open(folder_.path(), other, true), kDamaged);
  EXPECT_THAT(BackupFolder::Open(folder_ / "empty", other, false),
              HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
}

// A medium that takes no more: what was there stays, and no half file is left.
TEST_F(BackupTest, AFullMediumLeavesTheGenerationsThatThereWere) {
  Write(1, {"one"});
  BackupFolder folder = Open();
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit small = {80'000, limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status refused = folder.Add("part", std::string(200'000, 'y')).status();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::signal(SIGXFSZ, before);
  EXPECT_TRUE(absl::IsUnavailable(refused)) << refused;
  EXPECT_EQ(Files(), 1u);
  EXPECT_THAT(Check(1), IsOk());
}

}  // namespace
}  // namespace aangan::storage
