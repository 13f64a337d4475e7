// SPDX-License-Identifier: Apache-2.0
// After an erasure her key is in no file, and the receipt names what may still hold it.
#include "storage/node/erasure.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>

#include "tests/support/status_matchers.h"
#include "tests/unit/storage/node/backup_test_support.h"

namespace aangan::storage::node {
namespace {

using tests::HasProblem;
using tests::IsOk;
constexpr absl::Duration kPatience = absl::Seconds(60);

class ErasureTest : public testing::Test {
 protected:
  absl::Status Clear(absl::Duration patience = kPatience) {
    const auto pending = PendingErasures(*test_.store->TakeSnapshot());
    if (!pending.ok()) return pending.status();
    return ClearErased(*test_.store, *pending, test_.clock, patience);
  }
  absl::StatusOr<ErasureReceipt> Receipt(const model::Id& member) {
    return ReceiptFor(*test_.store->TakeSnapshot(), member);
  }
  std::map<std::string, std::string> Rows(Family family) const {
    std::map<std::string, std::string> rows;
    const auto snapshot = test_.store->TakeSnapshot();
    EXPECT_THAT(snapshot->Scan(family, KeyRange::All(), Order::kForward,
                               [&](absl::string_view key, absl::string_view value) {
                                 rows.emplace(key, value);
                                 return true;
                               }),
                IsOk());
    return rows;
  }
  BackedUpStore test_;
};

TEST_F(ErasureTest, HerKeyAndRecordsLeaveEveryFileOfTheDataFolder) {
  const model::Id member = test_.AddMember(true);
  const model::Id other = test_.AddMember(true);
  const std::string key = test_.WrappedKey(member);
  const std::string kept = test_.WrappedKey(other);
  ASSERT_THAT(test_.Erase(member), IsOk());
  ASSERT_FALSE(BackedUpStore::FilesWith(test_.data(), key).empty());  // in the log: the test of the test
  ASSERT_THAT(Clear(), IsOk());
  EXPECT_TRUE(BackedUpStore::FilesWith(test_.data(), key).empty());
  EXPECT_FALSE(BackedUpStore::FilesWith(test_.data(), kept).empty());
  EXPECT_TRUE(PendingErasures(*test_.store->TakeSnapshot())->empty());
  ASSERT_THAT(test_.BackUp(1), IsOk());
  const std::string new_keys = test_.CopyKeys(1, "stick");
  EXPECT_EQ(OpenKeyFile(new_keys, test_.store->DeriveKey("key file"))->wrapped.count(member), 0u);
  EXPECT_THAT(test_.store->Verify(), IsOk());
}

// Also from table files at the bottom of the tree, and after the store was closed and opened.
TEST_F(ErasureTest, AnErasureOfBeforeAStopIsFinishedAfterTheNextStart) {
  const model::Id first = test_.AddMember(true);
  ASSERT_THAT(test_.store->Expunge({first}, kPatience), IsOk());  // her key is in a table file now
  const std::string key = test_.WrappedKey(first);
  ASSERT_FALSE(BackedUpStore::FilesWith(test_.data(), key).empty());
  ASSERT_THAT(test_.Erase(first), IsOk());
  test_.Close();
  test_.Open();
  ASSERT_EQ(PendingErasures(*test_.store->TakeSnapshot())->size(), 1u);
  ASSERT_THAT(Clear(), IsOk());
  EXPECT_TRUE(BackedUpStore::FilesWith(test_.data(), key).empty());
}

TEST_F(ErasureTest, ThereIsNoReceiptWhileASnapshotHoldsHer) {
  const model::Id member = test_.AddMember(true);
  const std::string key = test_.WrappedKey(member);
  auto snapshot = test_.store->TakeSnapshot();
  ASSERT_THAT(test_.Erase(member), IsOk());
  EXPECT_THAT(Clear(absl::ZeroDuration()), HasProblem(absl::StatusCode::kUnavailable, Reason::kBusy));
  EXPECT_THAT(Receipt(member), HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
  snapshot.reset();
  ASSERT_THAT(Clear(), IsOk());
  EXPECT_THAT(Receipt(member), IsOk());
  EXPECT_TRUE(BackedUpStore::FilesWith(test_.data(), key).empty());
}

TEST_F(ErasureTest, TheReceiptNamesEveryCopyThatHoldsHerAndNoOther) {
  test_.CopyKeys(1, "before-her");
  ASSERT_THAT(test_.BackUp(1), IsOk());
  test_.clock.now += absl::Hours(1);
  const absl::Time enrolled = test_.clock.now;
  const model::Id member = test_.AddMember(true);
  test_.clock.now += absl::Hours(1);
  const absl::Time copied = test_.clock.now;
  test_.CopyKeys(2, "stick");
  ASSERT_THAT(test_.BackUp(2), IsOk());
  ASSERT_EQ(PreviewReceipt(*test_.store->TakeSnapshot(), member)->key_copies.size(), 1u);
  test_.clock.now += absl::Hours(1);
  ASSERT_THAT(test_.Erase(member), IsOk());
  const absl::Time destroyed = test_.clock.now;
  test_.CopyKeys(3, "after-her");
  ASSERT_THAT(test_.BackUp(3), IsOk());
  ASSERT_THAT(Clear(), IsOk());

  const auto receipt = Receipt(member);
  ASSERT_THAT(receipt, IsOk());
  EXPECT_EQ(receipt->note.enrolled_us, absl::ToUnixMicros(enrolled));
  EXPECT_EQ(receipt->note.destroyed_us, absl::ToUnixMicros(destroyed));
  ASSERT_EQ(receipt->key_copies.size(), 1u);
  EXPECT_EQ(receipt->key_copies[0].label, "stick");
  EXPECT_EQ(receipt->key_copies[0].time_us, absl::ToUnixMicros(copied));
  ASSERT_EQ(receipt->backups.size(), 1u);
  EXPECT_EQ(receipt->backups[0].number, 2u);
  // A copy that was overwritten since is said to be.
  KeyCopyNote gone = receipt->key_copies[0];
  gone.overwritten_us = absl::ToUnixMicros(test_.clock.now);
  ASSERT_THAT(test_.store->SubmitAndWait(NoteOf(gone, "tokens/t")), IsOk());
  EXPECT_EQ(Receipt(member)->key_copies[0], gone);
}

// Whoever or whatever erased her, the receipt has the day, and a copy of after it is none of hers.
TEST_F(ErasureTest, SealsAndRetentionEraseAsPeopleDo) {
  uint64_t generation = 0;
  for (const Action action : {Action::kDeleted, Action::kSealEnded, Action::kRetentionErased}) {
    const model::Id member = test_.AddMember(true);
    const uint64_t hers = ++generation;
    test_.CopyKeys(hers, "hers");
    test_.clock.now += absl::Hours(1);
    ASSERT_THAT(test_.Erase(member, action), IsOk());
    const absl::Time destroyed = test_.clock.now;
    test_.clock.now += absl::Hours(1);
    test_.CopyKeys(++generation, "later");
    ASSERT_THAT(Clear(), IsOk());
    const auto receipt = Receipt(member);
    ASSERT_THAT(receipt, IsOk());
    EXPECT_EQ(receipt->note.destroyed_us, absl::ToUnixMicros(destroyed));
    ASSERT_EQ(receipt->key_copies.size(), 1u);
    EXPECT_EQ(receipt->key_copies.front().generation, hers);
  }
}

// A request about her, and the counts that her records moved, are in the store no more when she is cleared; the request
// that erased her still gets its first answer.
TEST_F(ErasureTest, RequestsAndEntriesOfTheTallyGoWithHer) {
  const auto request = [](const std::string& rpc) {
    return RequestKey{"t", rpc, "0190b2c4-0000-4000-8000-000000000001", Sha256("what it said")};
  };
  const model::Id member = test_.AddMember(true);
  const model::RecordName name{model::RecordKind::kMember, member, member};
  RecordsChange update{{{WriteKind::kUpdate, name, 1, BackedUpStore::Member()}}, request("UpdateMember"), "tokens/t"};
  ASSERT_THAT(test_.store->SubmitAndWait(update), IsOk());
  EXPECT_EQ(Rows(Family::kRequestIds).size(), 1u);
  EXPECT_GT(Rows(Family::kTallies).size(), 1u);
  for (const auto& [key, value] : Rows(Family::kRequestIds)) {
    EXPECT_EQ(value.find(std::string(AsText(Sha256("what it said")))), std::string::npos);
  }
  RecordsChange erase{{{WriteKind::kDelete, name, 2, {}}}, request("DeleteMember"), "tokens/t", Action::kDeleted};
  ASSERT_THAT(test_.store->SubmitAndWait(erase), IsOk());
  ASSERT_THAT(Clear(), IsOk());
  EXPECT_EQ(Rows(Family::kRequestIds).size(), 1u);
  for (const auto& [key, value] : Rows(Family::kTallies)) EXPECT_NE(key.front(), 2) << "an entry";
  const auto repeated = test_.store->SubmitAndWait(erase);
  ASSERT_THAT(repeated, IsOk());
  EXPECT_TRUE(repeated->repeated);
  EXPECT_THAT(test_.store->Verify(), IsOk());
}

TEST_F(ErasureTest, EveryFieldOfAReceiptIsInWhatIsSigned) {
  ErasureReceipt receipt;
  receipt.note = {{}, 1, 2, 3, 4, 5};
  receipt.key_copies = {{6, "stick", 7, 8, 9}};
  receipt.backups = {{10, 11, 12, 13}};
  const std::string bytes = ReceiptBytes(receipt, "incarnation", 14);
  const auto changed = [&](auto change) {
    ErasureReceipt other = receipt;
    change(other);
    return ReceiptBytes(other, "incarnation", 14) != bytes;
  };
  EXPECT_TRUE(changed([](auto& r) { r.note.member.bytes[0] = 1; }));
  EXPECT_TRUE(changed([](auto& r) { r.note.enrolled_us = 99; }));
  EXPECT_TRUE(changed([](auto& r) { r.note.destroyed_us = 99; }));
  EXPECT_TRUE(changed([](auto& r) { r.note.destroyed_sequence = 99; }));
  EXPECT_TRUE(changed([](auto& r) { r.note.cleared_us = 99; }));
  EXPECT_TRUE(changed([](auto& r) { r.key_copies[0].label = "other"; }));
  EXPECT_TRUE(changed([](auto& r) { r.key_copies[0].overwritten_us = 0; }));
  EXPECT_TRUE(changed([](auto& r) { r.key_copies.clear(); }));
  EXPECT_TRUE(changed([](auto& r) { r.backups.clear(); }));
  EXPECT_NE(ReceiptBytes(receipt, "another", 14), bytes);
  EXPECT_NE(ReceiptBytes(receipt, "incarnation", 15), bytes);
}

}  // namespace
}  // namespace aangan::storage::node
