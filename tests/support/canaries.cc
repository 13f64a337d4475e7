// SPDX-License-Identifier: Apache-2.0
// Canaries.
#include "tests/support/canaries.h"

#include "absl/strings/escaping.h"
#include "base/check.h"

namespace aangan::tests {

const std::vector<std::string>& Canaries() {
  static const auto* const canaries = new std::vector<std::string>{
      "Zanaryfullname", "Zanaryothername",    "Zanarycontact",         "Zanaryaddress",  "Zanarynotes",
      "Zanaryprovider", "Zanaryservicenotes", "Zanaryassessmentnotes", "Zanarywrongcode"};
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

std::vector<std::string> FillWithCanaries(const NodeClient& client, const std::string& enrolment_quarter,
                                          std::string* errors) {
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
  node::v1::Member member;
  AANGAN_CHECK(client.Call(*client.members, &node::v1::MemberService::Stub::CreateMember, request, &member).ok());
  node::v1::CreateServiceRequest service;
  service.set_parent(member.name());
  *service.mutable_service() = SomeService();
  service.mutable_service()->set_provider("Zanaryprovider");
  service.mutable_service()->set_notes("Zanaryservicenotes");
  node::v1::Service made;
  AANGAN_CHECK(client.Call(*client.casework, &node::v1::CaseworkService::Stub::CreateService, service, &made).ok());
  node::v1::CreateAssessmentRequest assessment;
  assessment.set_parent(member.name());
  *assessment.mutable_assessment() = SomeAssessment();
  assessment.mutable_assessment()->set_notes("Zanaryassessmentnotes");
  node::v1::Assessment assessed;
  AANGAN_CHECK(
      client.Call(*client.casework, &node::v1::CaseworkService::Stub::CreateAssessment, assessment, &assessed).ok());
  const std::vector<std::string> names = {member.name(), made.name(), assessed.name()};
  // Wrong calls with all of it inside.
  service.mutable_service()->set_type("Zanarywrongcode");
  *errors += client.Call(*client.casework, &node::v1::CaseworkService::Stub::CreateService, service, &made).ToString();
  request.mutable_member()->set_gender("Zanarywrongcode");
  *errors += client.Call(*client.members, &node::v1::MemberService::Stub::CreateMember, request, &member).ToString();
  node::v1::UpdateMemberRequest update;
  *update.mutable_member() = member;
  update.mutable_member()->set_etag("Zanarywrongcode");
  update.mutable_update_mask()->add_paths("*");
  *errors += client.Call(*client.members, &node::v1::MemberService::Stub::UpdateMember, update, &member).ToString();
  return names;
}

}  // namespace aangan::tests
