// SPDX-License-Identifier: Apache-2.0
// One store: what is written is there after a restart; who else has it open, and what is damaged, is said in our words.
#include "storage/engine/database.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage {
namespace {

using tests::HasProblem;
using tests::IsOk;
namespace fs = std::filesystem;

class DatabaseTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Database>> Open(absl::Span<const FamilyRow> families = kNodeMainFamilies) {
    return Database::Open({.folder = dir_ / "db", .families = families});
  }
  void Put(Database& database, Family family, absl::string_view key, absl::string_view value) {
    Batch batch(nullptr);
    batch.Put(family, key, value);
    ASSERT_THAT(database.Write(batch), IsOk());
  }
  // The files of the store whose names end so.
  std::vector<std::string> Files(const std::string& ending) {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(dir_ / "db")) {
      const std::string path = entry.path().string();
      if (path.size() > ending.size() && path.compare(path.size() - ending.size(), ending.size(), ending) == 0) {
        files.push_back(path);
      }
    }
    return files;
  }
  void Overwrite(const std::string& path, long offset, const std::string& bytes) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(offset);
    file << bytes;
  }

  tests::TempDir dir_;
};

TEST_F(DatabaseTest, KeepsWhatWasWrittenOverARestart) {
  {
    auto database = Open();
    ASSERT_THAT(database, IsOk());
    EXPECT_TRUE((*database)->is_new());
    Put(**database, Family::kRecords, "key", "value");
    EXPECT_EQ(*(*database)->Get(Family::kRecords, "key"), "value");
  }
  auto database = Open();
  ASSERT_THAT(database, IsOk());
  EXPECT_FALSE((*database)->is_new());
  EXPECT_EQ(*(*database)->Get(Family::kRecords, "key"), "value");
  EXPECT_EQ(*(*database)->Get(Family::kTallies, "key"), std::nullopt);
  EXPECT_THAT((*database)->health(), IsOk());
  EXPECT_THAT((*database)->VerifyChecksums(), IsOk());
}

TEST_F(DatabaseTest, EveryStoreKindOpens) {
  for (absl::Span<const FamilyRow> families :
       {absl::MakeConstSpan(kNodeMainFamilies), absl::MakeConstSpan(kNodeOnceFamilies),
        absl::MakeConstSpan(kFederationFamilies)}) {
    tests::TempDir dir;
    auto database = Database::Open({.folder = dir / "a/b", .families = families});
    ASSERT_THAT(database, IsOk());
    for (const FamilyRow& row : families) Put(**database, row.family, "k", row.name);
    for (const FamilyRow& row : families) EXPECT_EQ(**(*database)->Get(row.family, "k"), row.name);
  }
}

TEST_F(DatabaseTest, ASnapshotStaysAsItWas) {
  auto database = Open();
  ASSERT_THAT(database, IsOk());
  Put(**database, Family::kSettings, "a", "1");
  auto snapshot = (*database)->TakeSnapshot();
  Put(**database, Family::kSettings, "a", "2");
  Put(**database, Family::kSettings, "b", "2");
  EXPECT_EQ(*snapshot->Get(Family::kSettings, "a"), "1");
  int seen = 0;
  EXPECT_THAT(snapshot->Scan(Family::kSettings, KeyRange::All(), Order::kBackward,
                             [&](absl::string_view, absl::string_view) { return ++seen > 0; }),
              IsOk());
  EXPECT_EQ(seen, 1);
}

TEST_F(DatabaseTest, ScansARangeBothWays) {
  auto database = Open();
  ASSERT_THAT(database, IsOk());
  for (const char* key : {"a", "b", "c", "d"}) Put(**database, Family::kAudit, key, key);
  std::string seen;
  auto note = [&](absl::string_view key, absl::string_view) {
    seen += std::string(key);
    return true;
  };
  EXPECT_THAT((*database)->Scan(Family::kAudit, {"b", "d"}, Order::kForward, note), IsOk());
  EXPECT_THAT((*database)->Scan(Family::kAudit, {"b", "d"}, Order::kBackward, note), IsOk());
  EXPECT_THAT((*database)->Scan(Family::kAudit, {"c", ""}, Order::kBackward, note), IsOk());
  EXPECT_EQ(seen, "bccbdc");
}

TEST_F(DatabaseTest, ASecondProgramIsTurnedAway) {
  auto first = Open();
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(Open(), HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kLocked));
}

TEST_F(DatabaseTest, AStoreWithFamiliesOfANewerProgramIsRefused) {
  ASSERT_THAT(Open(), IsOk());
  EXPECT_THAT(Open(absl::MakeConstSpan(kNodeMainFamilies).subspan(0, 3)),
              HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kNewerFormat));
}

