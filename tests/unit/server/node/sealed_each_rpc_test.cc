// SPDX-License-Identifier: Apache-2.0
// Nobody reads or changes the records of a sealed member: every rpc that shows something about a member is called for
// one who is sealed.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "absl/strings/match.h"
#include "google/protobuf/empty.pb.h"
#include "tests/unit/server/node/each_rpc.h"

namespace aangan::node {
namespace {

using Casework = v1::CaseworkService::Stub;
using Members = v1::MemberService::Stub;

const auto kSealedProblem = tests::HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kSealed);

// Lists that leave her out.
const std::set<std::string> kLists = {"MemberService/ListMembers", "MemberService/SearchMembers",
                                      "RetentionService/ReportRetention"};

// What goes on, by its reason.
const std::map<std::string, std::string> kOpen = {
    {"MemberService/CreateMember", "makes another one"},
    {"RightsService/SealMember", "seals another one here; of her it makes the time longer"},
    {"RightsService/ListSealedMembers", "says that she is sealed, and nothing of her records"},
    {"BackupService/GetErasureReceipt", "is about one who was erased"},
    {"AuditService/ListAuditEntries", "the log stays whole: it names her records and holds nothing of them"},
    {"AuditService/ExportAudit", "the log stays whole"},
    {"AuditService/ReportTokenExposure", "what was shown before is not undone by the seal"},
    {"AccessService/ListTokens", "the steward's tokens: the one that is hers opens nothing now"},
    {"AccessService/RotateToken", "the steward's tokens: the new secret opens nothing either"},
    {"AccessService/CreateGrant", "is about a caseworker's token"},
    {"AccessService/ListGrants", "the steward looks at every glass that was broken"},
    {"AccessService/AcknowledgeBreakGlass", "the steward looks at every glass that was broken"},
    {"PermitService/CreatePermit", "unsealing her takes one"},
    {"PermitService/ApprovePermit", "unsealing her takes one"},
};

class SealedEachRpcTest : public EachRpcTest {};

TEST_F(SealedEachRpcTest, IsRefusedOrLeavesHerOut) {
  const Calls calls = AllCalls();
  for (const std::string& list : kLists) {
    EXPECT_THAT(calls.at(list)(), tests::IsOk()) << list;
    EXPECT_TRUE(absl::StrContains(answer_, member_.name())) << list;
  }
  ASSERT_THAT(Seal(member_), tests::IsOk());
  for (const auto& [rpc, call] : calls) {
    const absl::Status status = call();
    if (kLists.contains(rpc)) {
      EXPECT_THAT(status, tests::IsOk()) << rpc;
      EXPECT_FALSE(absl::StrContains(answer_, member_.name())) << rpc;
    } else if (kOpen.contains(rpc)) {
      EXPECT_THAT(status, tests::IsOk()) << rpc << " " << kOpen.at(rpc);
    } else {
      EXPECT_THAT(status, kSealedProblem) << rpc;
      EXPECT_EQ(answer_, "") << rpc;
    }
  }
  for (const auto& [rpc, reason] : kOpen) EXPECT_TRUE(calls.contains(rpc)) << rpc << " is not called any more";
}

TEST_F(SealedEachRpcTest, NothingOfHersIsDeletedAndNoGrievanceOfHersIsOpen) {
  v1::ListGrievancesRequest open;
  open.set_parent("members/-");
  const auto grievances = [&] {
    return Must(steward_, *steward_.grievances, &v1::GrievanceService::Stub::ListGrievances, open).grievances_size();
  };
  EXPECT_EQ(grievances(), 1);
  ASSERT_THAT(Seal(member_), tests::IsOk());
  EXPECT_EQ(grievances(), 0);
  v1::DeleteMemberRequest member;
  member.set_name(member_.name());
  member.set_etag(member_.etag());
  EXPECT_THAT(Ask(caseworker_, members_, &Members::DeleteMember, member), kSealedProblem);
  v1::DeleteServiceRequest service;
  service.set_name(service_.name());
  service.set_etag(service_.etag());
  EXPECT_THAT(Ask(caseworker_, casework_, &Casework::DeleteService, service), kSealedProblem);
  v1::DeleteAssessmentRequest assessment;
  assessment.set_name(assessment_.name());
  assessment.set_etag(assessment_.etag());
  EXPECT_THAT(Ask(caseworker_, casework_, &Casework::DeleteAssessment, assessment), kSealedProblem);
}

}  // namespace
}  // namespace aangan::node
