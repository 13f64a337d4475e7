// SPDX-License-Identifier: Apache-2.0
// History: whatever is changed in whatever order, each record's earlier forms are those that it had, and they go with
// the record and with the member's key.
#include "storage/node/revisions.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "storage/engine/batch.h"
#include "storage/engine/database.h"
#include "storage/node/record_codec.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/storage/node/backup_test_support.h"

namespace aangan::storage::node {
namespace {

using tests::HasProblem;
using tests::IsOk;

std::string BytesOf(const Found& found) {
  return std::visit([](const auto& record) { return record.SerializeAsString(); }, found.record);
}

uint64_t VersionOf(const Found& found) {
  return std::visit([](const auto& record) { return record.version(); }, found.record);
}

size_t RowsOf(const NodeStore& store, const model::Id& member) {
  size_t rows = 0;
  EXPECT_THAT(store.TakeSnapshot()->Scan(Family::kRevisions, MemberRange(member), Order::kForward,
                                         [&](absl::string_view, absl::string_view) { return ++rows > 0; }),
              IsOk());
  return rows;
}

// Records with all that they ever said, oldest first; what stands now is last.
class Histories {
 public:
  explicit Histories(StoreUnderTest* test) : test_(test) {}

  void Add(const model::RecordName& name) { Note(name); }
  void Change(const model::RecordName& name, int number, bool stale) {
    const Found found = *test_->store->Get(name);
    Record next = found.record;
    std::visit(
        [&](auto& record) {
          if constexpr (requires { record.set_notes(""); }) record.set_notes(absl::StrCat(kCanary, number));
        },
        next);
    const auto done = test_->Write(WriteKind::kUpdate, name, VersionOf(found) - (stale ? 1 : 0), std::move(next));
    EXPECT_EQ(done.ok(), !stale);
    if (!stale) Note(name);
  }
  void Delete(const model::RecordName& name) {
    ASSERT_THAT(test_->Write(WriteKind::kDelete, name, VersionOf(*test_->store->Get(name)), {}), IsOk());
    said_.erase(name);
  }
  void ExpectReplayed() const {
    for (const auto& [name, said] : said_) {
      const auto revisions = test_->store->ListRevisions(name, 0, said.size() + 5);
      ASSERT_THAT(revisions, IsOk());
      std::vector<std::string> replayed;
      for (auto each = revisions->rbegin(); each != revisions->rend(); ++each) replayed.push_back(BytesOf(*each));
      replayed.push_back(BytesOf(*test_->store->Get(name)));
      EXPECT_EQ(replayed, said);
      // In pages of two, and none beside them.
      uint64_t before = 0;
      size_t seen = 0;
      for (;;) {
        const std::vector<Found> page = *test_->store->ListRevisions(name, before, 2);
        if (page.empty()) break;
        seen += page.size();
        before = VersionOf(page.back());
      }
      EXPECT_EQ(seen, said.size() - 1);
    }
  }
  const std::map<model::RecordName, std::vector<std::string>>& said() const { return said_; }

 private:
  void Note(const model::RecordName& name) { said_[name].push_back(BytesOf(*test_->store->Get(name))); }

  StoreUnderTest* const test_;
  std::map<model::RecordName, std::vector<std::string>> said_;
};

TEST(Revisions, AfterAnyOrderOfChangesHistoryReplays) {
  for (const uint64_t seed : {1, 2, 3, 4, 5}) {
    std::mt19937_64 random(seed);
    StoreUnderTest test;
    Histories histories(&test);
    std::vector<model::RecordName> members, services;
    for (int i = 0; i < 3; ++i) {
      const model::Id member = test.AddMember(i != 0);
      members.push_back({model::RecordKind::kMember, member, member});
      histories.Add(members.back());
    }
    for (int step = 0; step < 80; ++step) {
      test.clock.now += absl::Minutes(7);
      const uint64_t what = random() % 10;
      if (services.empty() || what == 0) {
        services.push_back(test.AddService(members[random() % members.size()].member, DayOf(2026, 8, 1)));
        histories.Add(services.back());
      } else if (what == 1) {
        histories.Delete(services.back());
        // An id that is used anew has nothing of the record before.
        ASSERT_THAT(test.Write(WriteKind::kCreate, services.back(), 0, StoreUnderTest::Service(DayOf(2026, 9, 1))),
                    IsOk());
        histories.Add(services.back());
      } else if (what == 2) {
        test.Close();
        test.Open();
      } else {
        const auto& some = what < 6 ? members : services;
        histories.Change(some[random() % some.size()], step, what == 9);
      }
    }
    histories.ExpectReplayed();
    EXPECT_THAT(test.store->Verify().status(), IsOk());  // tallies as a recount says
    const model::Id erased = members.front().member;
    const auto other = members.back();
    const auto version = VersionOf(*test.store->Get(members.front()));
    ASSERT_THAT(test.Write(WriteKind::kDelete, members.front(), version, {}), IsOk());
    EXPECT_EQ(RowsOf(*test.store, erased), 0u);
    EXPECT_THAT(test.store->ListRevisions(members.front(), 0, 10).status(),
                HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
    EXPECT_EQ(test.store->ListRevisions(other, 0, 1000)->size(), histories.said().at(other).size() - 1);
  }
}

TEST(Revisions, AreOfNoUseInAnotherPlace) {
  StoreUnderTest test;
  const model::RecordName service = test.AddService(test.AddMember(true), DayOf(2026, 8, 1));
  for (const uint64_t version : {1, 2})
    ASSERT_THAT(test.Write(WriteKind::kUpdate, service, version, StoreUnderTest::Service(DayOf(2026, 8, 2))), IsOk());
  ASSERT_EQ(test.store->ListRevisions(service, 0, 10)->size(), 2u);
  test.Close();
  {
    auto database = Database::Open({.folder = test.folder / "node/main", .families = kNodeMainFamilies});
    ASSERT_TRUE(database.ok());
    Batch batch(nullptr);
    batch.Put(Family::kRevisions, RevisionKey(service, 2),
              **(*database)->Get(Family::kRevisions, RevisionKey(service, 1)));
    ASSERT_THAT((*database)->Write(batch), IsOk());
  }
  test.Open();
  EXPECT_THAT(test.store->ListRevisions(service, 0, 10).status(),
              HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
  EXPECT_THAT(test.store->Get(service), IsOk());
}

TEST(Revisions, AreInBackupsAndNotOfWhoWasErasedSince) {
  BackedUpStore test;
  const model::Id kept = test.AddMember(true), erased = test.AddMember(true);
  std::vector<model::RecordName> services;
  for (const model::Id& member : {kept, erased}) {
    services.push_back(test.AddService(member, DayOf(2026, 8, 1)));
    ASSERT_THAT(test.Write(WriteKind::kUpdate, services.back(), 1, StoreUnderTest::Service(DayOf(2026, 8, 2))), IsOk());
  }
  ASSERT_THAT(test.BackUp(1), IsOk());
  ASSERT_THAT(test.Erase(erased), IsOk());
  const auto again = test.Restore(test.CopyKeys(1, "new"), 1, "again");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ((*again)->ListRevisions(services.front(), 0, 10)->size(), 1u);
  EXPECT_EQ(RowsOf(**again, kept), 1u);
  EXPECT_EQ(RowsOf(**again, erased), 0u);
}

}  // namespace
}  // namespace aangan::storage::node
