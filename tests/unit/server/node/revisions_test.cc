// SPDX-License-Identifier: Apache-2.0
// Corrections over the real port: what a record said before, for whoever may read the record and for the member.
#include "server/node/revisions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "tests/unit/server/node/audit_under_test.h"

namespace aangan::node {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using tests::HasProblem;
using tests::NodeClient;
using Access = v1::AccessService::Stub;
using Casework = v1::CaseworkService::Stub;
using Members = v1::MemberService::Stub;

class RevisionsTest : public AuditTest {
 protected:
  v1::Member Rename(const v1::Member& member, const std::string& name) {
    node_.clock().Advance(absl::Hours(30));
    v1::UpdateMemberRequest request;
    *request.mutable_member() = member;
    request.mutable_member()->mutable_details()->set_full_name(name);
    request.mutable_update_mask()->add_paths("details.full_name");
    return Must(caseworker_, *caseworker_.members, &Members::UpdateMember, request);
  }
  static v1::ListMemberRevisionsRequest Of(const v1::Member& member) {
    v1::ListMemberRevisionsRequest request;
    request.set_parent(member.name());
    return request;
  }
  v1::ListMemberRevisionsResponse Revisions(const NodeClient& client, const v1::Member& member) {
    return Must(client, *client.members, &Members::ListMemberRevisions, Of(member));
  }
  static std::vector<std::string> Paths(const v1::MemberRevision& revision) {
    return {revision.replaced_paths().begin(), revision.replaced_paths().end()};
  }
  NodeClient CaseworkerWithoutGrants() {
    v1::CreateTokenRequest request;
    request.mutable_token()->set_role(v1::ROLE_CASEWORKER);
    request.mutable_token()->set_title("closed");
    return node_.Client(Must(steward_, *steward_.access, &Access::CreateToken, request).secret());
  }
};

TEST_F(RevisionsTest, KeepWhatTheRecordSaidPageByPage) {
  const v1::Member first = Create();
  EXPECT_EQ(Revisions(caseworker_, first).member_revisions_size(), 0);
  v1::Member now = first;
  for (const char* name : {"Second", "Third", "Fourth"}) now = Rename(now, name);
  v1::ListMemberRevisionsRequest request = Of(first);
  request.set_page_size(2);
  std::vector<std::string> names;
  do {
    const auto page = Must(caseworker_, *caseworker_.members, &Members::ListMemberRevisions, request);
    EXPECT_LE(page.member_revisions_size(), 2);
    for (const v1::MemberRevision& revision : page.member_revisions()) {
      names.push_back(revision.snapshot().details().full_name());
      EXPECT_THAT(Paths(revision), ElementsAre("details.full_name"));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names, ElementsAre("Third", "Second", first.details().full_name()));
  const auto all = Revisions(caseworker_, first);
  EXPECT_EQ(all.member_revisions(2).snapshot().SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(all.member_revisions(0).replace_time().seconds(), now.update_time().seconds());
  EXPECT_EQ(all.member_revisions(2).name(), first.name() + "/revisions/1");
  EXPECT_EQ(EntriesOf(steward_, first.name()).front().resource(), first.name() + "/revisions");
}

TEST_F(RevisionsTest, AreHersToReadAndNobodyElses) {
  const v1::Member one = Create(), two = Create();
  Rename(one, "Put right");
  const NodeClient herself = node_.Client(tests::TokenFor(steward_, v1::ROLE_MEMBER, one.name()));
  EXPECT_EQ(Revisions(herself, one).member_revisions(0).snapshot().details().full_name(), one.details().full_name());
  v1::ListMemberRevisionsResponse none;
  EXPECT_THAT(herself.Call(*herself.members, &Members::ListMemberRevisions, Of(two), &none),
              HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
  EXPECT_THAT(steward_.Call(*steward_.members, &Members::ListMemberRevisions, Of(one), &none),
              HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
  Erase(Must(caseworker_, *caseworker_.members, &Members::GetMember, [&] {
    v1::GetMemberRequest get;
    get.set_name(one.name());
    return get;
  }()));
  EXPECT_THAT(caseworker_.Call(*caseworker_.members, &Members::ListMemberRevisions, Of(one), &none),
              HasProblem(StatusCode::kNotFound, Reason::kNotFound));
}

// A service that was moved into a sensitive domain, and out of it.
TEST_F(RevisionsTest, OfASensitiveDomainNeedItsGrant) {
  const v1::Member member = Create();
  v1::CreateServiceRequest create;
  create.set_parent(member.name());
  *create.mutable_service() = tests::SomeService();
  create.mutable_service()->set_domain("legal_aid");
  create.mutable_service()->set_type("legal_counsel");
  v1::UpdateServiceRequest update;
  *update.mutable_service() = Must(caseworker_, *caseworker_.casework, &Casework::CreateService, create);
  update.mutable_service()->set_domain("housing");
  update.mutable_service()->set_type("shelter");
  update.mutable_update_mask()->add_paths("domain");
  update.mutable_update_mask()->add_paths("type");
  const v1::Service moved = Must(caseworker_, *caseworker_.casework, &Casework::UpdateService, update);
  v1::ListServiceRevisionsRequest request;
  request.set_parent(moved.name());
  const auto open = Must(caseworker_, *caseworker_.casework, &Casework::ListServiceRevisions, request);
  ASSERT_EQ(open.service_revisions_size(), 1);
  EXPECT_EQ(open.service_revisions(0).snapshot().domain(), "legal_aid");
  EXPECT_THAT(std::vector<std::string>(open.service_revisions(0).replaced_paths().begin(),
                                       open.service_revisions(0).replaced_paths().end()),
              ElementsAre("domain", "type"));
  const NodeClient closed = CaseworkerWithoutGrants();
  const auto left_out = Must(closed, *closed.casework, &Casework::ListServiceRevisions, request);
  EXPECT_EQ(left_out.service_revisions_size(), 0);
  EXPECT_TRUE(left_out.some_left_out());
}

TEST_F(RevisionsTest, TheSummarySaysWhatWasCorrectedAndWhen) {
  v1::Member member = Create();
  member = Rename(member, "Put right");
  v1::UpdateMemberRequest update;
  *update.mutable_member() = member;
  update.mutable_member()->set_birth_year(1990);
  update.mutable_update_mask()->add_paths("birth_year");
  Must(caseworker_, *caseworker_.members, &Members::UpdateMember, update);
  v1::GetMemberSummaryRequest get;
  get.set_name(member.name());
  const v1::MemberSummary summary =
      Must(caseworker_, *caseworker_.grievances, &v1::GrievanceService::Stub::GetMemberSummary, get);
  ASSERT_EQ(summary.corrections_size(), 2);
  EXPECT_EQ(summary.corrections(0).name(), member.name());
  EXPECT_EQ(summary.corrections(0).paths(0), "birth_year");
  EXPECT_EQ(summary.corrections(1).paths(0), "details.full_name");
  const bool said = std::any_of(summary.lines().begin(), summary.lines().end(), [](const std::string& line) {
    return absl::StrContains(line, "was corrected") && absl::StrContains(line, "your year of birth, your name");
  });
  EXPECT_TRUE(said);
}

}  // namespace
}  // namespace aangan::node
