// SPDX-License-Identifier: Apache-2.0
// The HTTPS port of a real node: curl in JSON gets from every rpc what gRPC gives, under the same limits and with the
// same trace in the audit log; a browser signs in.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "aangan/node/v1/setup.pb.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status.h"
#include "google/protobuf/util/json_util.h"
#include "tests/support/curl_call.h"
#include "tests/support/generic_call.h"
#include "tests/support/https_port.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

using google::protobuf::MethodDescriptor;
using nlohmann::json;
using tests::Curl;
using tests::GrpcInJson;
using tests::HttpsAnswer;
using tests::HttpsConnection;
using tests::HttpsRequest;
using tests::InWords;
using tests::JsonCall;
using tests::NodeClient;

constexpr char kListMembers[] = "/aangan.node.v1.MemberService/ListMembers";

class HttpsPort : public tests::HttpsPort {
 protected:
  HttpsPort() : tests::HttpsPort(AANGAN_NODE_UNDER_TEST) {}
  // Of a call by curl that is to succeed; rpc is "MemberService/GetMember".
  json Must(const std::string& rpc, const std::string& token, const json& body) const {
    const HttpsAnswer answer = Curl(Peer(), JsonCall("/aangan.node.v1." + rpc, token, body.dump()));
    EXPECT_EQ(answer.status, 200) << rpc << " " << answer.body;
    return json::parse(answer.body, nullptr, false);
  }
  std::string NewMember() const {
    return Must("MemberService/CreateMember", caseworker_,
                {{"member", {{"birthYear", 1990}, {"gender", "woman"}, {"enrolmentQuarter", "2026Q1"}}}})
        .value("name", "");
  }
};

// Every rpc of the node that is no stream.
std::vector<const MethodDescriptor*> UnaryRpcs() {
  std::vector<const MethodDescriptor*> methods;
  for (const auto* of :
       {node::v1::Token::descriptor(), node::v1::AuditEntry::descriptor(), node::v1::Backup::descriptor(),
        node::v1::Service::descriptor(), node::v1::OfferedCatalogue::descriptor(), node::v1::Grievance::descriptor(),
        node::v1::Member::descriptor(), node::v1::Notice::descriptor(), node::v1::ImportRow::descriptor(),
        node::v1::Permit::descriptor(), node::v1::Release::descriptor(), node::v1::RetentionPolicy::descriptor(),
        node::v1::SealedMember::descriptor(), node::v1::GetSetupRequest::descriptor()}) {
    for (int s = 0; s < of->file()->service_count(); ++s) {
      for (int i = 0; i < of->file()->service(s)->method_count(); ++i) {
        const auto* method = of->file()->service(s)->method(i);
        if (!method->client_streaming()) methods.push_back(method);
      }
    }
  }
  return methods;
}

TEST_F(HttpsPort, CurlInJsonGetsFromEveryRpcWhatGrpcGives) {
  const auto channel = Channel();
  const auto rpcs = UnaryRpcs();
  ASSERT_GT(rpcs.size(), 60u);
  for (const std::string& token : {std::string(), caseworker_, steward_}) {
    for (const MethodDescriptor* method : rpcs) {
      const std::string path = absl::StrCat("/", method->service()->full_name(), "/", method->name());
      const HttpsAnswer curl = Curl(Peer(), JsonCall(path, token, "{}"));
      EXPECT_EQ(InWords(curl), InWords(tests::CallGenerically(channel, {path, token, ""}).status())) << path;
    }
  }
}

