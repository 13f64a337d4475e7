// SPDX-License-Identifier: Apache-2.0
// The audit log with the real daemon and the real command: who read what, an export that is checked without the node,
// and an older copy of the whole node that is put in place, which a head from paper finds.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/support/canaries.h"
#include "tests/support/command_line.h"
#include "tests/support/daemon_process.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

namespace fs = std::filesystem;
using tests::DaemonProcess;
using tests::IsOk;
using tests::NodeClient;

class AuditCommandTest : public ::testing::Test {
 protected:
  AuditCommandTest() {
    options_ = tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder_.path());
    node_ = DaemonProcess::Start(options_);
  }
  // What the command prints, with its exit code behind.
  std::string Command(const std::string& words) const {
    return tests::Printed(absl::StrCat(AANGAN_COMMAND, " ", words, " --output json --data ", options_.data_folder));
  }
  std::string Audit(const std::string& words) const { return Command(absl::StrCat("audit ", words)); }
  NodeClient Steward() const {
    return NodeClient::OfFolder(node_->address("grpc"), options_.data_folder, "steward.token");
  }
  static std::string Between(const std::string& text, const std::string& before, const std::string& behind) {
    const size_t begin = text.find(before);
    if (begin == std::string::npos) return "";
    const size_t from = begin + before.size();
    return text.substr(from, text.find(behind, from) - from);
  }
  NodeClient Caseworker() const {
    return NodeClient(tests::OpenChannel(node_->address("grpc"),
                                         {tests::ReadAll(options_.data_folder + "/tls/authority.pem"), "", ""}),
                      tests::TokenFor(Steward(), node::v1::ROLE_CASEWORKER));
  }
  static void Read(const NodeClient& client, const std::string& member) {
    node::v1::GetMemberRequest request;
    request.set_name(member);
    node::v1::Member read;
    ASSERT_THAT(client.Call(*client.members, &node::v1::MemberService::Stub::GetMember, request, &read), IsOk());
  }

  const tests::TempDir folder_;
  DaemonProcess::Options options_;
  std::unique_ptr<DaemonProcess> node_;
};

TEST_F(AuditCommandTest, AnExportTakesTwoPeopleAndIsCheckedWithoutTheNode) {
  ASSERT_NE(node_, nullptr);
  const NodeClient client = Caseworker();
  std::string errors;
  const std::vector<std::string> names = tests::FillWithCanaries(client, Steward(), "2026Q1", &errors);
  Read(client, names.front());
  const std::string list = Audit(absl::StrCat("list --member ", names.front()));
  EXPECT_TRUE(absl::StrContains(list, "read")) << list;
  EXPECT_TRUE(absl::StrContains(list, "code 0")) << list;
  const std::string file = folder_ / "audit.jsonl";
  const std::string asked = Audit(absl::StrCat("export --to ", file));
  EXPECT_TRUE(absl::StrContains(asked, "code 1")) << asked;
  EXPECT_FALSE(fs::exists(file) || fs::exists(file + ".part"));
  const std::string permit = Between(asked, "\"permit\": \"", "\"");
  const std::string with_permit = absl::StrCat("export --to ", file, " --permit ", permit);
  EXPECT_TRUE(absl::StrContains(Audit(with_permit), "code 1")) << "nobody said yes";
  const std::string second = folder_ / "auditor.token";
  std::ofstream(second) << tests::TokenFor(Steward(), node::v1::ROLE_AUDITOR);
  fs::permissions(second, fs::perms::owner_read | fs::perms::owner_write);
  const std::string approved = Command(absl::StrCat("permit approve ", permit, " --token-file ", second));
  EXPECT_TRUE(absl::StrContains(approved, "code 0")) << approved;
  const std::string exported = Audit(with_permit);
  EXPECT_TRUE(absl::StrContains(exported, "code 0")) << exported;
  const std::string text = tests::ReadAll(file);
  EXPECT_TRUE(absl::StrContains(text, names.front()));
  EXPECT_EQ(tests::FoundIn(text), "");
  EXPECT_EQ(tests::FoundIn(list), "");
  const std::string id = Between(exported, "\"node_id\": \"", "\"");
  EXPECT_EQ(id.size(), 32u) << exported;
  EXPECT_EQ(node_->Stop(), 0);
  EXPECT_TRUE(absl::StrContains(Audit(absl::StrCat("verify --file ", file, " --node ", id)), "code 0"));
  EXPECT_TRUE(
      absl::StrContains(Audit(absl::StrCat("verify --file ", file, " --node ", std::string(32, '0'))), "code 1"));
  std::ofstream(file) << absl::StrReplaceAll(text, {{"AUDIT_ACTION_READ", "AUDIT_ACTION_LISTED"}});
  EXPECT_TRUE(absl::StrContains(Audit(absl::StrCat("verify --file ", file)), "DAMAGED"));
  std::ofstream(file) << text.substr(0, text.size() / 2);
  EXPECT_TRUE(absl::StrContains(Audit(absl::StrCat("verify --file ", file)), "code 1"));
}

TEST_F(AuditCommandTest, AnOlderNodePutInPlaceDoesNotHoldTheHeadOnPaper) {
  ASSERT_NE(node_, nullptr);
  std::string member;
  {
    const NodeClient client = Caseworker();
    std::string errors;
    member = tests::FillWithCanaries(client, Steward(), "2026Q1", &errors).front();
  }
  const std::string early = Between(Audit("head"), "\"phrase\": \"", "\"");
  EXPECT_EQ(node_->Stop(), 0);
  const std::string older = folder_ / "older";
  fs::copy(options_.data_folder, older, fs::copy_options::recursive);
  node_ = DaemonProcess::Start(options_);
  ASSERT_NE(node_, nullptr);
  Read(Caseworker(), member);
  const std::string head_file = folder_ / "head.json";
  const std::string late = Between(Audit(absl::StrCat("head --to ", head_file)), "\"phrase\": \"", "\"");
  ASSERT_NE(late, "");
  EXPECT_TRUE(absl::StrContains(Audit(absl::StrCat("verify --head ", late, " --head ", head_file)), "code 0"));
  EXPECT_EQ(node_->Stop(), 0);
  // Everything: keys, both stores, the durable head. The folder says that it was copied, and nothing that it is old.
  fs::remove_all(options_.data_folder);
  fs::rename(older, options_.data_folder);
  node_ = DaemonProcess::Start(options_);
  ASSERT_NE(node_, nullptr);
  EXPECT_TRUE(absl::StrContains(Audit(absl::StrCat("verify --head ", early)), "code 0"));
  for (const std::string& head : {late, head_file}) {
    const std::string said = Audit(absl::StrCat("verify --head ", head));
    EXPECT_TRUE(absl::StrContains(said, "LOG_SHORTENED")) << said;
    EXPECT_TRUE(absl::StrContains(said, "code 1")) << said;
  }
  EXPECT_EQ(node_->Stop(), 0);
}

}  // namespace
}  // namespace aangan
