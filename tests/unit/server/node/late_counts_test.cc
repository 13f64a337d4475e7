// SPDX-License-Identifier: Apache-2.0
// For which quarters late records are counted: those whose numbers can not change any more, among the last four.
#include "server/node/late_counts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "tests/unit/server/node/three_collectives.h"

namespace aangan::node {
namespace {

using tests::IsOk;

constexpr model::Period kQuarter{2026, 3};

class LateCountsTest : public ::testing::Test {
 protected:
  LateCountsTest() : late_({&node_.store(), &node_.once(), &node_.identity(), &node_.book(), &node_.clock()}) {
    node_.AcceptCatalogue(RehearsalCatalogue());
    node_.AddMember({2026, 8, 1});
    node_.Announce(kQuarter);
  }
  void Approve() {
    ASSERT_THAT(node_.close().Close(kQuarter, "tokens/test"), IsOk());
    const auto preview = node_.close().Look(kQuarter);
    ASSERT_THAT(preview, IsOk());
    ASSERT_THAT(node_.close().Approve(kQuarter, AsText(preview->entry.proposal_digest), "tokens/test"), IsOk());
    node_.clock().Advance(absl::Hours(1));
  }
  std::vector<v1::LateRecords> Count() {
    auto counted = late_.Count();
    EXPECT_THAT(counted.status(), IsOk());
    return counted.value_or(std::vector<v1::LateRecords>());
  }

  ThreeCollectives node_;
  LateCounts late_;
};

TEST_F(LateCountsTest, NothingIsLateBeforeTheApproval) {
  EXPECT_TRUE(Count().empty());
  ASSERT_THAT(node_.close().Close(kQuarter, "tokens/test"), IsOk());
  node_.AddMember({2026, 8, 2});
  EXPECT_TRUE(Count().empty());
}

TEST_F(LateCountsTest, WhatCameAfterTheApprovalIsSeenForFourQuarters) {
  Approve();
  ASSERT_EQ(Count().size(), 1u);
  EXPECT_EQ(Count()[0].period(), "2026Q3");
  EXPECT_EQ(Count()[0].records(), 0);
  node_.AddMember({2026, 8, 2});
  EXPECT_GT(Count()[0].records(), 0);
  EXPECT_GT(Count()[0].counted_in_year(), 0);
  node_.clock().Advance(absl::Hours(24 * 400));
  EXPECT_TRUE(Count().empty());
}

TEST_F(LateCountsTest, ARoundThatCameToNothingHasNoNumbersToBeLateFor) {
  Approve();
  node_.AddMember({2026, 8, 2});
  ASSERT_THAT(node_.once().MarkEnded(kQuarter, storage::node::Stage::kVoid, "", false), IsOk());
  EXPECT_TRUE(Count().empty());
}

TEST_F(LateCountsTest, AYearThatThisNodeTakesNoPartInCountsNothing) {
  Approve();
  node_.AddMember({2026, 8, 2});
  storage::node::RoundEntry fourth;
  fourth.period = {2026, 4};
  fourth.round_id = Sha256("the fourth");
  fourth.catalogue = node_.once().GetRound(kQuarter)->catalogue;
  ASSERT_THAT(node_.once().Announce(fourth), IsOk());
  EXPECT_GT(Count()[0].counted_in_year(), 0);
  ASSERT_THAT(node_.once().Refuse(fourth.period), IsOk());
  EXPECT_GT(Count()[0].records(), 0);
  EXPECT_EQ(Count()[0].counted_in_year(), 0);
}

}  // namespace
}  // namespace aangan::node
