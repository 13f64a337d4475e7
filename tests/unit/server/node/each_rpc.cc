// SPDX-License-Identifier: Apache-2.0
// One call of each rpc that shows something about a member: see each_rpc.h.
#include "tests/unit/server/node/each_rpc.h"

namespace aangan::node {
namespace {

using Access = v1::AccessService::Stub;
using Audit = v1::AuditService::Stub;
using Backups = v1::BackupService::Stub;
using Casework = v1::CaseworkService::Stub;
using Grievances = v1::GrievanceService::Stub;
using Members = v1::MemberService::Stub;
using Permits = v1::PermitService::Stub;
using Retention = v1::RetentionService::Stub;
using Rights = v1::RightsService::Stub;

}  // namespace

EachRpcTest::EachRpcTest() : member_(Create()) {
  new_consent_.set_parent(member_.name());
  *new_consent_.mutable_consent() = tests::CountedConsent();
  new_service_.set_parent(member_.name());
  *new_service_.mutable_service() = tests::SomeService();
  new_assessment_.set_parent(member_.name());
  *new_assessment_.mutable_assessment() = tests::SomeAssessment();
  consent_ = Must(caseworker_, members_, &Members::CreateConsent, new_consent_);
  service_ = Must(caseworker_, casework_, &Casework::CreateService, new_service_);
  assessment_ = Must(caseworker_, casework_, &Casework::CreateAssessment, new_assessment_);
  EXPECT_THAT(File(), tests::IsOk());
  EXPECT_TRUE(grievance_.ParseFromString(answer_));
  EXPECT_THAT(BreakGlass(), tests::IsOk());
  v1::Grant glass;
  EXPECT_TRUE(glass.ParseFromString(answer_));
  glass_ = glass.name();
  office_ = MakeToken(v1::ROLE_CASEWORKER);
  hers_ = MakeToken(v1::ROLE_MEMBER, member_.name());
  receipt_ = Erase(Create());
  PermitToExport();  // the second person is there from here on
  Withdraw();
}

// She takes her consent to keep a record back, and the collective's policy asks for what follows from that.
void EachRpcTest::Withdraw() {
  v1::CreateConsentRequest withdrawal = new_consent_;
  withdrawal.mutable_consent()->set_purpose(v1::CONSENT_PURPOSE_KEEP_RECORD);
  withdrawal.mutable_consent()->set_decision(v1::CONSENT_DECISION_WITHDRAWN);
  Must(caseworker_, members_, &Members::CreateConsent, withdrawal);
  v1::UpdateRetentionPolicyRequest update;
  *update.mutable_retention_policy() =
      Must(steward_, *steward_.retention, &Retention::GetRetentionPolicy, v1::GetRetentionPolicyRequest());
  update.mutable_retention_policy()->set_days_after_withdrawal(0);
  update.mutable_update_mask()->add_paths("days_after_withdrawal");
  EXPECT_THAT(AskWithYes(*steward_.retention, &Retention::UpdateRetentionPolicy, update), tests::IsOk());
}

Calls EachRpcTest::AllCalls() {
  Calls all;
  for (const Calls& some : {MemberCalls(), ConsentCalls(), ServiceCalls(), AssessmentCalls(), AuditCalls(),
                            GrievanceCalls(), TokenCalls(), GrantCalls(), PermitCalls(), EndCalls()})
    all.insert(some.begin(), some.end());
  return all;
}

Calls EachRpcTest::MemberCalls() {
  return {
      {"MemberService/CreateMember",
       [this] {
         v1::CreateMemberRequest request;
         *request.mutable_member() = tests::SomeMember();
         return Ask(caseworker_, members_, &Members::CreateMember, request);
       }},
      {"MemberService/GetMember",
       [this] { return Get(caseworker_, v1::GetMemberRequest(), member_.name(), members_, &Members::GetMember); }},
      {"MemberService/ListMembers",
       [this] { return Ask(caseworker_, members_, &Members::ListMembers, v1::ListMembersRequest()); }},
      {"MemberService/SearchMembers",
       [this] {
         v1::SearchMembersRequest request;
         request.set_query(member_.details().full_name());
         return Ask(caseworker_, members_, &Members::SearchMembers, request);
       }},
      {"MemberService/ListMemberRevisions",
       [this] { return List(caseworker_, v1::ListMemberRevisionsRequest(), members_, &Members::ListMemberRevisions); }},
      {"MemberService/UpdateMember",
       [this] {
         v1::UpdateMemberRequest request;
         *request.mutable_member() = member_;
         request.mutable_update_mask()->add_paths("*");
         return Ask(caseworker_, members_, &Members::UpdateMember, request);
       }},
      {"GrievanceService/GetMemberSummary", [this] {
         return Get(caseworker_, v1::GetMemberSummaryRequest(), member_.name(), *caseworker_.grievances,
                    &Grievances::GetMemberSummary);
       }}};
}

Calls EachRpcTest::ConsentCalls() {
  return {
      {"MemberService/CreateConsent",
       [this] { return Ask(caseworker_, members_, &Members::CreateConsent, new_consent_); }},
      {"MemberService/GetConsent",
       [this] { return Get(caseworker_, v1::GetConsentRequest(), consent_.name(), members_, &Members::GetConsent); }},
      {"MemberService/ListConsents",
       [this] { return List(caseworker_, v1::ListConsentsRequest(), members_, &Members::ListConsents); }}};
}

Calls EachRpcTest::ServiceCalls() {
  return {
      {"CaseworkService/CreateService",
       [this] { return Ask(caseworker_, casework_, &Casework::CreateService, new_service_); }},
      {"CaseworkService/GetService",
       [this] { return Get(caseworker_, v1::GetServiceRequest(), service_.name(), casework_, &Casework::GetService); }},
      {"CaseworkService/ListServices",
       [this] { return List(caseworker_, v1::ListServicesRequest(), casework_, &Casework::ListServices); }},
      {"CaseworkService/ListServiceRevisions",
       [this] {
         v1::ListServiceRevisionsRequest request;
         request.set_parent(service_.name());
         return Ask(caseworker_, casework_, &Casework::ListServiceRevisions, request);
       }},
      {"CaseworkService/UpdateService", [this] {
         v1::UpdateServiceRequest request;
         *request.mutable_service() = service_;
         request.mutable_update_mask()->add_paths("*");
         return Ask(caseworker_, casework_, &Casework::UpdateService, request);
       }}};
}

Calls EachRpcTest::AssessmentCalls() {
  return {{"CaseworkService/CreateAssessment",
           [this] { return Ask(caseworker_, casework_, &Casework::CreateAssessment, new_assessment_); }},
          {"CaseworkService/GetAssessment",
           [this] {
             return Get(caseworker_, v1::GetAssessmentRequest(), assessment_.name(), casework_,
                        &Casework::GetAssessment);
           }},
          {"CaseworkService/ListAssessments",
           [this] { return List(caseworker_, v1::ListAssessmentsRequest(), casework_, &Casework::ListAssessments); }},
          {"CaseworkService/ListAssessmentRevisions",
           [this] {
             v1::ListAssessmentRevisionsRequest request;
             request.set_parent(assessment_.name());
             return Ask(caseworker_, casework_, &Casework::ListAssessmentRevisions, request);
           }},
          {"CaseworkService/UpdateAssessment", [this] {
             v1::UpdateAssessmentRequest request;
             *request.mutable_assessment() = assessment_;
             request.mutable_update_mask()->add_paths("*");
             return Ask(caseworker_, casework_, &Casework::UpdateAssessment, request);
           }}};
}

Calls EachRpcTest::AuditCalls() {
  return {{"AuditService/ListAuditEntries",
           [this] {
             v1::ListAuditEntriesRequest request;
             request.set_member(member_.name());
             return Ask(steward_, *steward_.audit, &Audit::ListAuditEntries, request);
           }},
          {"AuditService/ExportAudit",
           [this] { return AskWithYes(*steward_.audit, &Audit::ExportAudit, v1::ExportAuditRequest()); }},
          {"AuditService/ReportTokenExposure", [this] {
             v1::ReportTokenExposureRequest request;
             request.set_token(EntriesOf(steward_, member_.name()).front().actor());
             return Ask(steward_, *steward_.audit, &Audit::ReportTokenExposure, request);
           }}};
}

Calls EachRpcTest::GrievanceCalls() {
  return {{"GrievanceService/CreateGrievance", [this] { return File(); }},
          {"GrievanceService/GetGrievance",
           [this] {
             return Get(steward_, v1::GetGrievanceRequest(), grievance_.name(), *steward_.grievances,
                        &Grievances::GetGrievance);
           }},
          {"GrievanceService/ListGrievances",
           [this] {
             return List(steward_, v1::ListGrievancesRequest(), *steward_.grievances, &Grievances::ListGrievances);
           }},
          {"GrievanceService/AnswerGrievance", [this] {
             v1::AnswerGrievanceRequest request;
             request.set_name(grievance_.name());
             request.set_etag(grievance_.etag());
             request.set_answer("An answer");
             return Ask(steward_, *steward_.grievances, &Grievances::AnswerGrievance, request);
           }}};
}

Calls EachRpcTest::TokenCalls() {
  return {{"AccessService/CreateToken",
           [this] {
             v1::CreateTokenRequest request;
             request.mutable_token()->set_title("another");
             request.mutable_token()->set_role(v1::ROLE_MEMBER);
             request.mutable_token()->set_member(member_.name());
             return Ask(steward_, *steward_.access, &Access::CreateToken, request);
           }},
          {"AccessService/ListTokens",
           [this] { return Ask(steward_, *steward_.access, &Access::ListTokens, v1::ListTokensRequest()); }},
          {"AccessService/RotateToken", [this] {
             return Get(steward_, v1::RotateTokenRequest(), hers_.name(), *steward_.access, &Access::RotateToken);
           }}};
}

Calls EachRpcTest::GrantCalls() {
  return {{"AccessService/CreateGrant",
           [this] {
             v1::CreateGrantRequest request;
             request.set_parent(office_.name());
             request.mutable_grant()->set_domain("health");
             return AskWithYes(*steward_.access, &Access::CreateGrant, request);
           }},
          {"AccessService/ListGrants",
           [this] {
             v1::ListGrantsRequest request;
             request.set_parent("tokens/-");
             return Ask(steward_, *steward_.access, &Access::ListGrants, request);
           }},
          {"AccessService/BreakGlass", [this] { return BreakGlass(); }},
          {"AccessService/AcknowledgeBreakGlass", [this] {
             return Get(steward_, v1::AcknowledgeBreakGlassRequest(), glass_, *steward_.access,
                        &Access::AcknowledgeBreakGlass);
           }}};
}

Calls EachRpcTest::PermitCalls() {
  const auto create = [this] {
    return Ask(steward_, *steward_.permits, &Permits::CreatePermit,
               tests::PermitWish(Export(steward_, v1::ExportAuditRequest()).status()));
  };
  return {{"PermitService/CreatePermit", create}, {"PermitService/ApprovePermit", [this, create] {
                                                     EXPECT_THAT(create(), tests::IsOk());
                                                     v1::Permit permit;
                                                     EXPECT_TRUE(permit.ParseFromString(answer_));
                                                     return Get(*second_, v1::ApprovePermitRequest(), permit.name(),
                                                                *second_->permits, &Permits::ApprovePermit);
                                                   }}};
}

Calls EachRpcTest::EndCalls() {
  return {
      {"RetentionService/ReportRetention",
       [this] {
         return Ask(steward_, *steward_.retention, &Retention::ReportRetention, v1::ReportRetentionRequest());
       }},
      {"RightsService/SealMember", [this] { return Seal(Create()); }},
      {"RightsService/ListSealedMembers",
       [this] { return Ask(steward_, *steward_.rights, &Rights::ListSealedMembers, v1::ListSealedMembersRequest()); }},
      {"BackupService/PreviewErasure",
       [this] {
         v1::PreviewErasureRequest request;
         request.set_member(member_.name());
         return Ask(caseworker_, *caseworker_.backups, &Backups::PreviewErasure, request);
       }},
      {"BackupService/GetErasureReceipt", [this] {
         return Get(caseworker_, v1::GetErasureReceiptRequest(), receipt_, *caseworker_.backups,
                    &Backups::GetErasureReceipt);
       }}};
}

absl::Status EachRpcTest::Seal(const v1::Member& member) {
  v1::SealMemberRequest request;
  request.set_name(member.name());
  request.mutable_until_date()->set_year(
      static_cast<int>(absl::ToCivilYear(node_.clock().Now(), absl::UTCTimeZone()).year()) + 2);
  request.mutable_until_date()->set_month(1);
  request.mutable_until_date()->set_day(1);
  request.set_reason(v1::LEGAL_REASON_OPEN_CASE);
  return Ask(steward_, *steward_.rights, &Rights::SealMember, request);
}

v1::Token EachRpcTest::MakeToken(v1::Role role, const std::string& member) {
  v1::CreateTokenRequest request;
  request.mutable_token()->set_title("test");
  request.mutable_token()->set_role(role);
  request.mutable_token()->set_member(member);
  return Must(steward_, *steward_.access, &Access::CreateToken, request).token();
}

absl::Status EachRpcTest::File() {
  v1::CreateGrievanceRequest request;
  request.set_parent(member_.name());
  request.mutable_grievance()->set_text("Somebody asked me why");
  return Ask(caseworker_, *caseworker_.grievances, &Grievances::CreateGrievance, request);
}

absl::Status EachRpcTest::BreakGlass() {
  v1::BreakGlassRequest request;
  request.set_member(member_.name());
  request.set_domain("health");
  request.set_reason(v1::BREAK_GLASS_REASON_THREAT);
  return Ask(caseworker_, *caseworker_.access, &Access::BreakGlass, request);
}

}  // namespace aangan::node
