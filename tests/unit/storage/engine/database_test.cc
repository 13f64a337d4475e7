// SPDX-License-Identifier: Apache-2.0
// One store: what is written is there after a restart; who else has it open, and what is damaged, is said in our words.
#include "storage/engine/database.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "base/status.h"
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

// Two starts that end without a flush leave two logs.
class LogsTest : public DatabaseTest {
 protected:
  void SetUp() override {
    for (const char* key : {"a", "b"}) {
      auto database = Open();
      ASSERT_THAT(database, IsOk());
      for (int i = 0; i < 3; ++i) Put(**database, Family::kRecords, key + std::to_string(i), "value");
      // Over the end of a block.
      Put(**database, Family::kRecords, key + std::string("long"), std::string(40'000, 'v'));
      for (int i = 3; i < 6; ++i) Put(**database, Family::kRecords, key + std::to_string(i), "value");
    }
    logs_ = Files(".log");
    std::sort(logs_.begin(), logs_.end());
    ASSERT_EQ(logs_.size(), 2u);
  }
  // In a copy of the store, of which nothing else stays.
  absl::StatusOr<std::string> KeysWithBitFlipped(const std::string& log, size_t byte, int bit) {
    const fs::path copy = dir_ / "copy";
    fs::remove_all(copy);
    fs::copy(dir_ / "db", copy);
    const std::string path = copy / fs::path(log).filename();
    Overwrite(path, static_cast<long>(byte), std::string(1, static_cast<char>(BytesOf(path)[byte] ^ 1 << bit)));
    ASSIGN_OR_RETURN(const auto database, Database::Open({.folder = copy, .families = kNodeMainFamilies}));
    return KeysOf(*database);
  }
  // Behind the newest log.
  fs::path CopyWithBytesOfBefore(int kind) {
    fs::path copy = dir_ / "copy";
    fs::remove_all(copy);
    fs::copy(dir_ / "db", copy);
    std::ofstream(copy / fs::path(logs_[1]).filename(), std::ios::binary | std::ios::app)
        << "old!\xff\x0f" << static_cast<char>(kind) << std::string(60, '\x77');
    return copy;
  }
  static std::string KeysOf(const Database& database) {
    std::string keys;
    const auto note = [&](absl::string_view key, absl::string_view) {
      absl::StrAppend(&keys, key, " ");
      return true;
    };
    EXPECT_THAT(database.Scan(Family::kRecords, KeyRange::All(), Order::kForward, note), IsOk());
    return keys;
  }
  static std::string BytesOf(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  // Where the records of a log begin.
  static std::vector<size_t> RecordsIn(const std::string& bytes) {
    std::vector<size_t> records;
    for (size_t at = 0; at + 7 <= bytes.size();) {
      records.push_back(at);
      at += 7 + static_cast<uint8_t>(bytes[at + 4]) + (static_cast<uint8_t>(bytes[at + 5]) << 8);
    }
    return records;
  }
  std::vector<std::string> logs_;
};

// In a log's kinds RocksDB 7.8 takes such a bit for the log's end, and 9.10 goes round for ever.
TEST_F(LogsTest, AFlippedBitInTheKindOfAnyRecordIsRefused) {
  for (const std::string& log : logs_) {
    for (const size_t record : RecordsIn(BytesOf(log))) {
      for (int bit = 0; bit < 8; ++bit)
        EXPECT_THAT(KeysWithBitFlipped(log, record + 6, bit), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged))
            << log << " at " << record << " bit " << bit;
    }
  }
}

// RocksDB takes a record that seems to reach beyond the end of a log for one that a power cut tore.
TEST_F(LogsTest, AFlippedBitInALengthIsRefusedUnlessItIsATornEnd) {
  const std::vector<size_t> records = RecordsIn(BytesOf(logs_[0]));
  ASSERT_GE(records.size(), 10u);
  for (const size_t record : records) {
    for (int bit = 0; bit < 16; bit += 3)
      EXPECT_THAT(KeysWithBitFlipped(logs_[0], record + 4 + static_cast<size_t>(bit / 8), bit % 8),
                  HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged))
          << "at " << record << " bit " << bit;
  }
  // The last record of all: only its owner knows whether anybody was told of it (durable_head.h).
  const auto keys = KeysWithBitFlipped(logs_[1], RecordsIn(BytesOf(logs_[1])).back() + 5, 7);
  ASSERT_THAT(keys, IsOk());
  EXPECT_EQ(*keys, "a0 a1 a2 a3 a4 a5 along b0 b1 b2 b3 b4 blong ");
}

// Where a file system shows what lay on the disk before behind the last write.
TEST_F(LogsTest, BytesOfBeforeBehindTheLastWriteAreATornEndForThisStartAndTheNext) {
  for (const int kind : {9, 10, 12, 77, 130, 200, 255}) {
    const fs::path copy = CopyWithBytesOfBefore(kind);
    std::string keys = "a0 a1 a2 a3 a4 a5 along b0 b1 b2 b3 b4 b5 blong ";
    for (const std::string key : {"c0", "c1"}) {
      const auto database = Database::Open({.folder = copy, .families = kNodeMainFamilies});
      ASSERT_THAT(database, IsOk()) << kind;
      EXPECT_EQ(KeysOf(**database), keys) << kind;
      Put(**database, Family::kRecords, key, "value");
      keys += key + " ";
    }
  }
  for (const int kind : {5, 6, 7, 8, 11}) {  // 9.10 would go round for ever
    const fs::path copy = CopyWithBytesOfBefore(kind);
    EXPECT_THAT(Database::Open({.folder = copy, .families = kNodeMainFamilies}),
                HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged))
        << kind;
  }
}

// A power cut may leave a log of which nothing is needed, without the one after it.
TEST_F(LogsTest, ALogThatIsDoneWithIsNotMissed) {
  const std::string old_log = BytesOf(logs_[0]);
  {
    auto database = Open();
    ASSERT_THAT(database, IsOk());
    ASSERT_THAT((*database)->Expunge({}, absl::Seconds(10)), IsOk());
    Put(**database, Family::kRecords, "c", "value");
  }
  ASSERT_FALSE(fs::exists(logs_[0]) || fs::exists(logs_[1]));
  std::ofstream(logs_[0], std::ios::binary) << old_log;
  const auto database = Open();
  ASSERT_THAT(database, IsOk());
  EXPECT_EQ(KeysOf(**database), "a0 a1 a2 a3 a4 a5 along b0 b1 b2 b3 b4 b5 blong c ");
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
