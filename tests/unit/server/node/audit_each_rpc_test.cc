// SPDX-License-Identifier: Apache-2.0
// Whatever shows something about a member leaves an entry in the audit log: one call of each such rpc.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/server/node/audit_under_test.h"

namespace aangan::node {
namespace {

using google::protobuf::Descriptor;
using Audit = v1::AuditService::Stub;
using Backups = v1::BackupService::Stub;
using Casework = v1::CaseworkService::Stub;
using Grievances = v1::GrievanceService::Stub;
using Members = v1::MemberService::Stub;
using Rights = v1::RightsService::Stub;

// Messages of the node's API with a field whose comment says that it is personal or pseudonymous.
std::set<std::string> SensitiveMessages() {
  std::set<std::string> found;
  for (const auto& file : std::filesystem::directory_iterator(AANGAN_NODE_PROTOS)) {
    std::ifstream in(file.path());
    std::vector<std::string> open;  // names of what is open; empty for what is no message
    std::string comment;
    for (std::string line; std::getline(in, line);) {
      line.erase(0, line.find_first_not_of(' '));
      if (absl::StartsWith(line, "//")) {
        comment += line + " ";
        continue;
      }
      if (absl::EndsWith(line, "{")) {
        const bool is_message = absl::StartsWith(line, "message ");
        open.push_back(is_message ? line.substr(8, line.find(' ', 8) - 8) : open.empty() ? "" : open.back());
      } else if (absl::StartsWith(line, "}")) {
        open.pop_back();
      } else if (!open.empty() && (absl::StrContains(comment, "Sensitive: personal") ||
                                   absl::StrContains(comment, "Sensitive: pseudonymous"))) {
        found.insert(open.back());
      }
      comment.clear();
    }
  }
  return found;
}

bool Holds(const Descriptor& message, const std::set<std::string>& sensitive, std::set<const Descriptor*>& seen) {
  if (!seen.insert(&message).second) return false;
  if (message.file()->package() == "aangan.node.v1" && sensitive.contains(message.name())) return true;
  for (int i = 0; i < message.field_count(); ++i) {
    const Descriptor* const inner = message.field(i)->message_type();
    if (inner != nullptr && Holds(*inner, sensitive, seen)) return true;
  }
  return false;
}

// Rpcs whose answer holds one of these messages: "MemberService/GetMember".
std::set<std::string> RpcsThatShow(const std::set<std::string>& sensitive) {
  std::set<std::string> rpcs;
  for (const auto* file :
       {v1::Member::descriptor()->file(), v1::Service::descriptor()->file(), v1::Token::descriptor()->file(),
        v1::AuditEntry::descriptor()->file(), v1::Release::descriptor()->file(), v1::ImportRow::descriptor()->file(),
        v1::OfferedCatalogue::descriptor()->file(), v1::Backup::descriptor()->file(),
        v1::Grievance::descriptor()->file(), v1::Notice::descriptor()->file(), v1::Permit::descriptor()->file(),
        v1::RetentionPolicy::descriptor()->file(), v1::SealedMember::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const auto& method = *file->service(s)->method(m);
        std::set<const Descriptor*> seen;
        if (Holds(*method.output_type(), sensitive, seen))
          rpcs.insert(absl::StrCat(file->service(s)->name(), "/", method.name()));
      }
    }
  }
  return rpcs;
}

// A call of each rpc that shows something, by a name as in RpcsThatShow.
using Calls = std::map<std::string, std::function<void()>>;

class EachRpcTest : public AuditTest {
 protected:
  EachRpcTest() : member_(Create()), other_(Create()) {
    new_consent_.set_parent(member_.name());
    *new_consent_.mutable_consent() = tests::CountedConsent();
    new_service_.set_parent(member_.name());
    *new_service_.mutable_service() = tests::SomeService();
    new_assessment_.set_parent(member_.name());
    *new_assessment_.mutable_assessment() = tests::SomeAssessment();
    consent_ = Must(caseworker_, members_, &Members::CreateConsent, new_consent_);
    service_ = Must(caseworker_, casework_, &Casework::CreateService, new_service_);
    assessment_ = Must(caseworker_, casework_, &Casework::CreateAssessment, new_assessment_);
    grievance_ = File();
  }
  template <typename Request, typename Stub, typename Method>
  void Get(Request request, const std::string& name, Stub& stub, Method method) {
    request.set_name(name);
    Must(caseworker_, stub, method, request);
  }
  template <typename Request, typename Stub, typename Method>
  void List(Request request, Stub& stub, Method method) {
    request.set_parent(member_.name());
    Must(caseworker_, stub, method, request);
  }
  template <typename Request, typename Stub, typename Method>
  void Update(Request request, Stub& stub, Method method) {
    request.mutable_update_mask()->add_paths("*");
    Must(caseworker_, stub, method, request);
  }
  Calls MemberCalls() {
    return {
        {"MemberService/CreateMember", [this] { Create(); }},
        {"MemberService/GetMember",
         [this] { Get(v1::GetMemberRequest(), member_.name(), members_, &Members::GetMember); }},
        {"MemberService/ListMembers",
         [this] { Must(caseworker_, members_, &Members::ListMembers, v1::ListMembersRequest()); }},
        {"MemberService/SearchMembers",
         [this] {
           v1::SearchMembersRequest request;
           request.set_query(member_.details().full_name());
           Must(caseworker_, members_, &Members::SearchMembers, request);
         }},
        {"MemberService/UpdateMember",
         [this] {
           v1::UpdateMemberRequest request;
           *request.mutable_member() = member_;
           Update(request, members_, &Members::UpdateMember);
         }},
        {"MemberService/ListMemberRevisions",
         [this] { List(v1::ListMemberRevisionsRequest(), members_, &Members::ListMemberRevisions); }},
        {"MemberService/CreateConsent", [this] { Must(caseworker_, members_, &Members::CreateConsent, new_consent_); }},
        {"MemberService/GetConsent",
         [this] { Get(v1::GetConsentRequest(), consent_.name(), members_, &Members::GetConsent); }},
        {"MemberService/ListConsents", [this] { List(v1::ListConsentsRequest(), members_, &Members::ListConsents); }}};
  }
  Calls CaseworkCalls() {
    return {{"CaseworkService/CreateService",
             [this] { Must(caseworker_, casework_, &Casework::CreateService, new_service_); }},
            {"CaseworkService/GetService",
             [this] { Get(v1::GetServiceRequest(), service_.name(), casework_, &Casework::GetService); }},
            {"CaseworkService/ListServices",
             [this] { List(v1::ListServicesRequest(), casework_, &Casework::ListServices); }},
            {"CaseworkService/UpdateService",
             [this] {
               v1::UpdateServiceRequest request;
               *request.mutable_service() = service_;
               Update(request, casework_, &Casework::UpdateService);
             }},
            {"CaseworkService/ListServiceRevisions",
             [this] {
               v1::ListServiceRevisionsRequest request;
               request.set_parent(service_.name());
               Must(caseworker_, casework_, &Casework::ListServiceRevisions, request);
             }},
            {"CaseworkService/ListAssessmentRevisions",
             [this] {
               v1::ListAssessmentRevisionsRequest request;
               request.set_parent(assessment_.name());
               Must(caseworker_, casework_, &Casework::ListAssessmentRevisions, request);
             }},
            {"CaseworkService/CreateAssessment",
             [this] { Must(caseworker_, casework_, &Casework::CreateAssessment, new_assessment_); }},
            {"CaseworkService/GetAssessment",
             [this] { Get(v1::GetAssessmentRequest(), assessment_.name(), casework_, &Casework::GetAssessment); }},
            {"CaseworkService/ListAssessments",
             [this] { List(v1::ListAssessmentsRequest(), casework_, &Casework::ListAssessments); }},
            {"CaseworkService/UpdateAssessment", [this] {
               v1::UpdateAssessmentRequest request;
               *request.mutable_assessment() = assessment_;
               Update(request, casework_, &Casework::UpdateAssessment);
             }}};
  }
  Calls AuditCalls() {
    return {{"AuditService/ListAuditEntries", [this] { EntriesOf(steward_, ""); }},
            {"AuditService/ExportAudit",
             [this] { Must(steward_, *steward_.audit, &Audit::ExportAudit, v1::ExportAuditRequest()); }},
            {"AuditService/ReportTokenExposure", [this] {
               v1::ReportTokenExposureRequest request;
               request.set_token(EntriesOf(steward_, member_.name()).front().actor());
               Must(steward_, *steward_.audit, &Audit::ReportTokenExposure, request);
             }}};
  }
  Calls GrievanceCalls() {
    return {{"GrievanceService/CreateGrievance", [this] { File(); }},
            {"GrievanceService/GetGrievance",
             [this] {
               v1::GetGrievanceRequest request;
               request.set_name(grievance_.name());
               Must(steward_, *steward_.grievances, &Grievances::GetGrievance, request);
             }},
            {"GrievanceService/ListGrievances",
             [this] {
               v1::ListGrievancesRequest request;
               request.set_parent(member_.name());
               Must(steward_, *steward_.grievances, &Grievances::ListGrievances, request);
             }},
            {"GrievanceService/AnswerGrievance",
             [this] {
               v1::AnswerGrievanceRequest request;
               request.set_name(grievance_.name());
               request.set_etag(grievance_.etag());
               request.set_answer("An answer");
               Must(steward_, *steward_.grievances, &Grievances::AnswerGrievance, request);
             }},
            {"GrievanceService/GetMemberSummary", [this] {
               Get(v1::GetMemberSummaryRequest(), member_.name(), *caseworker_.grievances,
                   &Grievances::GetMemberSummary);
             }}};
  }
  Calls EndCalls() {
    return {{"RightsService/SealMember",
             [this] {
               v1::SealMemberRequest request;
               request.set_name(other_.name());
               request.mutable_until_date()->set_year(
                   static_cast<int>(absl::ToCivilYear(node_.clock().Now(), absl::UTCTimeZone()).year()) + 2);
               request.mutable_until_date()->set_month(1);
               request.mutable_until_date()->set_day(1);
               request.set_reason(v1::LEGAL_REASON_OPEN_CASE);
               Must(steward_, *steward_.rights, &Rights::SealMember, request);
             }},
            {"RightsService/ListSealedMembers",
             [this] { Must(steward_, *steward_.rights, &Rights::ListSealedMembers, v1::ListSealedMembersRequest()); }},
            {"BackupService/PreviewErasure",
             [this] {
               v1::PreviewErasureRequest request;
               request.set_member(member_.name());
               Must(caseworker_, *caseworker_.backups, &Backups::PreviewErasure, request);
             }},
            {"BackupService/GetErasureReceipt",
             [this] { Get(receipt_, receipt_.name(), *caseworker_.backups, &Backups::GetErasureReceipt); }}};
  }
  v1::Grievance File() {
    v1::CreateGrievanceRequest request;
    request.set_parent(member_.name());
    request.mutable_grievance()->set_text("Somebody asked me why");
    return Must(caseworker_, *caseworker_.grievances, &Grievances::CreateGrievance, request);
  }

