// SPDX-License-Identifier: Apache-2.0
// Sensitive domains over the real port: closed without a grant whatever the rpc, open with one, taken away, ended; and
// the glass that a caseworker breaks in an emergency, which the steward is told of.
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "model/codes.h"
#include "server/node/domain_gate.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/node/node_under_test.h"

namespace aangan::node {
namespace {

using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;
using tests::NodeClient;
using Access = v1::AccessService::Stub;
using Casework = v1::CaseworkService::Stub;

// By hand: what the collectives mean by sensitive, in the words of the lists.
TEST(SensitiveDomains, AreCodesOfTheListAndEveryInstrumentButOne) {
  int sensitive = 0;
  for (const model::CodeEntry& code : model::CodesOf(model::ListId::kDomain).codes)
    sensitive += IsSensitiveDomain(code.id) ? 1 : 0;
  EXPECT_EQ(sensitive, 3);
  for (const char* domain : {"mental_health", "health", "legal_aid"}) EXPECT_TRUE(IsSensitiveDomain(domain)) << domain;
  store::v1::AssessmentRecord assessment;
  for (const model::CodeEntry& code : model::CodesOf(model::ListId::kInstrument).codes) {
    assessment.set_instrument(code.id);
    EXPECT_EQ(SensitiveDomainOf(assessment), code.id == "iom_reintegration" ? "" : "mental_health") << code.id;
  }
}

auto GrantNeeded() { return HasProblem(StatusCode::kPermissionDenied, Reason::kGrantNeeded); }

class DomainGateTest : public ::testing::Test {
 protected:
  DomainGateTest() : open_(node_.Caseworker()), closed_(node_.Client(MakeClosed())) {}

  std::string MakeClosed() {
    v1::CreateTokenRequest request;
    request.mutable_token()->set_role(v1::ROLE_CASEWORKER);
    request.mutable_token()->set_title("closed");
    v1::CreateTokenResponse made;
    EXPECT_THAT(Steward(&Access::CreateToken, request, &made), IsOk());
    closed_name_ = made.token().name();
    return made.secret();
  }
  template <typename Request, typename Response>
  absl::Status Steward(grpc::Status (Access::*method)(grpc::ClientContext*, const Request&, Response*),
                       const Request& request, Response* response) const {
    const NodeClient steward = node_.Steward();
    return steward.Call(*steward.access, method, request, response);
  }
  std::string Member() {
    v1::CreateMemberRequest request;
    *request.mutable_member() = tests::SomeMember();
    v1::Member member;
    EXPECT_THAT(closed_.Call(*closed_.members, &v1::MemberService::Stub::CreateMember, request, &member), IsOk());
    return member.name();
  }
  static v1::Service Harmless() {
    v1::Service service = tests::SomeService();
    service.set_domain("housing");
    service.set_type("shelter");
    return service;
  }
  static absl::Status Create(const NodeClient& client, const std::string& parent, const v1::Service& wanted,
                             v1::Service* made) {
    v1::CreateServiceRequest request;
    request.set_parent(parent);
    *request.mutable_service() = wanted;
    return client.Call(*client.casework, &Casework::CreateService, request, made);
  }
  static absl::Status Create(const NodeClient& client, const std::string& parent, const v1::Assessment& wanted,
                             v1::Assessment* made) {
    v1::CreateAssessmentRequest request;
    request.set_parent(parent);
    *request.mutable_assessment() = wanted;
    return client.Call(*client.casework, &Casework::CreateAssessment, request, made);
  }
  static absl::Status Get(const NodeClient& client, const std::string& name) {
    v1::GetServiceRequest request;
    request.set_name(name);
    v1::Service service;
    return client.Call(*client.casework, &Casework::GetService, request, &service);
  }
  static v1::ListServicesResponse List(const NodeClient& client, const std::string& parent) {
    v1::ListServicesRequest request;
    request.set_parent(parent);
    v1::ListServicesResponse response;
    EXPECT_THAT(client.Call(*client.casework, &Casework::ListServices, request, &response), IsOk());
    return response;
  }
  absl::StatusOr<v1::Grant> Break(const std::string& member, absl::Duration life,
                                  v1::BreakGlassReason reason = v1::BREAK_GLASS_REASON_THREAT) const {
    v1::BreakGlassRequest request;
    request.set_member(member);
    request.set_domain("health");
    request.set_reason(reason);
    request.mutable_expire_time()->set_seconds(absl::ToUnixSeconds(node_.Now() + life));
    v1::Grant grant;
    const absl::Status status = closed_.Call(*closed_.access, &Access::BreakGlass, request, &grant);
    if (!status.ok()) return status;
    return grant;
  }
  bool StewardIsTold() const {
    const NodeClient steward = node_.Steward();
    v1::GetStatusResponse status;
    EXPECT_THAT(steward.Call(*steward.operators, &v1::OperatorService::Stub::GetStatus, {}, &status), IsOk());
    return std::count(status.attentions().begin(), status.attentions().end(), v1::ATTENTION_BREAK_GLASS) > 0;
  }

