// SPDX-License-Identifier: Apache-2.0
// The audit: every write is in it, the chain shows every change.
#include "storage/node/audit_log.h"

#include "gtest/gtest.h"
#include "storage/engine/database.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/storage/node/node_store_test_support.h"

namespace aangan::storage::node {
namespace {

TEST(AuditLog, HasEveryWriteNewestFirstAndByMember) {
  StoreUnderTest test;
  const model::Id one = test.AddMember(true);
  const model::Id two = test.AddMember(false);
  test.AddService(one, DayOf(2026, 8, 1));
  auto all = test.store->ListAudit(std::nullopt, 0, 100);
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 4u);  // member and consent, member, service
  EXPECT_GT(all->front().sequence, all->back().sequence);
  EXPECT_EQ(test.store->ListAudit(one, 0, 100)->size(), 3u);
  EXPECT_EQ(test.store->ListAudit(two, 0, 100)->size(), 1u);
  EXPECT_EQ(test.store->ListAudit(std::nullopt, all->at(1).sequence, 100)->size(), 2u);
}

TEST(AuditLog, AChangedRemovedOrMovedEntryBreaksTheChain) {
  StoreUnderTest test;
  for (int i = 0; i < 4; ++i) test.AddMember(false);
  test.Close();
  DatabaseOptions options;
  options.folder = test.folder / "node/main";
  options.families = kNodeMainFamilies;
  auto database = Database::Open(options);
  ASSERT_TRUE(database.ok());
  ASSERT_EQ(FollowAudit(**database)->entries, 4);
  std::vector<std::pair<std::string, std::string>> entries;
  ASSERT_TRUE((*database)
                  ->Scan(Family::kAudit, KeyRange::All(), Order::kForward,
                         [&](absl::string_view key, absl::string_view value) {
                           entries.emplace_back(key, value);
                           return true;
                         })
                  .ok());
  const auto tampered = [&](auto&& change) {
    Batch batch(database->get());
    change(batch);
    return FollowAudit(batch).status();
  };
  EXPECT_TRUE(tampered([](Batch&) {}).ok());
  EXPECT_THAT(tampered([&](Batch& batch) { batch.Delete(Family::kAudit, entries[1].first); }),
              tests::HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
  EXPECT_THAT(tampered([&](Batch& batch) {
                std::string value = entries[2].second;
                value[9] = static_cast<char>(value[9] ^ 1);
                batch.Put(Family::kAudit, entries[2].first, value);
              }),
              tests::HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
  EXPECT_THAT(tampered([&](Batch& batch) {
                batch.Put(Family::kAudit, entries[1].first, entries[2].second);
                batch.Put(Family::kAudit, entries[2].first, entries[1].second);
              }),
              tests::HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

}  // namespace
}  // namespace aangan::storage::node
