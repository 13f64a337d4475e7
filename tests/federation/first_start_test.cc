// SPDX-License-Identifier: Apache-2.0
// The first start of a node by its page, with the real daemon, its real HTTPS port and the real command: a new node,
// one from a backup, one that joins a federation; and who is kept out.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/support/command_line.h"
#include "tests/support/daemon_process.h"
#include "tests/support/first_start_log.h"
#include "tests/support/https_client.h"
#include "tests/support/lone_federation.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/process_memory.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using node::v1::MemberService;
using ::testing::AllOf;
using ::testing::HasSubstr;
using tests::DaemonProcess;
using tests::Eventually;
using tests::HttpsAnswer;
using tests::IsOk;
using tests::NodeClient;

constexpr absl::Duration kLong = absl::Seconds(120);
constexpr char kPassphrase[] = "five words that stay together";
constexpr char kGet[] = "/aangan.node.v1.SetupService/GetSetup";
constexpr char kStart[] = "/aangan.node.v1.SetupService/StartNewNode";
constexpr char kRestore[] = "/aangan.node.v1.SetupService/RestoreBackup";

std::string Body(const json& value) { return value.dump(); }

class FirstStart : public ::testing::Test {
 protected:
  FirstStart() {
    options_ = tests::LockedNode(AANGAN_NODE_UNDER_TEST, folder_.path());
    options_.environment["AANGAN_TEST_CLOCK"] = folder_ / "clock";
  }
  void Launch() {
    node_ = DaemonProcess::Launch(options_);
    ASSERT_TRUE(Eventually(kLong, [this] { return !FromLog("code").empty(); }));
  }
  std::string FromLog(const std::string& key) const { return tests::FirstStartSays(options_.log_path, key); }
  HttpsAnswer Ask(const tests::HttpsRequest& request) const {
    const std::string page = FromLog("page");
    const absl::string_view address = absl::StripPrefix(page, "https://");
    return tests::Ask({std::string(address), options_.data_folder + "/tls/authority.pem"}, request)
        .value_or(HttpsAnswer());
  }
  HttpsAnswer Call(const char* path, const std::string& code, const json& body) const {
    return Ask(tests::JsonCall(path, code, Body(body)));
  }
  std::string State() const {
    const json said = json::parse(Call(kGet, "", json::object()).body, nullptr, false);
    return said.is_object() ? said.value("state", "") : "";
  }
  static std::string ReasonIn(const HttpsAnswer& answer) {
    const json said = json::parse(answer.body, nullptr, false);
    if (!said.is_object() || !said.contains("details")) return answer.body;
    for (const json& detail : said["details"]) {
      if (detail["type"] == "google.rpc.ErrorInfo") return detail["debug"]["reason"];
    }
    return "";
  }
  std::string Command(const std::string& words) const {
    return tests::Printed(absl::StrCat(AANGAN_COMMAND, " ", words, " --data ", options_.data_folder, " </dev/null"));
  }
  std::string Token(const std::string& name) const { return tests::ReadAll(options_.data_folder + "/" + name); }
  NodeClient Steward() const {
    return NodeClient::OfFolder(node_->address("grpc"), options_.data_folder, "steward.token");
  }
  NodeClient Caseworker() const {
    tests::TlsFiles tls;
    tls.authority_pem = Token("tls/authority.pem");
    return NodeClient(tests::OpenChannel(node_->address("grpc"), tls),
                      tests::TokenFor(Steward(), node::v1::ROLE_CASEWORKER));
  }
  void MakeNew() {
    const HttpsAnswer made = Call(kStart, FromLog("code"), {{"passphrase", kPassphrase}});
    // On a very busy machine the passphrase takes longer than an answer may; the node is made all the same.
    ASSERT_TRUE(made.status == 200 || made.status == 504) << made.body;
    ASSERT_TRUE(node_->AwaitReady(kLong));
    EXPECT_EQ(State(), "SETUP_STATE_DONE");
  }

  const tests::TempDir folder_;
  DaemonProcess::Options options_;
  std::unique_ptr<DaemonProcess> node_;
};

