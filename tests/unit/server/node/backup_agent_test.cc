// SPDX-License-Identifier: Apache-2.0
// One thing after another: backups, checks, clearing; and every copy is counted.
#include "server/node/backup_agent.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "server/node/backup_rpc.h"
#include "storage/engine/backup.h"
#include "storage/node/erasure.h"
#include "tests/support/daemon_process.h"
#include "tests/support/status_matchers.h"
#include "tests/support/store_key_lock.h"
#include "tests/support/temp_dir.h"

namespace aangan::node {
namespace {

using storage::node::NodeStore;
using storage::node::ReadBackupNotes;
using storage::node::ReadKeyCopyNotes;
using tests::HasProblem;
using tests::IsOk;

class BackupAgentTest : public testing::Test {
 protected:
  BackupAgentTest() {
    storage::node::StoreOptions options;
    options.folder = data();
    options.key_lock = &tests::TestKeyLock();
    options.clock = &clock_;
    options.random = &random_;
    options.disk_reserve_bytes = 1 << 20;
    store_ = *NodeStore::Open(options);
    agent_ = std::make_unique<BackupAgent>(store_.get(), data(), &clock_);
  }
  std::string data() const { return folder_ / "node"; }
  model::Id AddMember() {
    const model::Id member = model::RandomId(random_);
    storage::node::RecordsChange change;
    change.actor = "tokens/test";
    store::v1::MemberRecord record;
    record.set_notes(std::string(2000, 'n'));
    change.writes.push_back(
        {storage::node::WriteKind::kCreate, {model::RecordKind::kMember, member, member}, 0, record});
    EXPECT_THAT(store_->SubmitAndWait(std::move(change)), IsOk());
    return member;
  }
  void Erase(const model::Id& member) {
    storage::node::RecordsChange change;
    change.actor = "tokens/test";
    change.action = storage::node::Action::kDeleted;
    change.writes.push_back({storage::node::WriteKind::kDelete, {model::RecordKind::kMember, member, member}, 1, {}});
    EXPECT_THAT(store_->SubmitAndWait(std::move(change)), IsOk());
    agent_->ClearSoon();
  }
  // Of a backup or check that was begun.
  BackupState Await(uint64_t number) {
    const auto state = [&] { return agent_->Get(number)->state; };
    EXPECT_TRUE(tests::Eventually(
        absl::Seconds(60), [&] { return state() != BackupState::kRunning && state() != BackupState::kVerifying; }));
    return state();
  }

