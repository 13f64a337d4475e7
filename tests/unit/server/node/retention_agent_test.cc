// SPDX-License-Identifier: Apache-2.0
// Whoever the daily run erases has her receipt as if somebody had erased her by hand.
#include "server/node/retention_agent.h"

#include <gtest/gtest.h>

#include <utility>

#include "aangan/node/v1/members.pb.h"
#include "base/random.h"
#include "server/node/backup_agent.h"
#include "storage/node/erasure.h"
#include "storage/node/seals.h"
#include "tests/support/daemon_process.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/server/node/three_collectives.h"

namespace aangan::node {
namespace {

using storage::node::Action;
using storage::node::RecordsChange;
using storage::node::WriteKind;
using tests::IsOk;

class RetentionAgentTest : public ::testing::Test {
 protected:
  RetentionAgentTest() {
    node_.AcceptCatalogue(RehearsalCatalogue());
    kept_ = node_.AddMember({2026, 8, 1});
    leaving_ = node_.AddMember({2026, 8, 2});
    // What an earlier process left is cleared at the start; from then on nobody looks without being told.
    const model::Id earlier = node_.AddMember({2026, 8, 3});
    Write(Action::kDeleted, {WriteKind::kDelete, {model::RecordKind::kMember, earlier, earlier}, 1, {}});
    backups_.Start();
    AwaitReceipt(earlier);
  }
  model::Day Today() const { return model::DayInIndia(node_.clock().Now()); }
  void Write(Action action, storage::node::RecordWrite write) {
    RecordsChange change;
    change.actor = "tokens/test";
    change.action = action;
    change.writes.push_back(std::move(write));
    ASSERT_THAT(node_.store().SubmitAndWait(std::move(change)), IsOk());
  }
  void AwaitReceipt(const model::Id& member) {
    EXPECT_TRUE(tests::Eventually(
        absl::Seconds(60), [&] { return storage::node::ReceiptFor(*node_.store().TakeSnapshot(), member).ok(); }));
  }
  void LookInDays(int days) {
    node_.clock().Advance(absl::Hours(24) * days);
    ASSERT_THAT(agent_.LookNow(), IsOk());
  }

  mutable ThreeCollectives node_;
  const tests::TempDir folder_;
  SystemRandom random_;
  RetentionBook book_{&node_.store()};
  GrievanceBook grievances_{&node_.store()};
  BackupAgent backups_{&node_.store(), folder_ / "data", &node_.clock()};
  int told_ = 0;
  RetentionAgent agent_{RetentionAgent::Rooms{&node_.store(), &book_, &grievances_, &node_.clock(),
                                              [] { return absl::OkStatus(); },
                                              [this] {
                                                ++told_;
                                                backups_.ClearSoon();
                                              }}};
  model::Id kept_, leaving_;
};

TEST_F(RetentionAgentTest, AMemberWhoseSealedTimeIsOverGetsAReceipt) {
  store::v1::SealedStateRecord state;
  state.set_until_day(Today());
  Write(Action::kSealed, {WriteKind::kCreate, storage::node::SealedStateName(leaving_), 0, state});
  LookInDays(0);
  EXPECT_EQ(told_, 0) << "a backup under way is not broken off for nothing";
  LookInDays(1);
  EXPECT_EQ(told_, 1);
  AwaitReceipt(leaving_);
  EXPECT_THAT(node_.store().Get({model::RecordKind::kMember, kept_, kept_}), IsOk());
}

TEST_F(RetentionAgentTest, AMemberErasedUnderThePolicyGetsAReceipt) {
  store::v1::RetentionPolicyRecord policy;
  policy.set_days_after_withdrawal(0);
  policy.set_grace_days(7);
  ASSERT_THAT(book_.Change(policy, 1, "tokens/test", absl::ToUnixMicros(node_.clock().Now())), IsOk());
  store::v1::ConsentRecord consent;
  consent.set_purpose(v1::CONSENT_PURPOSE_KEEP_RECORD);
  consent.set_decision(v1::CONSENT_DECISION_WITHDRAWN);
  consent.set_decision_day(Today());
  Write(Action::kCreated,
        {WriteKind::kCreate, {model::RecordKind::kConsent, leaving_, model::RandomId(random_)}, 0, consent});
  LookInDays(1);
  EXPECT_EQ(told_, 0) << "she is noted and stays for the time of grace";
  LookInDays(7);
  EXPECT_EQ(told_, 1);
  AwaitReceipt(leaving_);
  EXPECT_THAT(node_.store().Get({model::RecordKind::kMember, kept_, kept_}), IsOk());
}

}  // namespace
}  // namespace aangan::node
