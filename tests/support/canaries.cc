// SPDX-License-Identifier: Apache-2.0
// Canaries.
#include "tests/support/canaries.h"

#include "absl/strings/escaping.h"
#include "base/check.h"
#include "base/digest.h"

namespace aangan::tests {

const std::vector<std::string>& Canaries() {
  static const auto* const canaries = new std::vector<std::string>{
      "Zanaryfullname",     "Zanaryothername",       "Zanarycontact",   "Zanaryaddress",         "Zanarynotes",
      "Zanaryprovider",     "Zanaryservicenotes",    "Zanarygrievance", "Zanarygrievanceanswer", "Zanarysearched",
      "Zanaryimportedname", "Zanaryassessmentnotes", "Zanarywrongcode"};
  return *canaries;
}

namespace {

std::vector<std::string> FormsOf(const std::string& canary) {
  std::string little, big;
  for (const char c : canary) {
    little += c;
    little += '\0';
    big += '\0';
    big += c;
  }
  std::vector<std::string> forms = {canary, little, big, absl::BytesToHexString(canary)};
  // Base64 depends on where in a group of three the text begins; the first and last characters mix with neighbours.
  for (size_t shift = 0; shift < 3; ++shift) {
    const std::string encoded = absl::Base64Escape(std::string(shift, 'x') + canary);
    forms.push_back(encoded.substr(4, (canary.size() / 3) * 4 - 8));
  }
  return forms;
}

}  // namespace

std::string FoundIn(const std::string& bytes, const std::vector<std::string>& needles) {
  for (const std::string& needle : needles) {
    for (const std::string& form : FormsOf(needle)) {
      if (bytes.find(form) != std::string::npos) return needle;
    }
  }
  return "";
}

namespace {

node::v1::CreateMemberRequest MemberRequest(const std::string& enrolment_quarter) {
  node::v1::CreateMemberRequest request;
  *request.mutable_member() = SomeMember();
  request.mutable_member()->set_enrolment_quarter(enrolment_quarter);
  *request.add_consents() = CountedConsent();
  node::v1::PersonalDetails& details = *request.mutable_member()->mutable_details();
  details.set_full_name("Zanaryfullname");
  details.add_other_names("Zanaryothername");
  details.set_contact("Zanarycontact");
  details.set_address("Zanaryaddress");
  details.set_notes("Zanarynotes");
  return request;
}

node::v1::CreateServiceRequest ServiceRequest(const std::string& member) {
  node::v1::CreateServiceRequest service;
  service.set_parent(member);
  *service.mutable_service() = SomeService();
  service.mutable_service()->set_provider("Zanaryprovider");
  service.mutable_service()->set_notes("Zanaryservicenotes");
  return service;
}

node::v1::CreateAssessmentRequest AssessmentRequest(const std::string& member) {
  node::v1::CreateAssessmentRequest assessment;
  assessment.set_parent(member);
  *assessment.mutable_assessment() = SomeAssessment();
  assessment.mutable_assessment()->set_notes("Zanaryassessmentnotes");
  return assessment;
}

// Filed for her by a caseworker, answered by a steward. Its name.
std::string Grieve(const NodeClient& caseworker, const NodeClient& steward, const std::string& member) {
  node::v1::CreateGrievanceRequest file;
  file.set_parent(member);
  file.mutable_grievance()->set_text("Zanarygrievance");
  node::v1::Grievance filed, read;
  AANGAN_CHECK(
      caseworker.Call(*caseworker.grievances, &node::v1::GrievanceService::Stub::CreateGrievance, file, &filed).ok());
  node::v1::GetGrievanceRequest get;
  get.set_name(filed.name());
  AANGAN_CHECK(steward.Call(*steward.grievances, &node::v1::GrievanceService::Stub::GetGrievance, get, &read).ok());
  node::v1::AnswerGrievanceRequest answer;
  answer.set_name(read.name());
  answer.set_etag(read.etag());
  answer.set_answer("Zanarygrievanceanswer");
  AANGAN_CHECK(
      steward.Call(*steward.grievances, &node::v1::GrievanceService::Stub::AnswerGrievance, answer, &read).ok());
  return filed.name();
}

// A row that is taken, and one that is refused, whose reasons are returned.
std::string Import(const NodeClient& caseworker, const std::string& enrolment_quarter) {
  grpc::ClientContext context;
  caseworker.Prepare(context);
  node::v1::ImportRecordsResponse response;
  const auto stream = caseworker.operators->ImportRecords(&context, &response);
  node::v1::ImportRecordsRequest request;
  request.set_mapping_id("canaries");
  for (int line = 1; line <= 2; ++line) {
    node::v1::ImportRow& row = *request.add_rows();
    row.set_line(line);
    row.set_row_digest(std::string(AsText(Sha256(std::to_string(line)))));
    *row.mutable_member() = SomeMember();
    row.mutable_member()->set_enrolment_quarter(enrolment_quarter);
    row.mutable_member()->mutable_details()->set_full_name("Zanaryimportedname");
    if (line == 2) row.mutable_member()->set_gender("Zanarywrongcode");
  }
  AANGAN_CHECK(stream->Write(request) && stream->WritesDone());
  AANGAN_CHECK(stream->Finish().ok() && response.refused_rows_size() == 1);
  return response.DebugString();
}

void Search(const NodeClient& caseworker) {
  for (const char* query : {"Zanarysearched", "Zanaryfullname"}) {
    node::v1::SearchMembersRequest search;
    search.set_query(query);
    node::v1::SearchMembersResponse found;
    AANGAN_CHECK(
        caseworker.Call(*caseworker.members, &node::v1::MemberService::Stub::SearchMembers, search, &found).ok());
  }
}

}  // namespace

std::vector<std::string> FillWithCanaries(const NodeClient& caseworker, const NodeClient& steward,
                                          const std::string& enrolment_quarter, std::string* errors) {
  using Members = node::v1::MemberService::Stub;
  using Casework = node::v1::CaseworkService::Stub;
  node::v1::CreateMemberRequest request = MemberRequest(enrolment_quarter);
  node::v1::Member member;
  AANGAN_CHECK(caseworker.Call(*caseworker.members, &Members::CreateMember, request, &member).ok());
  node::v1::CreateServiceRequest service = ServiceRequest(member.name());
  node::v1::Service made;
  AANGAN_CHECK(caseworker.Call(*caseworker.casework, &Casework::CreateService, service, &made).ok());
  node::v1::Assessment assessed;
  AANGAN_CHECK(
      caseworker.Call(*caseworker.casework, &Casework::CreateAssessment, AssessmentRequest(member.name()), &assessed)
          .ok());
  const std::string grievance = Grieve(caseworker, steward, member.name());
  Search(caseworker);
  *errors += Import(caseworker, enrolment_quarter);
  const std::vector<std::string> names = {member.name(), made.name(), assessed.name(), grievance};
  // Wrong calls with all of it inside.
  service.mutable_service()->set_type("Zanarywrongcode");
  *errors += caseworker.Call(*caseworker.casework, &Casework::CreateService, service, &made).ToString();
  request.mutable_member()->set_gender("Zanarywrongcode");
  *errors += caseworker.Call(*caseworker.members, &Members::CreateMember, request, &member).ToString();
  node::v1::UpdateMemberRequest update;
  *update.mutable_member() = member;
  update.mutable_member()->set_etag("Zanarywrongcode");
  update.mutable_update_mask()->add_paths("*");
  *errors += caseworker.Call(*caseworker.members, &Members::UpdateMember, update, &member).ToString();
  return names;
}

}  // namespace aangan::tests