TEST_F(FirstStart, ANewNodeIsMadeByItsPageWithTheCodeAloneAndItsFirstTokenSignsIn) {
  Launch();
  EXPECT_EQ(State(), "SETUP_STATE_NEW");
  EXPECT_THAT(Ask({"GET", "/"}).body, HasSubstr("<html"));
  EXPECT_EQ(Call("/aangan.node.v1.MemberService/ListMembers", "", json::object()).status, 503);
  const json with_passphrase = {{"passphrase", kPassphrase}};
  EXPECT_EQ(ReasonIn(Call(kStart, "", with_passphrase)), "NO_CREDENTIAL");
  EXPECT_EQ(ReasonIn(Call(kStart, "aaaa-bbbb-cccc", with_passphrase)), "BAD_TOKEN");
  // A proxy that hands on what somebody else sent.
  tests::HttpsRequest handed_on = tests::JsonCall(kStart, FromLog("code"), Body(with_passphrase));
  handed_on.headers.push_back("X-Forwarded-For: 192.0.2.7");
  EXPECT_EQ(ReasonIn(Ask(handed_on)), "NOT_ALLOWED");
  const HttpsAnswer too_short = Call(kStart, FromLog("code"), {{"passphrase", "too short"}});
  EXPECT_EQ(too_short.status, 400);
  EXPECT_FALSE(fs::exists(options_.data_folder + "/master_key"));

  // The command makes another code, and the first is good no more.
  const std::string second = Command("setup-code");
  EXPECT_THAT(second, AllOf(HasSubstr("setup code"), HasSubstr("code 0")));
  EXPECT_EQ(ReasonIn(Call(kStart, FromLog("code"), with_passphrase)), "BAD_TOKEN");
  std::string code;
  for (const absl::string_view word : absl::StrSplit(second, absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
    if (word.size() == 14 && word[4] == '-' && word[9] == '-') code = std::string(word);
  }
  const HttpsAnswer made = Call(kStart, code, with_passphrase);
  ASSERT_EQ(made.status, 200) << made.body << second;
  ASSERT_TRUE(node_->AwaitReady(kLong));
  EXPECT_EQ(State(), "SETUP_STATE_DONE");

  // The code is used up; nobody sets the node up again; its first token signs in.
  EXPECT_EQ(ReasonIn(Call(kStart, code, with_passphrase)), "BAD_TOKEN");
  EXPECT_EQ(ReasonIn(Call(kStart, Token("operator.token"), with_passphrase)), "WRONG_STATE");
  EXPECT_EQ(ReasonIn(Call(kRestore, Token("operator.token"), json::object())), "WRONG_STATE");
  EXPECT_THAT(Command("setup-code"), AllOf(HasSubstr("has been set up"), ::testing::Not(HasSubstr("code 0"))));
  const HttpsAnswer in =
      Ask({"POST", "/sign-in", {"Content-Type: application/json"}, Body({{"token", Token("operator.token")}})});
  EXPECT_EQ(in.status, 200);
  EXPECT_THAT(in.body, HasSubstr("operator"));

  // The passphrase is in no file, and in no page of memory that could be written to one.
  EXPECT_TRUE(tests::FoundInFolder(folder_.path(), {kPassphrase}).empty());
  EXPECT_TRUE(tests::FoundInMemory(node_->pid(), {kPassphrase}, tests::Pages::kUnlocked).empty());
  EXPECT_EQ(node_->Stop(), 0);
  // It opens the node the next time, as one that waits for it and for no code.
  node_ = DaemonProcess::Launch(options_);
  const std::string unlock =
      absl::StrCat("printf '%s\\n' '", kPassphrase, "' | ", AANGAN_COMMAND, " unlock --data ", options_.data_folder);
  ASSERT_TRUE(Eventually(kLong, [&] { return absl::StrContains(tests::Printed(unlock), "code 0"); }));
  EXPECT_TRUE(node_->AwaitReady(kLong));
  EXPECT_EQ(node_->Stop(), 0);
}

TEST_F(FirstStart, TheCodeEndsAfterAnHour) {
  Launch();
  const std::string code = FromLog("code");
  EXPECT_EQ(Call(kStart, code, {{"passphrase", "too short"}}).status, 400);
  std::ofstream(folder_ / "clock") << 3600;
  EXPECT_EQ(ReasonIn(Call(kStart, code, {{"passphrase", kPassphrase}})), "BAD_TOKEN");
  EXPECT_FALSE(fs::exists(options_.data_folder + "/master_key"));
  EXPECT_EQ(node_->Stop(), 0);
}

TEST_F(FirstStart, ABackupGivesTheRecordsBack) {
  Launch();
  MakeNew();
  node::v1::CreateMemberRequest create;
  *create.mutable_member() = tests::SomeMember();
  *create.add_consents() = tests::CountedConsent();
  node::v1::Member member;
  {
    const NodeClient caseworker = Caseworker();
    ASSERT_THAT(caseworker.Call(*caseworker.members, &MemberService::Stub::CreateMember, create, &member), IsOk());
  }
  ASSERT_THAT(
      Command(absl::StrCat("backup --to ", folder_ / "backup", " --keys-to ", folder_ / "stick", " --label stick")),
      HasSubstr("code 0"));
  EXPECT_EQ(node_->Stop(), 0);

  // Another computer.
  const std::string authority = Token("tls/authority.pem");
  options_.data_folder = options_.arguments[1] = folder_ / "again";
  options_.log_path = folder_ / "again.log";
  Launch();
  json wish = {{"folder", folder_ / "backup"}, {"keysFrom", folder_ / "stick"}, {"passphrase", "not that one at all"}};
  ASSERT_EQ(Call(kRestore, FromLog("code"), wish).status, 200);
  json said;
  ASSERT_TRUE(Eventually(kLong, [&] {
    said = json::parse(Call(kGet, "", json::object()).body, nullptr, false);
    return said.is_object() && said.contains("restoreReason");
  }));
  EXPECT_EQ(said["restoreReason"], "BAD_PASSPHRASE");
  EXPECT_EQ(said["state"], "SETUP_STATE_NEW");
  EXPECT_FALSE(fs::exists(options_.data_folder + "/main"));
  wish["passphrase"] = kPassphrase;
  ASSERT_EQ(Call(kRestore, FromLog("code"), wish).status, 200);
  ASSERT_TRUE(node_->AwaitReady(kLong)) << tests::ReadAll(options_.log_path);
  EXPECT_EQ(State(), "SETUP_STATE_DONE");
  EXPECT_TRUE(tests::FoundInFolder(folder_.path(), {kPassphrase}).empty());

  const NodeClient caseworker = Caseworker();
  node::v1::GetMemberRequest get;
  get.set_name(member.name());
  node::v1::Member read;
  ASSERT_THAT(caseworker.Call(*caseworker.members, &MemberService::Stub::GetMember, get, &read), IsOk());
  EXPECT_EQ(read.details().full_name(), create.member().details().full_name());
  EXPECT_THAT(Command("verify"), HasSubstr("code 0"));
  // It knows what it is, and sits out what had begun.
  EXPECT_THAT(Command("status --output json"), HasSubstr("\"restore_time\": \"20"));
  EXPECT_EQ(node_->Stop(), 0);
  // From the next start on it is what apps trusted on the old computer.
  EXPECT_NE(Token("tls/authority.pem"), authority);
  node_ = DaemonProcess::Launch(options_);
  EXPECT_TRUE(Eventually(kLong, [&] { return !fs::exists(options_.data_folder + "/restored"); }));
  EXPECT_EQ(Token("tls/authority.pem"), authority);
  EXPECT_EQ(node_->Stop(), 0);
}

TEST_F(FirstStart, ANodeThatWasMadeByItsPageJoinsByIt) {
  const DaemonProcess::Options federation_options = tests::LoneFederation(AANGAN_FEDERATION_UNDER_TEST, folder_.path());
  const auto federation = DaemonProcess::Start(federation_options);
  ASSERT_NE(federation, nullptr);
  Launch();
  MakeNew();
  const std::string as_staff = absl::StrCat(" --federation ", federation_options.data_folder);
  ASSERT_THAT(Command(absl::StrCat("roster join-token kerala_1 --title Ours --state kerala --run-by ours --to ",
                                   folder_ / "join-token", as_staff)),
              HasSubstr("code 0"));
  ASSERT_TRUE(federation->AwaitReady(kLong));
  std::string join_token = tests::ReadAll(folder_ / "join-token");
  absl::StripTrailingAsciiWhitespace(&join_token);
  const HttpsAnswer joined = Call("/aangan.node.v1.GovernanceService/JoinFederation", Token("operator.token"),
                                  {{"federationAddress", federation->address("grpc")},
                                   {"enrolmentAddress", federation->address("enrolment")},
                                   {"joinToken", join_token}});
  ASSERT_EQ(joined.status, 200) << joined.body;
  EXPECT_THAT(joined.body, AllOf(HasSubstr("kerala_1"), HasSubstr("federationPhrase")));
  EXPECT_THAT(Command("certificate list" + as_staff), AllOf(HasSubstr("kerala_1"), HasSubstr("code 0")));
  EXPECT_EQ(node_->Stop(), 0);
}

}  // namespace
}  // namespace aangan