// Of each service but AuditService, whose answers change with each read (see below), and those of which a node that
// stands alone has nothing to tell: GovernanceService and ReleaseService are in main_job_test.cc.
TEST_F(HttpsPort, CurlReadsOfEachServiceWhatGrpcReads) {
  const std::string member = NewMember();
  const std::string operators = tests::ReadAll(options_.data_folder + "/operator.token");
  const json day = {{"year", 2026}, {"month", 7}, {"day", 1}};
  Must("CaseworkService/CreateAssessment", caseworker_,
       {{"parent", member}, {"assessment", {{"instrument", "phq_9"}, {"score", 7}, {"date", day}}}});
  Must("GrievanceService/CreateGrievance", caseworker_,
       {{"parent", member}, {"grievance", {{"text", "Somebody asked me why"}}}});
  Must("NoticeService/CreateNotice", steward_,
       {{"notice",
         {{"purpose", "CONSENT_PURPOSE_BE_COUNTED"}, {"version", "2026.1"}, {"language", "hi"}, {"text", "Words"}}}});
  Must("RightsService/SealMember", steward_,
       {{"name", NewMember()},
        {"untilDate", {{"year", 2060}, {"month", 1}, {"day", 1}}},
        {"reason", "LEGAL_REASON_OPEN_CASE"}});
  Must("PermitService/CreatePermit", operators,
       {{"permit",
         {{"kind", "PERMIT_KIND_EXPORT"},
          {"subject", "auditEntries"},
          {"requestDigest", absl::Base64Escape(std::string(32, 'd'))}}}});
  Must("BackupService/CreateKeyCopy", operators, {{"folder", folder_ / "stick"}, {"label", "red_stick"}});
  const std::string auditor = tests::TokenFor(Steward(), node::v1::ROLE_AUDITOR);
  const struct {
    std::string rpc, token;
    json body;
    const char* shows;
  } questions[] = {{"AccessService/ListTokens", steward_, json::object(), "ROLE_AUDITOR"},
                   {"BackupService/ListKeyCopies", operators, json::object(), "red_stick"},
                   {"CaseworkService/ListAssessments", caseworker_, {{"parent", member}}, "phq_9"},
                   {"GrievanceService/ListGrievances", steward_, {{"parent", member}}, "asked me why"},
                   {"MemberService/GetMember", caseworker_, {{"name", member}}, "2026Q1"},
                   {"NoticeService/ListNotices", auditor, json::object(), "notices/be_counted-2026.1-hi"},
                   {"OperatorService/VerifyStore", operators, json::object(), "auditEntries"},
                   {"PermitService/ListPermits", operators, json::object(), "PERMIT_KIND_EXPORT"},
                   {"RetentionService/GetRetentionPolicy", caseworker_, json::object(), "retentionPolicy"},
                   {"RightsService/ListSealedMembers", auditor, json::object(), "LEGAL_REASON_OPEN_CASE"},
                   {"SetupService/GetSetup", "", json::object(), "SETUP_STATE"}};
  const auto channel = Channel();
  for (const auto& [rpc, token, body, shows] : questions) {
    const json curl = Must(rpc, token, body);
    EXPECT_TRUE(absl::StrContains(curl.dump(), shows)) << rpc << curl;
    const auto grpc = GrpcInJson(channel, "/aangan.node.v1." + rpc, token, body.dump());
    ASSERT_THAT(grpc.status(), tests::IsOk()) << rpc;
    EXPECT_EQ(curl, *grpc) << rpc;
  }
}

TEST_F(HttpsPort, AReadByCurlStandsInTheAuditLogAsOneByGrpc) {
  const std::string member = NewMember();
  const auto channel = Channel();
  const json name = {{"name", member}}, of_her = {{"member", member}};
  const std::string read = "MemberService/GetMember", list = "AuditService/ListAuditEntries";
  ASSERT_THAT(GrpcInJson(channel, "/aangan.node.v1." + read, caseworker_, name.dump()).status(), tests::IsOk());
  Must(read, caseworker_, name);
  const auto by_grpc = GrpcInJson(channel, "/aangan.node.v1." + list, steward_, of_her.dump());
  ASSERT_THAT(by_grpc.status(), tests::IsOk());
  json entries = (*by_grpc)["auditEntries"];
  ASSERT_EQ(entries.size(), 3u) << entries;  // newest first; the oldest is how she came in
  // That her entries were read is an entry too, over both wires.
  const json by_curl = Must(list, steward_, of_her)["auditEntries"];
  ASSERT_EQ(by_curl.size(), 4u) << by_curl;
  EXPECT_EQ(json(by_curl.begin() + 1, by_curl.end()), entries);
  EXPECT_NE(entries[0]["name"], entries[1]["name"]);
  for (json& entry : entries) {
    for (const char* own : {"name", "time", "chainHash"}) entry.erase(own);
  }
  EXPECT_EQ(entries[0]["action"], "AUDIT_ACTION_READ");
  EXPECT_EQ(entries[0]["resource"], member);
  EXPECT_EQ(entries[0], entries[1]);
}