  v1::GetErasureReceiptRequest receipt_;
  Members& members_ = *caseworker_.members;
  Casework& casework_ = *caseworker_.casework;
  v1::CreateConsentRequest new_consent_;
  v1::CreateServiceRequest new_service_;
  v1::CreateAssessmentRequest new_assessment_;
  const v1::Member member_, other_;
  v1::Grievance grievance_;
  v1::Consent consent_;
  v1::Service service_;
  v1::Assessment assessment_;
};

TEST_F(EachRpcTest, ThatShowsSomethingAboutAMemberLeavesAnEntry) {
  const std::set<std::string> sensitive = SensitiveMessages();
  for (const char* message : {"Member", "PersonalDetails", "Service", "AuditEntry"})
    EXPECT_TRUE(sensitive.contains(message)) << message;
  receipt_.set_name(Erase(Create()));
  std::set<std::string> known;
  for (const Calls& calls : {MemberCalls(), CaseworkCalls(), AuditCalls(), GrievanceCalls(), EndCalls()}) {
    for (const auto& [rpc, call] : calls) {
      known.insert(rpc);
      const int64_t before = Head().entries();
      call();
      EXPECT_GT(Head().entries(), before) << rpc;
    }
  }
  // A new rpc that shows such a message needs a call above.
  EXPECT_EQ(RpcsThatShow(sensitive), known);
}

}  // namespace
}  // namespace aangan::node
