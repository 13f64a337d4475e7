// SPDX-License-Identifier: Apache-2.0
// A batch shows the store as if it were written already, and goes back to its save point.
#include "storage/engine/batch.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "storage/engine/database.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage {
namespace {

using tests::IsOk;
constexpr uint64_t kSeed = 7001;
using Rows = std::vector<std::pair<std::string, std::string>>;

Rows RowsOf(const Reader& reader, Family family, const KeyRange& range, Order order = Order::kForward) {
  Rows rows;
  EXPECT_THAT(reader.Scan(family, range, order,
                          [&](absl::string_view key, absl::string_view value) {
                            rows.emplace_back(std::string(key), std::string(value));
                            return true;
                          }),
              IsOk());
  return rows;
}

class BatchTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = Database::Open({.folder = dir_ / "db", .families = kNodeMainFamilies});
    ASSERT_THAT(opened, IsOk());
    database_ = *std::move(opened);
    Batch batch(nullptr);
    for (const char* key : {"a", "c", "e", "g"}) batch.Put(Family::kSettings, key, "old");
    ASSERT_THAT(database_->Write(batch), IsOk());
  }

  tests::TempDir dir_;
  std::unique_ptr<Database> database_;
};

TEST_F(BatchTest, ReadsItsOwnChangesOverTheStore) {
  Batch batch(database_.get());
  batch.Put(Family::kSettings, "b", "new");
  batch.Put(Family::kSettings, "c", "new");
  batch.Delete(Family::kSettings, "e");
  EXPECT_EQ(*batch.Get(Family::kSettings, "a"), "old");
  EXPECT_EQ(*batch.Get(Family::kSettings, "c"), "new");
  EXPECT_EQ(*batch.Get(Family::kSettings, "e"), std::nullopt);
  EXPECT_EQ(*batch.Get(Family::kAudit, "b"), std::nullopt);
  const Rows expected = {{"a", "old"}, {"b", "new"}, {"c", "new"}, {"g", "old"}};
  EXPECT_EQ(RowsOf(batch, Family::kSettings, KeyRange::All()), expected);
  EXPECT_EQ(RowsOf(batch, Family::kSettings, KeyRange::All(), Order::kBackward),
            Rows(expected.rbegin(), expected.rend()));
  EXPECT_EQ(RowsOf(batch, Family::kSettings, {"b", "c"}), (Rows{{"b", "new"}}));
  EXPECT_TRUE(RowsOf(batch, Family::kSettings, {"c", "b"}).empty());
}

TEST_F(BatchTest, AScanStopsWhenTheVisitorSaysSo) {
  Batch batch(database_.get());
  batch.Put(Family::kSettings, "b", "new");
  for (int stop_after = 1; stop_after <= 5; ++stop_after) {
    int seen = 0;
    EXPECT_THAT(batch.Scan(Family::kSettings, KeyRange::All(), Order::kForward,
                           [&](absl::string_view, absl::string_view) { return ++seen < stop_after; }),
                IsOk());
    EXPECT_EQ(seen, stop_after);
  }
}

TEST_F(BatchTest, ADeletedRangeTakesStoreAndEarlierChangesButNotLaterOnes) {
  Batch batch(database_.get());
  batch.Put(Family::kSettings, "b", "before");
  batch.DeleteRange(Family::kSettings, {"a", "f"});
  batch.Put(Family::kSettings, "d", "after");
  const Rows expected = {{"d", "after"}, {"g", "old"}};
  EXPECT_EQ(RowsOf(batch, Family::kSettings, KeyRange::All()), expected);
  EXPECT_EQ(*batch.Get(Family::kSettings, "a"), std::nullopt);
  ASSERT_THAT(database_->Write(batch), IsOk());
  EXPECT_EQ(RowsOf(*database_, Family::kSettings, KeyRange::All()), expected);
}

TEST_F(BatchTest, GoesBackToItsSavePointWhole) {
  Batch batch(database_.get());
  batch.Put(Family::kSettings, "a", "kept");
  batch.Put(Family::kSettings, "b", "kept");
  const Rows expected = RowsOf(batch, Family::kSettings, KeyRange::All());
  const size_t size_bytes = batch.size_bytes();
  batch.SetSavePoint();
  batch.Put(Family::kSettings, "a", "first");
  batch.Put(Family::kSettings, "a", "second");
  batch.Delete(Family::kSettings, "c");
  batch.Put(Family::kSettings, "z", "x");
  batch.DeleteRange(Family::kSettings, {"a", "zz"});
  batch.Put(Family::kSettings, "b", "again");
  batch.RollBackToSavePoint();
  EXPECT_EQ(RowsOf(batch, Family::kSettings, KeyRange::All()), expected);
  EXPECT_EQ(batch.size_bytes(), size_bytes);
  EXPECT_EQ(batch.change_count(), 2u);
}

TEST_F(BatchTest, IsEmptyAfterClear) {
  Batch batch(nullptr);
  EXPECT_TRUE(batch.empty());
  batch.Put(Family::kSettings, "a", "x");
  batch.DeleteRange(Family::kSettings, {"b", "c"});
  EXPECT_FALSE(batch.empty());
  EXPECT_EQ(*batch.Get(Family::kSettings, "q"), std::nullopt);
  batch.Clear();
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(batch.size_bytes(), 0u);
}

// Random changes with save points against a plain map, before and after writing.
TEST_F(BatchTest, AgreesWithAPlainMap) {
  SCOPED_TRACE(kSeed);
  tests::SeededRandom random(kSeed);
  std::map<std::string, std::string> model = {{"a", "old"}, {"c", "old"}, {"e", "old"}, {"g", "old"}};
  for (int round = 0; round < 60; ++round) {
    Batch batch(database_.get());
    auto saved = model;
    batch.SetSavePoint();
    for (int i = 0; i < 20; ++i) {
      const std::string key(1, static_cast<char>('a' + random.Below(12)));
      const uint64_t choice = random.Below(10);
      if (choice < 5) {
        model[key] = std::to_string(round * 100 + i);
        batch.Put(Family::kSettings, key, model[key]);
      } else if (choice < 7) {
        model.erase(key);
        batch.Delete(Family::kSettings, key);
      } else if (choice == 7) {
        const std::string end(1, static_cast<char>(key[0] + 1 + random.Below(3)));
        model.erase(model.lower_bound(key), model.lower_bound(end));
        batch.DeleteRange(Family::kSettings, {key, end});
      } else if (choice == 8) {
        saved = model;
        batch.SetSavePoint();
      } else {
        model = saved;
        batch.RollBackToSavePoint();
        batch.SetSavePoint();
      }
      ASSERT_EQ(RowsOf(batch, Family::kSettings, KeyRange::All()), Rows(model.begin(), model.end()));
      ASSERT_EQ(RowsOf(batch, Family::kSettings, KeyRange::All(), Order::kBackward),
                Rows(model.rbegin(), model.rend()));
    }
    ASSERT_THAT(database_->Write(batch), IsOk());
    ASSERT_EQ(RowsOf(*database_, Family::kSettings, KeyRange::All()), Rows(model.begin(), model.end()));
  }
}

}  // namespace
}  // namespace aangan::storage