// As many writes as the door lets in wait for a disk that hangs, most of them by Connect.
TEST_F(HttpsPort, TooManyCallsAreRefusedAsAtGrpc) {
  const std::string path = "/aangan.node.v1.MemberService/CreateMember";
  node::v1::CreateMemberRequest request;
  *request.mutable_member() = tests::SomeMember();
  std::string body;
  AANGAN_CHECK(google::protobuf::util::MessageToJsonString(request, &body).ok());
  std::ofstream(folder_ / "hangs") << "hangs";
  std::vector<std::unique_ptr<HttpsConnection>> by_connect;
  for (int i = 0; i < 240; ++i) {
    by_connect.push_back(HttpsConnection::Open(Peer(absl::StrCat("127.0.0.", 2 + i / 60))));
    ASSERT_NE(by_connect.back(), nullptr);
    ASSERT_TRUE(by_connect.back()->Send(tests::Written(JsonCall(path, caseworker_, body))));
  }
  const auto channel = Channel();
  std::atomic<int> done{0}, refused{0};
  const auto count = [&](bool is_done) { ++(is_done ? done : refused); };
  std::vector<std::thread> by_grpc;
  for (int i = 0; i < 30; ++i) {
    by_grpc.emplace_back([&] {
      const auto status = tests::CallGenerically(channel, {path, caseworker_, request.SerializeAsString()}).status();
      count(status.ok());
      EXPECT_TRUE(status.ok() || HasReason(status, Reason::kTooMany)) << status;
    });
  }
  const std::string read = "/aangan.node.v1.OperatorService/GetStatus";
  absl::Status grpc;
  EXPECT_TRUE(tests::Eventually(absl::Seconds(20), [&] {
    grpc = tests::CallGenerically(Channel(), {read, steward_, ""}).status();
    return HasReason(grpc, Reason::kTooMany);
  })) << grpc;
  const HttpsAnswer curl = Curl(Peer(), JsonCall(read, steward_, "{}"));
  EXPECT_EQ(curl.status, 429);
  EXPECT_EQ(InWords(curl), InWords(grpc));
  EXPECT_TRUE(absl::IsResourceExhausted(grpc)) << grpc;
  std::filesystem::remove(folder_ / "hangs");
  for (const auto& connection : by_connect) {
    const auto answer = connection->Receive();
    ASSERT_TRUE(answer.has_value());
    count(answer->status == 200);
    EXPECT_TRUE(answer->status == 200 || answer->status == 429) << answer->body;
  }
  for (std::thread& each : by_grpc) each.join();
  EXPECT_GE(done, 250);  // a look at whether it is full may have been one of those let in
  EXPECT_EQ(InWords(Curl(Peer(), JsonCall(read, steward_, "{}"))), "OK");
}

TEST_F(HttpsPort, AFileComesInByCurlInBatchesAndEachRowOnce) {
  const std::string operators = tests::ReadAll(options_.data_folder + "/operator.token");
  json rows = json::array();
  for (int line = 2; line <= 4; ++line) {
    const std::string digest(32, static_cast<char>('a' + line));
    rows.push_back(
        {{"line", line},
         {"rowDigest", absl::Base64Escape(digest)},
         {"member",
          {{"birthYear", 1990}, {"gender", line == 3 ? "canary" : "woman"}, {"enrolmentQuarter", "2026Q1"}}}});
  }
  const auto take_in = [&](bool validate_only) {
    const json body = {{"mappingId", "curl"}, {"rows", rows}, {"validateOnly", validate_only}};
    json answer = Must("OperatorService/ImportBatch", operators, body);
    EXPECT_FALSE(absl::StrContains(answer.dump(), "canary"));
    EXPECT_EQ(answer["refusedRows"].size(), 1u) << answer;
    EXPECT_EQ(answer["refusedRows"][0]["line"], "3");
    EXPECT_EQ(answer["refusedRows"][0]["field"], "member.gender");
    EXPECT_EQ(answer["refusedRows"][0]["reason"], "UNKNOWN_CODE");
    return absl::StrCat(answer.value("addedRows", "0"), " added, ", answer.value("repeatedRows", "0"), " there");
  };
  EXPECT_EQ(take_in(true), "0 added, 0 there");
  EXPECT_EQ(take_in(false), "2 added, 0 there");
  EXPECT_EQ(take_in(false), "0 added, 2 there");
  EXPECT_EQ(
      Ask(JsonCall("/aangan.node.v1.OperatorService/ImportBatch", operators, std::string((256 << 10) + 1, ' '))).status,
      413);
}

