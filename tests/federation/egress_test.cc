// SPDX-License-Identifier: Apache-2.0
// Canaries in every personal field of every record of a real node: none of them is in its log, in an error, or on its
// disk, in whatever form (plain, UTF-16, hexadecimal, base64).
#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/escaping.h"
#include "tests/support/daemon_process.h"
#include "tests/support/node_client.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using tests::DaemonProcess;
using tests::IsOk;
using tests::NodeClient;

const char* const kCanaries[] = {"Zanaryfullname",     "Zanaryothername",       "Zanarycontact",
                                 "Zanaryaddress",      "Zanarynotes",           "Zanaryprovider",
                                 "Zanaryservicenotes", "Zanaryassessmentnotes", "Zanarywrongcode"};

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

// The canaries that are in the bytes, by name.
std::string FoundIn(const std::string& bytes) {
  for (const char* canary : kCanaries) {
    for (const std::string& form : FormsOf(canary)) {
      if (bytes.find(form) != std::string::npos) return canary;
    }
  }
  return "";
}

void FillWithCanaries(const NodeClient& client, std::string* errors) {
  node::v1::CreateMemberRequest request;
  *request.mutable_member() = tests::SomeMember();
  *request.add_consents() = tests::CountedConsent();
  node::v1::PersonalDetails& details = *request.mutable_member()->mutable_details();
  details.set_full_name("Zanaryfullname");
  details.add_other_names("Zanaryothername");
  details.set_contact("Zanarycontact");
  details.set_address("Zanaryaddress");
  details.set_notes("Zanarynotes");
  node::v1::Member member;
  ASSERT_THAT(client.Call(*client.members, &node::v1::MemberService::Stub::CreateMember, request, &member), IsOk());
  node::v1::CreateServiceRequest service;
  service.set_parent(member.name());
  *service.mutable_service() = tests::SomeService();
  service.mutable_service()->set_provider("Zanaryprovider");
  service.mutable_service()->set_notes("Zanaryservicenotes");
  node::v1::Service made;
  ASSERT_THAT(client.Call(*client.casework, &node::v1::CaseworkService::Stub::CreateService, service, &made), IsOk());
  node::v1::CreateAssessmentRequest assessment;
  assessment.set_parent(member.name());
  *assessment.mutable_assessment() = tests::SomeAssessment();
  assessment.mutable_assessment()->set_notes("Zanaryassessmentnotes");
  node::v1::Assessment assessed;
  ASSERT_THAT(client.Call(*client.casework, &node::v1::CaseworkService::Stub::CreateAssessment, assessment, &assessed),
              IsOk());
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
}

TEST(Egress, TheFormsAreFoundWhereTheyAre) {
  EXPECT_EQ(FoundIn("..Zanarycontact.."), "Zanarycontact");
  for (size_t shift = 0; shift < 3; ++shift)
    EXPECT_EQ(FoundIn(absl::Base64Escape(std::string(shift + 3, 'q') + "Zanaryaddress and more")), "Zanaryaddress");
  EXPECT_EQ(FoundIn("nothing"), "");
}

TEST(Egress, NoPersonalTextInLogsErrorsOrOnDisk) {
  const tests::TempDir folder;
  DaemonProcess::Options options;
  options.binary = AANGAN_NODE_UNDER_TEST;
  options.data_folder = folder / "data";
  options.log_path = folder / "log";
  options.arguments = {
      "--node.data", options.data_folder, "--node.listen", "127.0.0.1:0", "--node.disk_reserve_megabytes", "1"};
  std::unique_ptr<DaemonProcess> node = DaemonProcess::Start(options);
  ASSERT_NE(node, nullptr);
  const NodeClient steward = NodeClient::OfFolder(node->address("grpc"), options.data_folder, "steward.token");
  const NodeClient client(
      tests::OpenChannel(node->address("grpc"), {tests::ReadAll(options.data_folder + "/tls/authority.pem"), "", ""}),
      tests::TokenFor(steward, node::v1::ROLE_CASEWORKER));
  std::string errors;
  FillWithCanaries(client, &errors);
  EXPECT_NE(errors, "");
  EXPECT_EQ(FoundIn(errors), "");
  EXPECT_EQ(node->Stop(), 0);
  EXPECT_EQ(FoundIn(tests::ReadAll(options.log_path)), "");
  int files = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(options.data_folder)) {
    // The ballast is 64 MB of one byte, kept to be given back when the disk is full.
    if (!file.is_regular_file() || file.path().filename() == "ballast") continue;
    ++files;
    EXPECT_EQ(FoundIn(tests::ReadAll(file.path())), "") << file.path().filename();
  }
  EXPECT_GT(files, 5);
}

}  // namespace
}  // namespace aangan
