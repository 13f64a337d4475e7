// SPDX-License-Identifier: Apache-2.0
// Stores made again: what comes back, what must not, and what is refused.
#include "storage/node/bulk_restore.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/support/status_matchers.h"
#include "tests/unit/storage/node/backup_test_support.h"

namespace aangan::storage::node {
namespace {

using tests::HasProblem;
using tests::IsOk;
const auto kGone = HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound);

TEST(BulkRestore, BringsBackEveryRecordSettingAndTheChain) {
  BackedUpStore test;
  const model::Id member = test.AddMember(true);
  const model::RecordName service = test.AddService(member, DayOf(2026, 8, 1));
  ASSERT_THAT(test.store->SubmitAndWait(NoteChange{Action::kSigned, "node", "x", "roster/1", "value"}), IsOk());
  ASSERT_THAT(test.store->SubmitAndWait(NoteChange{Action::kTokenCreated, "node", "x", "token/1", "value"}), IsOk());
  ASSERT_THAT(test.BackUp(1), IsOk());
  const auto again = test.Restore(test.CopyKeys(1, "stick"), 1, "again");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(test.report.members, 1);
  EXPECT_EQ(test.report.records, 3);
  const auto found = (*again)->Get(service);
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(std::get<store::v1::ServiceRecord>(found->record).notes(), kCanary);
  EXPECT_EQ(*(*again)->GetSetting("roster/1"), "value");
  EXPECT_THAT((*again)->GetSetting("token/1"), kGone);
  // It goes on behind all that was, with a word of the restore in the chain.
  EXPECT_GT((*again)->durable_sequence(), test.store->durable_sequence() - 1);
  const auto newest = (*again)->ListAudit(std::nullopt, 0, 1);
  EXPECT_EQ(newest->front().action, Action::kRestored);
  EXPECT_EQ(newest->front().resource, "backups/1");
  EXPECT_EQ(ReadBackupNotes(*(*again)->TakeSnapshot())->size(), 1u);
  EXPECT_EQ(ReadKeyCopyNotes(*(*again)->TakeSnapshot())->size(), 1u);
}

TEST(BulkRestore, IsOfOneMomentAlsoWhileWritesGoOn) {
  BackedUpStore test;
  for (int i = 0; i < 50; ++i) test.AddMember(true);
  std::thread writing([&] {
    for (int i = 0; i < 200; ++i) test.AddService(test.AddMember(true), DayOf(2026, 8, 1));
  });
  const auto generation = test.BackUp(1);
  writing.join();
  ASSERT_THAT(generation, IsOk());
  EXPECT_THAT(test.Restore(test.CopyKeys(1, "stick"), 1, "again"), IsOk());  // it verifies
  EXPECT_GE(test.report.members, 50);
}

// The matrix of erasure: old and new backup, old and new key file.
TEST(BulkRestore, WhoWasErasedComesBackFromAnOldKeyFileAlone) {
  BackedUpStore test;
  const model::Id erased = test.AddMember(true);
  const model::Id other = test.AddMember(true);
  ASSERT_THAT(test.BackUp(1), IsOk());
  const std::string old_keys = test.CopyKeys(1, "old");
  ASSERT_THAT(test.Erase(erased), IsOk());
  ASSERT_THAT(test.BackUp(2), IsOk());
  const std::string new_keys = test.CopyKeys(2, "new");

  const auto old_new = test.Restore(new_keys, 1, "old bulk, new keys");
  ASSERT_THAT(old_new, IsOk());
  EXPECT_EQ(test.report.erased_since, 1);
  EXPECT_THAT(test.Read(**old_new, erased), kGone);
  EXPECT_THAT(test.Read(**old_new, other), IsOk());
  // Her id stays refused, and the audit says what became of her.
  RecordsChange change;
  change.actor = "tokens/test";
  change.writes.push_back(
      {WriteKind::kCreate, {model::RecordKind::kMember, erased, erased}, 0, StoreUnderTest::Member()});
  EXPECT_THAT((*old_new)->SubmitAndWait(std::move(change)),
              HasProblem(absl::StatusCode::kAlreadyExists, Reason::kErasedId));
  EXPECT_EQ((*old_new)->ListAudit(erased, 0, 1)->front().action, Action::kDeleted);

  const auto new_new = test.Restore(new_keys, 2, "new bulk, new keys");
  ASSERT_THAT(new_new, IsOk());
  EXPECT_THAT(test.Read(**new_new, erased), kGone);
  const auto new_old = test.Restore(old_keys, 2, "new bulk, old keys");
  ASSERT_THAT(new_old, IsOk());
  EXPECT_THAT(test.Read(**new_old, erased), kGone);
  const auto old_old = test.Restore(old_keys, 1, "old bulk, old keys");
  ASSERT_THAT(old_old, IsOk());
  EXPECT_THAT(test.Read(**old_old, erased), IsOk());  // which is why a receipt names that copy
}

TEST(BulkRestore, MembersWithoutAKeyAreLostOnlyWhenThatIsSaid) {
  BackedUpStore test;
  const model::Id first = test.AddMember(true);
  const std::string keys = test.CopyKeys(1, "stick");
  const model::Id later = test.AddMember(true);
  ASSERT_THAT(test.BackUp(1), IsOk());
  EXPECT_THAT(test.Restore(keys, 1, "refused"), HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing));
  const auto again = test.Restore(keys, 1, "again", true);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(test.report.members_without_key, 1);
  EXPECT_THAT(test.Read(**again, first), IsOk());
  EXPECT_THAT(test.Read(**again, later), kGone);
}

TEST(BulkRestore, CountsMembersWhoCameAfterTheBackup) {
  BackedUpStore test;
  test.AddMember(true);
  ASSERT_THAT(test.BackUp(1), IsOk());
  test.AddMember(true);
  ASSERT_THAT(test.Restore(test.CopyKeys(1, "stick"), 1, "again"), IsOk());
  EXPECT_EQ(test.report.keys_without_member, 1);
  EXPECT_EQ(test.report.members, 1);
}

TEST(BulkRestore, KeysOfAnotherStoreOpenNothing) {
  BackedUpStore test, other;
  test.AddMember(true);
  ASSERT_THAT(test.BackUp(1), IsOk());
  EXPECT_THAT(test.Restore(other.CopyKeys(1, "stick"), 1, "again"),
              HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

}  // namespace
}  // namespace aangan::storage::node