TEST_F(HttpsPort, ABrowserSignsInAndAnotherSitesPageGetsNothingOfIt) {
  const std::string origin = "https://localhost";
  HttpsRequest sign_in{"POST",
                       "/sign-in",
                       {"Content-Type: application/json", "Origin: " + origin},
                       absl::StrCat(R"({"token": ")", caseworker_, R"("})")};
  const HttpsAnswer signed_in = Ask(sign_in);
  ASSERT_EQ(signed_in.status, 200) << signed_in.body;
  EXPECT_EQ(json::parse(signed_in.body)["role"], "caseworker");
  const std::string cookie = signed_in.headers.at("set-cookie");
  HttpsRequest list = JsonCall(kListMembers, "", "{}");
  list.headers.push_back("Cookie: " + cookie.substr(0, cookie.find(';')));
  EXPECT_EQ(Ask(list).status, 403);
  list.headers.push_back("Origin: https://evil.example");
  EXPECT_EQ(Ask(list).status, 403);
  list.headers.back() = "Origin: " + origin;
  EXPECT_EQ(Ask(list).status, 200);
  // The token ends, and with it what was signed in.
  const NodeClient steward = Steward();
  node::v1::ListTokensResponse tokens;
  ASSERT_THAT(steward.Call(*steward.access, &node::v1::AccessService::Stub::ListTokens, {}, &tokens), tests::IsOk());
  for (const node::v1::Token& token : tokens.tokens()) {
    if (token.role() != node::v1::ROLE_CASEWORKER) continue;
    node::v1::DeleteTokenRequest end;
    end.set_name(token.name());
    google::protobuf::Empty none;
    ASSERT_THAT(steward.Call(*steward.access, &node::v1::AccessService::Stub::DeleteToken, end, &none), tests::IsOk());
  }
  EXPECT_EQ(Ask(list).status, 401);
}

TEST_F(HttpsPort, ANameThatIsAScriptComesBackAsText) {
  const std::string name = "<script>alert(1)</script>";
  const HttpsAnswer made = Ask(JsonCall("/aangan.node.v1.MemberService/CreateMember", caseworker_,
                                        json{{"member",
                                              {{"birthYear", 1990},
                                               {"gender", "woman"},
                                               {"enrolmentQuarter", "2026Q1"},
                                               {"details", {{"fullName", name}}}}}}
                                            .dump()));
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.headers.at("content-type"), "application/json");
  EXPECT_EQ(made.headers.at("x-content-type-options"), "nosniff");
  EXPECT_FALSE(absl::StrContains(made.body, "<script"));
  EXPECT_EQ(json::parse(made.body)["details"]["fullName"], name);
}

TEST_F(HttpsPort, DescribesItsRpcsInTheWordsOfTheirProtos) {
  const json document = json::parse(Ask({"GET", "/openapi.json"}).body);
  EXPECT_EQ(document["paths"].size(), UnaryRpcs().size());
  for (const auto* method : UnaryRpcs()) {
    const std::string path = absl::StrCat("/", method->service()->full_name(), "/", method->name());
    ASSERT_TRUE(document["paths"].contains(path)) << path;
    EXPECT_FALSE(document["paths"][path]["post"].value("description", "").empty()) << path;
  }
}

}  // namespace
}  // namespace aangan
