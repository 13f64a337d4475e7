// SPDX-License-Identifier: Apache-2.0
// A record that comes after the approval of its quarter, seen at the door of a whole federation: the collective is
// told, the national figure stays as it is, and the yearly table of the fourth quarter has it.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "tests/support/dates.h"
#include "tests/support/federation_cluster.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
using tests::ClusterNode;
using tests::FederationCluster;
using tests::IsOk;
using tests::NodeClient;

// A member of the quarter before, with a service received in this one, and nothing else of it.
void RecordService(const ClusterNode& node, const model::Period& quarter) {
  const NodeClient client = node.Caseworker();
  node::v1::CreateMemberRequest request;
  *request.mutable_member() = tests::SomeMember();
  request.mutable_member()->set_enrolment_quarter(model::PeriodText(quarter.Previous()));
  *request.add_consents() = tests::CountedConsent();
  node::v1::Member member;
  ASSERT_THAT(client.Call(*client.members, &node::v1::MemberService::Stub::CreateMember, request, &member), IsOk());
  node::v1::CreateServiceRequest service;
  service.set_parent(member.name());
  *service.mutable_service() = tests::SomeService();
  tests::SetDay(quarter.Previous().first_day() + 1, service.mutable_service()->mutable_assessed_date());
  tests::SetDay(quarter.Previous().first_day() + 2, service.mutable_service()->mutable_needed_date());
  tests::SetDay(quarter.first_day() + 30, service.mutable_service()->mutable_received_date());
  node::v1::Service made;
  ASSERT_THAT(client.Call(*client.casework, &node::v1::CaseworkService::Stub::CreateService, service, &made), IsOk());
}

int64_t ServedInYear(const node::v1::PreviewReleaseResponse& preview) {
  for (const node::v1::PreviewCell& cell : preview.cells()) {
    if (cell.table() == "year_members" && cell.indicator() == "members_served_in_year") return cell.exact();
  }
  ADD_FAILURE() << "the preview has no yearly table";
  return -1;
}

TEST(LateRecords, AreSeenByTheirCollectiveAloneAndCountedByTheYear) {
  FederationCluster::Options options;
  options.ended_quarters = 1;
  FederationCluster cluster(options);
  cluster.Found();
  const model::Period quarter = cluster.quarters().back();
  if (quarter.quarter == 4) GTEST_SKIP() << "of a fourth quarter the year has the same approval: see the unit tests";
  ClusterNode& late = cluster.nodes()[0];
  RecordService(late, quarter);
  for (ClusterNode& node : cluster.nodes()) cluster.Contribute(node, quarter);
  EXPECT_TRUE(late.Release(quarter).has_late_records());
  EXPECT_EQ(late.Release(quarter).late_records().records(), 0);
  RecordService(late, quarter);
  ASSERT_TRUE(cluster.Finish(quarter));
  const fed::NationalRelease before = *cluster.NationalRelease(quarter);
  RecordService(late, quarter);
  for (ClusterNode& node : cluster.nodes()) cluster.Sync(node);
  EXPECT_EQ(cluster.NationalRelease(quarter)->SerializeAsString(), before.SerializeAsString());
  const node::v1::LateRecords seen = late.Release(quarter).late_records();
  EXPECT_EQ(seen.period(), model::PeriodText(quarter));
  EXPECT_EQ(seen.records(), 2);
  EXPECT_EQ(seen.counted_in_year(), 2);
  EXPECT_EQ(cluster.nodes()[1].Release(quarter).late_records().records(), 0);

  // The fourth quarter: its preview says what came too late for the one before, and its yearly table has it.
  const model::Period fourth{quarter.year, 4};
  cluster.MoveClocks(fourth.end() + absl::Hours(24) - SystemClock().Now());
  ASSERT_TRUE(cluster.AwaitRound(fourth, fed::ROUND_STATE_ANNOUNCED));
  cluster.Sync(late);
  const node::v1::PreviewReleaseResponse preview = cluster.Contribute(late, fourth);
  ASSERT_EQ(preview.late_records_size(), 1);
  EXPECT_EQ(preview.late_records(0).SerializeAsString(), seen.SerializeAsString());
  EXPECT_EQ(ServedInYear(preview), 3);
  // What comes now is late for both.
  RecordService(late, quarter);
  EXPECT_EQ(late.Release(quarter).late_records().records(), 3);
  EXPECT_EQ(late.Release(quarter).late_records().counted_in_year(), 2);
  EXPECT_EQ(cluster.NationalRelease(quarter)->SerializeAsString(), before.SerializeAsString());
}

}  // namespace
}  // namespace aangan