TEST_F(DatabaseTest, AStoreWithoutAFormatIsDamaged) {
  {
    auto database = Open();
    ASSERT_THAT(database, IsOk());
    Batch batch(nullptr);
    batch.Delete(Family::kMeta, "format");
    batch.Put(Family::kRecords, "key", "value");
    ASSERT_THAT((*database)->Write(batch), IsOk());
  }
  EXPECT_THAT(Open(), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

TEST_F(DatabaseTest, DamagedControlFilesAreRefused) {
  ASSERT_THAT(Open(), IsOk());
  Overwrite(dir_ / "db/CURRENT", 0, "garbage");
  EXPECT_THAT(Open(), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

// One bit makes a whole record (1) of the manifest a recycled one (5), on which RocksDB 9.10 goes round for ever.
TEST_F(DatabaseTest, AManifestWithARecycledRecordIsRefused) {
  { ASSERT_THAT(Open(), IsOk()); }
  std::string name;
  std::ifstream(dir_ / "db/CURRENT") >> name;
  const std::string path = dir_ / "db/" + name;
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  const std::string bytes = text.str();
  ASSERT_GT(bytes.size(), 100u);
  int records = 0;
  for (size_t at = 0; at + 7 <= bytes.size(); ++records) {
    ASSERT_EQ(bytes[at + 6], 1);
    Overwrite(path, static_cast<long>(at) + 6, "\x05");
    EXPECT_THAT(Open(), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged)) << at;
    Overwrite(path, static_cast<long>(at) + 6, "\x01");
    at += 7 + static_cast<uint8_t>(bytes[at + 4]) + (static_cast<uint8_t>(bytes[at + 5]) << 8);
  }
  EXPECT_GE(records, 3);
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(DatabaseTest, AMissingTableFileIsDamage) {
  {
    auto database = Open();
    ASSERT_THAT(database, IsOk());
    Put(**database, Family::kRecords, "key", "value");
    ASSERT_THAT((*database)->Expunge({{Family::kRecords, KeyRange::All()}}, absl::Seconds(10)), IsOk());
  }
  for (const std::string& path : Files(".sst")) fs::remove(path);
  EXPECT_THAT(Open(), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

TEST_F(DatabaseTest, AFlippedTableFileIsFoundByTheChecksums) {
  {
    auto database = Open();
    ASSERT_THAT(database, IsOk());
    Put(**database, Family::kRecords, "key", std::string(3000, 'v'));
    ASSERT_THAT((*database)->Expunge({{Family::kRecords, KeyRange::All()}}, absl::Seconds(10)), IsOk());
  }
  for (const std::string& path : Files(".sst")) {
    if (fs::file_size(path) > 3000) Overwrite(path, 100, "X");  // the record's
  }
  auto database = Open();
  ASSERT_THAT(database, IsOk());
  auto damaged = HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged);
  EXPECT_THAT((*database)->VerifyChecksums(), damaged);
  EXPECT_THAT((*database)->Get(Family::kRecords, "key"), damaged);
  EXPECT_THAT((*database)->Scan(Family::kRecords, KeyRange::All(), Order::kForward,
                                [](absl::string_view, absl::string_view) { return true; }),
              damaged);
}

TEST_F(DatabaseTest, WhatWasDeletedIsInNoFileOnceItIsExpunged) {
  const std::string canary = "canary-of-an-erased-member";
  auto database = Open();
  ASSERT_THAT(database, IsOk());
  Put(**database, Family::kRecords, "member", canary);
  Put(**database, Family::kSettings, "other", "stays");  // another family keeps the log
  const auto files_with_it = [&] {
    int count = 0;
    for (const std::string& path : Files("")) {
      std::ifstream file(path, std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), {});
      count += bytes.find(canary) != std::string::npos;
    }
    return count;
  };
  EXPECT_GT(files_with_it(), 0);  // in the log
  Batch batch(nullptr);
  batch.DeleteRange(Family::kRecords, KeyRange::Prefix("member"));
  ASSERT_THAT((*database)->Write(batch), IsOk());
  EXPECT_GT(files_with_it(), 0);
  ASSERT_THAT((*database)->Expunge({{Family::kRecords, KeyRange::Prefix("member")}}, absl::Seconds(10)), IsOk());
  EXPECT_EQ(files_with_it(), 0);
}

// A snapshot that stays makes it fail, and says so; it is never taken for done.
TEST_F(DatabaseTest, ExpungingWaitsForReadersOfBefore) {
  auto database = Open();
  ASSERT_THAT(database, IsOk());
  Put(**database, Family::kRecords, "member", "value");
  auto snapshot = (*database)->TakeSnapshot();
  Batch batch(nullptr);
  batch.Delete(Family::kRecords, "member");
  ASSERT_THAT((*database)->Write(batch), IsOk());
  const Database::Place place = {Family::kRecords, KeyRange::All()};
  EXPECT_THAT((*database)->Expunge({place}, absl::ZeroDuration()),
              HasProblem(absl::StatusCode::kUnavailable, Reason::kBusy));
  std::thread expunging([&] { EXPECT_THAT((*database)->Expunge({place}, absl::Seconds(60)), IsOk()); });
  snapshot.reset();
  expunging.join();
}

TEST_F(DatabaseTest, AFolderThatCanNotBeMadeIsSaid) {
  std::ofstream(dir_ / "db") << "a file in its place";
  EXPECT_EQ(Open().status().code(), absl::StatusCode::kUnavailable);
}

using DatabaseDeathTest = DatabaseTest;
TEST_F(DatabaseDeathTest, AFamilyOfAnotherStoreIsAProgrammersError) {
  auto database = Open();
  ASSERT_THAT(database, IsOk());
  EXPECT_DEATH((void)(*database)->Get(Family::kLedger, "x"), "check failed: handle");
}

}  // namespace
}  // namespace aangan::storage
