// SPDX-License-Identifier: Apache-2.0
// The audit: every write is in it, the chain shows every change.
#include "storage/node/audit_log.h"

#include <filesystem>
#include <functional>

#include "base/check.h"
#include "gtest/gtest.h"
#include "storage/engine/database.h"
#include "tests/support/status_matchers.h"
#include "tests/support/store_key_lock.h"
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
  ASSERT_EQ(FollowAudit(**database)->entries(), 4);
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

ReadNote Reading(const model::Id& member) {
  return {
      Action::kRead, "tokens/reader", {{model::RecordNameText({model::RecordKind::kMember, member, member}), member}}};
}

// What somebody at the machine could do to the files: changes made behind the program's back, to the node's main store.
absl::Status TamperedStart(StoreUnderTest& test, const std::function<void(Database&, Batch&)>& change) {
  test.Close();
  {
    DatabaseOptions options;
    options.folder = test.folder / "node/main";
    options.families = kNodeMainFamilies;
    auto database = Database::Open(options);
    AANGAN_CHECK(database.ok());
    Batch batch(database->get());
    change(**database, batch);
    AANGAN_CHECK((*database)->Write(batch).ok());
  }
  StoreOptions options;
  options.folder = test.folder / "node";
  options.key_lock = &tests::TestKeyLock();
  options.clock = &test.clock;
  options.random = &test.random;
  options.disk_reserve_bytes = 1 << 20;
  auto opened = NodeStore::Open(options);
  if (opened.ok()) test.store = *std::move(opened);
  return opened.ok() ? absl::OkStatus() : opened.status();
}

std::string NewestKey(const Reader& reader) {
  std::string newest;
  AANGAN_CHECK(reader
                   .Scan(Family::kAudit, KeyRange::All(), Order::kBackward,
                         [&](absl::string_view key, absl::string_view) { return newest = std::string(key), false; })
                   .ok());
  return newest;
}

TEST(AuditLog, APageOfMembersIsOneCommitWithAnEntryForEach) {
  StoreUnderTest test;
  ReadNote note{Action::kListed, "tokens/reader", {}};
  std::vector<model::Id> members;
  for (int i = 0; i < 3; ++i) {
    members.push_back(test.AddMember(false));
    note.shown.push_back(Reading(members.back()).shown.front());
  }
  const uint64_t before = test.store->durable_sequence();
  ASSERT_TRUE(test.store->SubmitAndWait(note).ok());
  EXPECT_EQ(test.store->durable_sequence(), before + 1);
  for (const model::Id& member : members) {
    const auto log = test.store->ListAudit(member, 0, 10);
    ASSERT_EQ(log->size(), 2u);
    EXPECT_EQ(log->front().action, Action::kListed);
    EXPECT_EQ(log->front().actor, "tokens/reader");
    EXPECT_EQ(log->front().sequence >> kAuditNumberBits, before + 1);
  }
  EXPECT_EQ(test.store->FollowAudit({})->entries(), 6);
}

TEST(AuditLog, OldestFirstFromAnyEntryOn) {
  StoreUnderTest test;
  for (int i = 0; i < 5; ++i) test.AddMember(false);
  const auto all = test.store->ListAuditAfter(0, 100);
  ASSERT_EQ(all->size(), 5u);
  const auto rest = test.store->ListAuditAfter(all->at(1).sequence, 2);
  ASSERT_EQ(rest->size(), 2u);
  EXPECT_EQ(rest->front().sequence, all->at(2).sequence);
}

TEST(AuditLog, AStoreWhoseLogIsCutOffAtItsEndDoesNotOpen) {
  StoreUnderTest test;
  const model::Id member = test.AddMember(false);
  ASSERT_TRUE(test.store->SubmitAndWait(Reading(member)).ok());
  ASSERT_TRUE(TamperedStart(test, [](Database&, Batch& batch) { batch.Put(Family::kMeta, "untouched", "x"); }).ok());
  const auto damaged = tests::HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged);
  std::string key, value;
  EXPECT_THAT(TamperedStart(test,
                            [&](Database& database, Batch& batch) {
                              key = NewestKey(database);
                              value = **database.Get(Family::kAudit, key);
                              batch.Delete(Family::kAudit, key);
                            }),
              damaged);
  const std::string beyond = KeyWriter().U64(1u << 20).U32(0).Take();
  EXPECT_THAT(TamperedStart(test,
                            [&](Database&, Batch& batch) {
                              batch.Put(Family::kAudit, key, value);
                              batch.Put(Family::kAudit, beyond, value);
                            }),
              damaged);
  EXPECT_TRUE(TamperedStart(test, [&](Database&, Batch& batch) { batch.Delete(Family::kAudit, beyond); }).ok());
}

TEST(AuditLog, AnOlderStorePutInPlaceIsFoundByAHeadThatWasKept) {
  StoreUnderTest test;
  const model::Id member = test.AddMember(false);
  const auto early = test.store->FollowAudit({});
  test.Close();
  const std::string node = test.folder / "node";
  const std::string copy = test.folder / "older";
  std::filesystem::copy(node, copy, std::filesystem::copy_options::recursive);
  test.OpenUncounted();
  ASSERT_TRUE(test.store->SubmitAndWait(Reading(member)).ok());
  const auto late = test.store->FollowAudit({});
  const auto head_of = [](const AuditFollower& followed) {
    return AuditHead{{}, followed.entries(), followed.place(), followed.chain_hash(), 0};
  };
  EXPECT_THAT(test.store->FollowAudit({early->entries()})->CheckHead(head_of(*early)), tests::IsOk());
  test.Close();
  std::filesystem::remove_all(node);
  std::filesystem::rename(copy, node);
  test.OpenUncounted();  // with its own durable head, nothing in the folder says so
  const auto now = test.store->FollowAudit({early->entries(), late->entries()});
  EXPECT_THAT(now->CheckHead(head_of(*early)), tests::IsOk());
  EXPECT_THAT(now->CheckHead(head_of(*late)), tests::HasProblem(absl::StatusCode::kDataLoss, Reason::kLogShortened));
  // It grows past the head, but never into it.
  test.clock.now += absl::Seconds(1);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(test.store->SubmitAndWait(Reading(member)).ok());
  EXPECT_THAT(test.store->FollowAudit({late->entries()})->CheckHead(head_of(*late)),
              tests::HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

TEST(AuditLog, OnANearlyFullDiskReadsGoOnForAWhileAndThenNothingIsNoted) {
  StoreUnderTest test;
  const model::Id member = test.AddMember(false);
  const auto free = static_cast<uint64_t>(test.store->disk_free_bytes());
  const auto with_reserve = [&](uint64_t bytes) {
    test.Close();
    StoreOptions options;
    options.folder = test.folder / "node";
    options.key_lock = &tests::TestKeyLock();
    options.clock = &test.clock;
    options.random = &test.random;
    options.disk_reserve_bytes = bytes;
    auto opened = NodeStore::Open(options);
    AANGAN_CHECK(opened.ok());
    test.store = *std::move(opened);
  };
  const auto refused = tests::HasProblem(absl::StatusCode::kResourceExhausted, Reason::kDiskReserve);
  const NoteChange note{Action::kSigned, "tokens/a", "rosters/india", "", ""};
  with_reserve(free + free / 2);
  EXPECT_THAT(test.store->SubmitAndWait(note), refused);
  EXPECT_THAT(test.store->SubmitAndWait(Reading(member)), tests::IsOk());
  with_reserve(free * 4);
  EXPECT_THAT(test.store->SubmitAndWait(Reading(member)), refused);
}

}  // namespace
}  // namespace aangan::storage::node