  const tests::TempDir folder_;
  const SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<NodeStore> store_;
  std::unique_ptr<BackupAgent> agent_;
};

TEST_F(BackupAgentTest, BacksUpChecksAndKeepsAsManyAsWished) {
  agent_->Start();
  for (uint64_t number = 1; number <= 3; ++number) {
    AddMember();
    const auto job = agent_->Create(folder_ / "backup", 2, "tokens/test");
    ASSERT_THAT(job, IsOk());
    EXPECT_EQ(job->note.number, number);
    EXPECT_EQ(Await(number), BackupState::kDone);
  }
  EXPECT_TRUE(tests::Eventually(absl::Seconds(60), [&] { return agent_->List()->size() == 2; }));
  ASSERT_THAT(agent_->Verify(3, folder_ / "backup"), IsOk());
  EXPECT_EQ(Await(3), BackupState::kVerified);
  ASSERT_THAT(agent_->Verify(3, folder_ / "elsewhere"), IsOk());
  EXPECT_EQ(Await(3), BackupState::kDone);
  EXPECT_EQ(agent_->Get(3)->reason, "NOT_FOUND");
  for (const auto& file : std::filesystem::directory_iterator(folder_ / "backup/files"))
    std::filesystem::resize_file(file.path(), 100);
  ASSERT_THAT(agent_->Verify(3, folder_ / "backup"), IsOk());
  EXPECT_EQ(Await(3), BackupState::kDamaged);
  EXPECT_THAT(agent_->Verify(1, folder_ / "backup"), HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
}

TEST_F(BackupAgentTest, OneAtATime) {
  ASSERT_THAT(agent_->Create(folder_ / "backup", 2, "tokens/test"), IsOk());  // nobody works yet
  EXPECT_THAT(agent_->Create(folder_ / "backup", 2, "tokens/test"),
              HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
  agent_->Start();
  EXPECT_EQ(Await(1), BackupState::kDone);
}

TEST_F(BackupAgentTest, AFailedOneIsNoBackup) {
  std::filesystem::create_directories(folder_ / "backup/files");
  std::filesystem::create_directories(folder_ / "backup/generations/0000000001");  // no list that can be read
  agent_->Start();
  ASSERT_THAT(agent_->Create(folder_ / "backup", 2, "tokens/test"), IsOk());
  const auto jobs = agent_->List();
  EXPECT_EQ(Await(jobs->back().note.number), BackupState::kFailed);
  EXPECT_FALSE(agent_->Get(jobs->back().note.number)->reason.empty());
  const auto notes = ReadBackupNotes(*store_->TakeSnapshot());
  ASSERT_THAT(notes, IsOk());
  for (const auto& note : *notes) EXPECT_EQ(note.bytes, 0u);
}

// The backup begins again without her; the receipt does not wait for the slow medium.
TEST_F(BackupAgentTest, AnErasureGoesFirst) {
  std::vector<model::Id> members;
  for (int i = 0; i < 300; ++i) members.push_back(AddMember());
  agent_->Start();
  ASSERT_THAT(agent_->Create(folder_ / "backup", 2, "tokens/test"), IsOk());
  Erase(members[0]);
  EXPECT_TRUE(tests::Eventually(absl::Seconds(60),
                                [&] { return storage::node::ReceiptFor(*store_->TakeSnapshot(), members[0]).ok(); }));
  EXPECT_EQ(Await(1), BackupState::kDone);
}

TEST_F(BackupAgentTest, WhatAnEarlierProcessLeftIsCleared) {
  const model::Id member = AddMember();
  Erase(member);
  agent_ = std::make_unique<BackupAgent>(store_.get(), data(), &clock_);
  agent_->Start();
  EXPECT_TRUE(tests::Eventually(absl::Seconds(60),
                                [&] { return storage::node::ReceiptFor(*store_->TakeSnapshot(), member).ok(); }));
}

TEST_F(BackupAgentTest, EveryKeyCopyIsCountedAlsoOneThatCouldNotBeWritten) {
  ASSERT_THAT(agent_->CopyKeys(folder_ / "stick", "stick", "tokens/test"), IsOk());
  EXPECT_FALSE(agent_->CopyKeys("/proc/nothing/here", "nowhere", "tokens/test").ok());
  ASSERT_THAT(agent_->CopyKeys(folder_ / "stick", "stick", "tokens/test"), IsOk());
  const auto copies = ReadKeyCopyNotes(*store_->TakeSnapshot());
  ASSERT_EQ(copies->size(), 3u);
  EXPECT_NE((*copies)[0].overwritten_us, 0);
  EXPECT_EQ((*copies)[1].label, "nowhere");
  EXPECT_EQ((*copies)[2].overwritten_us, 0);
}

TEST_F(BackupAgentTest, ABackupIsWantedAWeekAfterTheLastGoodOne) {
  const absl::Time now = clock_.Now();
  AddMember();
  EXPECT_FALSE(WantsBackup(*store_, now));
  EXPECT_TRUE(WantsBackup(*store_, now + absl::Hours(24 * 7 + 1)));
  storage::node::BackupNote note = {1, absl::ToUnixMicros(now + absl::Hours(24 * 7)), 1, 0};
  ASSERT_THAT(store_->SubmitAndWait(NoteOf(note, "tokens/test")), IsOk());
  EXPECT_TRUE(WantsBackup(*store_, now + absl::Hours(24 * 8)));  // it was not finished
  note.bytes = 1;
  ASSERT_THAT(store_->SubmitAndWait(NoteOf(note, "tokens/test")), IsOk());
  EXPECT_FALSE(WantsBackup(*store_, now + absl::Hours(24 * 8)));
}

}  // namespace
}  // namespace aangan::node
