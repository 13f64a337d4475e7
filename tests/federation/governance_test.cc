// SPDX-License-Identifier: Apache-2.0
// A collective leaves with real processes: a round that was announced before ends under its own roster, with the one
// who left still answering; the next quarter's round is of those who stayed, sealed to keys that they published before.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "tests/support/federation_cluster.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
using tests::ClusterNode;
using tests::FederationClient;
using tests::FederationCluster;
using tests::IsOk;
using tests::NodeClient;

fed::SignedRoster Newest(const FederationCluster& cluster) {
  const FederationClient staff = cluster.Staff();
  fed::GetEpochRequest request;
  request.set_name("rosters/india/epochs/-");
  fed::GetEpochResponse response;
  EXPECT_THAT(staff.Call(*staff.rosters, &fed::RosterService::Stub::GetEpoch, request, &response), IsOk());
  return response.signed_roster();
}

void ProposeWithout(const FederationCluster& cluster, FederationCluster& nodes, const std::string& leaver) {
  const FederationClient staff = cluster.Staff();
  fed::ProposeEpochRequest request;
  request.set_parent("rosters/india");
  for (const ClusterNode& node : nodes.nodes()) {
    if (node.id != leaver) request.add_collectives(node.id);
  }
  fed::ProposeEpochResponse response;
  ASSERT_THAT(staff.Call(*staff.rosters, &fed::RosterService::Stub::ProposeEpoch, request, &response), IsOk());
}

void SignNewest(FederationCluster& cluster, ClusterNode& node) {
  cluster.Sync(node);
  const NodeClient steward = node.As("steward.token");
  node::v1::SignRosterRequest sign;
  sign.set_digest(Newest(cluster).digest());
  node::v1::SignRosterResponse is_signed;
  ASSERT_THAT(steward.Call(*steward.governance, &node::v1::GovernanceService::Stub::SignRoster, sign, &is_signed),
              IsOk());
  cluster.Sync(node);
}

TEST(Governance, OneLeavesBetweenFreezeAndAnswers) {
  FederationCluster cluster({});
  cluster.Found();
  const model::Period before = cluster.quarters().back();
  const model::Period after = before.Next();  // runs now
  for (ClusterNode& node : cluster.nodes()) cluster.Contribute(node, before);
  ASSERT_TRUE(cluster.AwaitRound(before, fed::ROUND_STATE_FROZEN));

  ClusterNode& leaver = cluster.nodes().back();
  ProposeWithout(cluster, cluster, leaver.id);
  for (size_t place = 0; place < 7; ++place) SignNewest(cluster, cluster.nodes()[place]);
  EXPECT_FALSE(Newest(cluster).in_force());  // seven of twelve do not decide
  SignNewest(cluster, cluster.nodes()[7]);
  EXPECT_TRUE(Newest(cluster).in_force());

  // The round before ends under its roster of twelve: also the one who left answers.
  for (ClusterNode& node : cluster.nodes()) cluster.Sync(node);
  ASSERT_TRUE(cluster.AwaitRound(before, fed::ROUND_STATE_CONFIRMED));
  EXPECT_EQ(cluster.Round(before)->round_descriptor().epoch(), 1);
  EXPECT_EQ(cluster.Round(before)->answered_size(), 12);

  cluster.MoveClocks(after.end() + absl::Hours(24) - SystemClock().Now());
  ASSERT_TRUE(cluster.AwaitRound(after, fed::ROUND_STATE_ANNOUNCED));
  const fed::RoundDescriptor descriptor = cluster.Round(after)->round_descriptor();
  EXPECT_EQ(descriptor.epoch(), 2);
  EXPECT_EQ(descriptor.n(), 11);
  EXPECT_EQ(descriptor.recipient_keys_size(), 11);
  for (const std::string& key : descriptor.recipient_keys()) EXPECT_EQ(key.size(), 32u);
  for (ClusterNode& node : cluster.nodes()) {
    if (node.id == leaver.id) continue;
    cluster.Sync(node);
    cluster.Contribute(node, after);
  }
  ASSERT_TRUE(cluster.AwaitRound(after, fed::ROUND_STATE_FROZEN));
  for (ClusterNode& node : cluster.nodes()) {
    if (node.id != leaver.id) cluster.Sync(node);
  }
  ASSERT_TRUE(cluster.AwaitRound(after, fed::ROUND_STATE_CONFIRMED));
  EXPECT_EQ(cluster.Round(after)->answered_size(), 11);
  cluster.Sync(leaver);  // what is not its own is no problem, and no alarm
  for (const ClusterNode& node : cluster.nodes()) {
    const NodeClient client = node.As("operator.token");
    node::v1::GetStatusResponse status;
    ASSERT_THAT(client.Call(*client.operators, &node::v1::OperatorService::Stub::GetStatus, {}, &status), IsOk());
    EXPECT_EQ(status.alarms_size(), 0) << node.id << " " << status.ShortDebugString();
  }
}

}  // namespace
}  // namespace aangan
