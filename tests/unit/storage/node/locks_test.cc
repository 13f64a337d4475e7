// SPDX-License-Identifier: Apache-2.0
// One answer a period, whatever happens; alarms keep their first evidence.
#include "storage/node/locks.h"

#include "base/clock.h"
#include "base/random.h"
#include "gtest/gtest.h"
#include "storage/node/once_store.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage::node {
namespace {

using tests::HasProblem;
using tests::IsOk;

class LocksTest : public ::testing::Test {
 protected:
  LocksTest() { Open(); }
  void Open() {
    once_.reset();
    once_ = *OnceStore::Open(folder_ / "once", &clock_, &random_);
  }
  tests::TempDir folder_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<OnceStore> once_;
};

TEST_F(LocksTest, AnAnswerIsLockedOnceAndStaysByteForByte) {
  EXPECT_FALSE(once_->FindLock({2026, 3})->has_value());
  EXPECT_FALSE(once_->MarkAnswered({2026, 3}).ok());
  const AnswerLock lock{{2026, 3}, Sha256("round"), Sha256("freeze"), std::string("answer\0bytes", 12), false};
  ASSERT_THAT(once_->Lock(lock), IsOk());
  AnswerLock other = lock;
  other.answer = "another";
  EXPECT_THAT(once_->Lock(other), HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
  EXPECT_THAT(once_->Lock(lock), HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
  Open();
  EXPECT_THAT(once_->Lock(other), HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
  ASSERT_THAT(once_->MarkAnswered({2026, 3}), IsOk());
  Open();
  const std::optional<AnswerLock> kept = *once_->FindLock({2026, 3});
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(kept->answer, lock.answer);
  EXPECT_EQ(kept->freeze, lock.freeze);
  EXPECT_EQ(kept->round_id, lock.round_id);
  EXPECT_TRUE(kept->sent);
  // Silence is a lock too, and another period has its own.
  ASSERT_THAT(once_->Lock({{2026, 4}, Sha256("r"), Sha256("f"), "", false}), IsOk());
  EXPECT_THAT(once_->Lock({{2026, 4}, Sha256("r"), Sha256("f"), "answer", false}),
              HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
  EXPECT_EQ(once_->Locks()->size(), 2u);
}

// Any byte of the fixed part, also one that would read as the same year or as "sent".
TEST_F(LocksTest, ALockThatWasNotWrittenSoIsDamaged) {
  Batch honest(nullptr);
  PutLock({{2026, 3}, {}, {}, "answer", false}, honest);
  const auto& [key, value] = *honest.changes().begin();
  for (const size_t at : {0u, 1u, 6u, 74u}) {
    std::string damaged = *value;
    damaged[at] = 2;
    Batch changed(nullptr);
    changed.Put(key.first, key.second, damaged);
    EXPECT_THAT(FindLock(changed, {2026, 3}).status(), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged)) << at;
    EXPECT_THAT(ListLocks(changed).status(), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged)) << at;
  }
}

TEST_F(LocksTest, AnAlarmKeepsItsFirstEvidence) {
  ASSERT_THAT(once_->RaiseAlarm(AlarmKind::kBadFreeze, "2026Q3", "first"), IsOk());
  ASSERT_THAT(once_->RaiseAlarm(AlarmKind::kBadFreeze, "2026Q3", "second"), IsOk());
  ASSERT_THAT(once_->RaiseAlarm(AlarmKind::kBadFreeze, "2026Q4", "third"), IsOk());
  ASSERT_THAT(once_->RaiseAlarm(AlarmKind::kLogFork, "", "fourth"), IsOk());
  Open();
  const std::vector<Alarm> alarms = *once_->Alarms();
  ASSERT_EQ(alarms.size(), 3u);
  EXPECT_EQ(alarms[0].kind, AlarmKind::kLogFork);
  EXPECT_EQ(alarms[1].evidence, "first");
  EXPECT_EQ(alarms[1].subject, "2026Q3");
  EXPECT_GT(alarms[1].time_us, 0);
  EXPECT_EQ(alarms[2].evidence, "third");
}

}  // namespace
}  // namespace aangan::storage::node
