// SPDX-License-Identifier: Apache-2.0
// Notes of copies come back as they were written, in the order of their numbers.
#include "storage/node/backup_notes.h"

#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "tests/unit/storage/node/node_store_test_support.h"

namespace aangan::storage::node {
namespace {

using tests::HasProblem;
using tests::IsOk;

TEST(BackupNotes, AreKeptWithAnAuditEntryEach) {
  StoreUnderTest test;
  const int64_t entries = static_cast<int64_t>(test.store->ListAudit(std::nullopt, 0, 100)->size());
  for (const uint64_t number : {uint64_t{10}, uint64_t{9}})
    ASSERT_THAT(test.store->SubmitAndWait(NoteOf(BackupNote{number, 5, 6, 7}, "tokens/t")), IsOk());
  const KeyCopyNote copy = {3, "stick", 5, 6, 0};
  ASSERT_THAT(test.store->SubmitAndWait(NoteOf(copy, "tokens/t")), IsOk());
  const auto snapshot = test.store->TakeSnapshot();
  const auto backups = ReadBackupNotes(*snapshot);
  ASSERT_EQ(backups->size(), 2u);
  EXPECT_EQ(backups->front().number, 9u);
  EXPECT_EQ(backups->back().bytes, 7u);
  EXPECT_EQ(*ReadKeyCopyNotes(*snapshot), std::vector<KeyCopyNote>{copy});
  const auto audit = test.store->ListAudit(std::nullopt, 0, 100);
  EXPECT_EQ(static_cast<int64_t>(audit->size()), entries + 3);
  EXPECT_EQ(audit->front().action, Action::kKeysCopied);
  EXPECT_EQ(audit->front().resource, "keyCopies/3");

  ASSERT_THAT(test.store->SubmitAndWait(PrunedNote(9, "node")), IsOk());
  EXPECT_EQ(ReadBackupNotes(*test.store->TakeSnapshot())->size(), 1u);
}

TEST(BackupNotes, OneThatWasNotWrittenHereIsDamage) {
  StoreUnderTest test;
  ASSERT_THAT(test.store->SubmitAndWait(NoteChange{Action::kSigned, "node", "x", "key_copy/1", "garbage"}), IsOk());
  EXPECT_THAT(ReadKeyCopyNotes(*test.store->TakeSnapshot()), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

TEST(BackupNotes, TheFirstAuditEntrySaysWhenTheStoreWasMade) {
  StoreUnderTest test;
  EXPECT_EQ(*FirstAuditTime(*test.store->TakeSnapshot()), 0);
  test.AddMember(true);
  const absl::Time then = test.clock.now;
  test.clock.now += absl::Hours(48);
  test.AddMember(true);
  EXPECT_EQ(*FirstAuditTime(*test.store->TakeSnapshot()), absl::ToUnixMicros(then));
}

}  // namespace
}  // namespace aangan::storage::node