  NodeUnderTest node_;
  std::string closed_name_;
  NodeClient open_;
  NodeClient closed_;
};

TEST_F(DomainGateTest, WithoutAGrantNoRpcOpensASensitiveService) {
  const std::string member = Member();
  v1::Service service, harmless, made;
  ASSERT_THAT(Create(open_, member, tests::SomeService(), &service), IsOk());
  ASSERT_THAT(Create(closed_, member, Harmless(), &harmless), IsOk());
  EXPECT_THAT(Create(closed_, member, tests::SomeService(), &made), GrantNeeded());
  EXPECT_THAT(Get(closed_, service.name()), GrantNeeded());
  v1::UpdateServiceRequest update;
  *update.mutable_service() = service;
  update.mutable_update_mask()->add_paths("notes");
  EXPECT_THAT(closed_.Call(*closed_.casework, &Casework::UpdateService, update, &made), GrantNeeded());
  // Nor does one become sensitive by her hand.
  *update.mutable_service() = harmless;
  update.mutable_service()->set_domain("health");
  update.mutable_service()->set_type("health_check");
  update.mutable_update_mask()->add_paths("domain");
  update.mutable_update_mask()->add_paths("type");
  EXPECT_THAT(closed_.Call(*closed_.casework, &Casework::UpdateService, update, &made), GrantNeeded());
  v1::DeleteServiceRequest end;
  end.set_name(service.name());
  end.set_etag(service.etag());
  google::protobuf::Empty empty;
  EXPECT_THAT(closed_.Call(*closed_.casework, &Casework::DeleteService, end, &empty), GrantNeeded());

  const v1::ListServicesResponse hidden = List(closed_, member);
  ASSERT_EQ(hidden.services_size(), 1);
  EXPECT_EQ(hidden.services(0).name(), harmless.name());
  EXPECT_TRUE(hidden.some_left_out());
  const v1::ListServicesResponse all = List(open_, member);
  EXPECT_EQ(all.services_size(), 2);
  EXPECT_FALSE(all.some_left_out());
  // She sees all of her own.
  const NodeClient herself = node_.Client(tests::TokenFor(node_.Steward(), v1::ROLE_MEMBER, member));
  EXPECT_EQ(List(herself, member).services_size(), 2);
  EXPECT_THAT(Get(herself, service.name()), IsOk());
}

TEST_F(DomainGateTest, ARepeatDoesNotOpenWhatBecameSensitiveSince) {
  v1::CreateServiceRequest request;
  request.set_parent(Member());
  *request.mutable_service() = Harmless();
  request.set_request_id("123e4567-e89b-42d3-a456-426614174000");
  v1::Service made;
  ASSERT_THAT(closed_.Call(*closed_.casework, &Casework::CreateService, request, &made), IsOk());
  v1::UpdateServiceRequest update;
  *update.mutable_service() = made;
  update.mutable_service()->set_domain("health");
  update.mutable_service()->set_type("health_check");
  update.mutable_update_mask()->add_paths("domain");
  update.mutable_update_mask()->add_paths("type");
  v1::Service updated;
  ASSERT_THAT(open_.Call(*open_.casework, &Casework::UpdateService, update, &updated), IsOk());
  EXPECT_THAT(closed_.Call(*closed_.casework, &Casework::CreateService, request, &made), GrantNeeded());
}

TEST_F(DomainGateTest, WithoutAGrantNoRpcOpensAnAssessmentOfMentalHealth) {
  const std::string member = Member();
  v1::Assessment assessment, made;
  ASSERT_THAT(Create(open_, member, tests::SomeAssessment(), &assessment), IsOk());
  EXPECT_THAT(Create(closed_, member, tests::SomeAssessment(), &made), GrantNeeded());
  v1::Assessment harmless = tests::SomeAssessment();
  harmless.set_instrument("iom_reintegration");
  EXPECT_THAT(Create(closed_, member, harmless, &made), IsOk());
  v1::GetAssessmentRequest get;
  get.set_name(assessment.name());
  EXPECT_THAT(closed_.Call(*closed_.casework, &Casework::GetAssessment, get, &made), GrantNeeded());
  v1::UpdateAssessmentRequest update;
  *update.mutable_assessment() = assessment;
  update.mutable_update_mask()->add_paths("notes");
  EXPECT_THAT(closed_.Call(*closed_.casework, &Casework::UpdateAssessment, update, &made), GrantNeeded());
  v1::DeleteAssessmentRequest end;
  end.set_name(assessment.name());
  end.set_etag(assessment.etag());
  google::protobuf::Empty empty;
  EXPECT_THAT(closed_.Call(*closed_.casework, &Casework::DeleteAssessment, end, &empty), GrantNeeded());
  v1::ListAssessmentsRequest list;
  list.set_parent(member);
  v1::ListAssessmentsResponse listed;
  ASSERT_THAT(closed_.Call(*closed_.casework, &Casework::ListAssessments, list, &listed), IsOk());
  EXPECT_EQ(listed.assessments_size(), 1);
  EXPECT_TRUE(listed.some_left_out());
}

TEST_F(DomainGateTest, AGrantOpensUntilItIsTakenAwayOrEnds) {
  const std::string member = Member();
  v1::Service service;
  ASSERT_THAT(Create(open_, member, tests::SomeService(), &service), IsOk());
  v1::CreateGrantRequest request;
  request.set_parent(closed_name_);
  request.mutable_grant()->set_domain("housing");
  v1::Grant grant;
  EXPECT_THAT(Steward(&Access::CreateGrant, request, &grant),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  request.mutable_grant()->set_domain("mental_health");
  ASSERT_THAT(Steward(&Access::CreateGrant, request, &grant), IsOk());
  EXPECT_THAT(Get(closed_, service.name()), GrantNeeded()) << "another domain";
  request.mutable_grant()->set_domain("health");
  ASSERT_THAT(Steward(&Access::CreateGrant, request, &grant), IsOk());
  EXPECT_THAT(Get(closed_, service.name()), IsOk());
  v1::DeleteGrantRequest take;
  take.set_name(grant.name());
  google::protobuf::Empty empty;
  ASSERT_THAT(Steward(&Access::DeleteGrant, take, &empty), IsOk());
  EXPECT_THAT(Get(closed_, service.name()), GrantNeeded());
  request.mutable_grant()->mutable_expire_time()->set_seconds(absl::ToUnixSeconds(node_.Now() + absl::Hours(24 * 91)));
  EXPECT_THAT(Steward(&Access::CreateGrant, request, &grant),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  request.mutable_grant()->mutable_expire_time()->set_seconds(absl::ToUnixSeconds(node_.Now() + absl::Hours(1)));
  ASSERT_THAT(Steward(&Access::CreateGrant, request, &grant), IsOk());
  EXPECT_THAT(Get(closed_, service.name()), IsOk());
  node_.clock().Advance(absl::Hours(1));
  EXPECT_THAT(Get(closed_, service.name()), GrantNeeded());
}

TEST_F(DomainGateTest, ABrokenGlassOpensOneMemberForAWhileAndTheStewardIsTold) {
  const std::string member = Member(), other = Member();
  v1::Service hers, others;
  ASSERT_THAT(Create(open_, member, tests::SomeService(), &hers), IsOk());
  ASSERT_THAT(Create(open_, other, tests::SomeService(), &others), IsOk());
  const auto invalid = HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField);
  EXPECT_THAT(Break(member, absl::Hours(5)), invalid);
  EXPECT_THAT(Break(member, absl::Hours(1), v1::BREAK_GLASS_REASON_UNSPECIFIED), invalid);
  EXPECT_THAT(Break(member, absl::Hours(1), static_cast<v1::BreakGlassReason>(99)), invalid);
  EXPECT_FALSE(StewardIsTold());

  const auto glass = Break(member, absl::Hours(2));
  ASSERT_THAT(glass, IsOk());
  EXPECT_THAT(Get(closed_, hers.name()), IsOk());
  EXPECT_THAT(Get(closed_, others.name()), GrantNeeded());
  EXPECT_TRUE(StewardIsTold());
  // She reads of it herself.
  const NodeClient herself = node_.Client(tests::TokenFor(node_.Steward(), v1::ROLE_MEMBER, member));
  v1::ListAuditEntriesRequest audit;
  audit.set_member(member);
  v1::ListAuditEntriesResponse entries;
  ASSERT_THAT(herself.Call(*herself.audit, &v1::AuditService::Stub::ListAuditEntries, audit, &entries), IsOk());
  EXPECT_EQ(std::count_if(entries.audit_entries().begin(), entries.audit_entries().end(),
                          [&](const v1::AuditEntry& entry) {
                            return entry.action() == v1::AUDIT_ACTION_GLASS_BROKEN && entry.resource() == glass->name();
                          }),
            1);
  v1::DeleteGrantRequest take;
  take.set_name(glass->name());
  google::protobuf::Empty empty;
  EXPECT_THAT(Steward(&Access::DeleteGrant, take, &empty),
              HasProblem(StatusCode::kFailedPrecondition, Reason::kWrongState));
  node_.clock().Advance(absl::Hours(2));
  EXPECT_THAT(Get(closed_, hers.name()), GrantNeeded());
  EXPECT_TRUE(StewardIsTold()) << "until she has looked";
  v1::AcknowledgeBreakGlassRequest seen;
  seen.set_name(glass->name());
  v1::Grant acknowledged;
  ASSERT_THAT(Steward(&Access::AcknowledgeBreakGlass, seen, &acknowledged), IsOk());
  EXPECT_EQ(acknowledged.member(), member);
  EXPECT_EQ(acknowledged.break_glass_reason(), v1::BREAK_GLASS_REASON_THREAT);
  EXPECT_FALSE(StewardIsTold());
}

TEST_F(DomainGateTest, NobodyReadsACollectiveByBreakingGlass) {
  const std::string member = Member();
  for (int i = 0; i < kBrokenGlassesMax; ++i) ASSERT_THAT(Break(member, absl::Hours(4)), IsOk());
  EXPECT_THAT(Break(member, absl::Hours(4)), HasProblem(StatusCode::kResourceExhausted, Reason::kTooMany));
  node_.clock().Advance(absl::Hours(4));
  EXPECT_THAT(Break(member, absl::Hours(4)), IsOk());
}

TEST_F(DomainGateTest, ARowOfASensitiveDomainNeedsTheCaseworkersGrant) {
  const auto import = [](const NodeClient& client, int line) {
    v1::ImportRecordsRequest request;
    request.set_mapping_id("test");
    v1::ImportRow& row = *request.add_rows();
    row.set_line(line);
    row.set_row_digest(std::string(AsText(Sha256(absl::StrCat("row ", line)))));
    *row.mutable_member() = tests::SomeMember();
    *row.add_services() = tests::SomeService();
    grpc::ClientContext context;
    client.Prepare(context);
    v1::ImportRecordsResponse response;
    const auto stream = client.operators->ImportRecords(&context, &response);
    stream->Write(request);
    stream->WritesDone();
    EXPECT_THAT(NodeClient::Translate(stream->Finish()), IsOk());
    return response;
  };
  const v1::ImportRecordsResponse refused = import(closed_, 1);
  ASSERT_EQ(refused.refused_rows_size(), 1);
  EXPECT_EQ(refused.refused_rows(0).reason(), "GRANT_NEEDED");
  EXPECT_EQ(import(open_, 2).added_rows(), 1);
  // She reads no record, and has the file.
  EXPECT_EQ(import(node_.Operator(), 3).added_rows(), 1);
}

}  // namespace
}  // namespace aangan::node
