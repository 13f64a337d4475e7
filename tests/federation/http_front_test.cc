// SPDX-License-Identifier: Apache-2.0
// The HTTPS port of a real node: curl in JSON gets from every rpc what gRPC gives; whoever attacks the port keeps no
// honest caller waiting.
#include <gtest/gtest.h>

#include <atomic>
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
#include "google/rpc/error_details.pb.h"
#include "tests/support/command_line.h"
#include "tests/support/daemon_process.h"
#include "tests/support/generic_call.h"
#include "tests/support/https_client.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using nlohmann::json;
using tests::DaemonProcess;
using tests::HttpsConnection;
using tests::HttpsPeer;
using tests::HttpsRequest;
using tests::NodeClient;

constexpr char kListMembers[] = "/aangan.node.v1.MemberService/ListMembers";
constexpr char kNeighbour[] = "127.0.0.2";

class HttpsPort : public ::testing::Test {
 protected:
  HttpsPort() {
    options_ = tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder_.path());
    node_ = DaemonProcess::Start(options_);
    AANGAN_CHECK(node_ != nullptr);
    authority_ = options_.data_folder + "/tls/authority.pem";
    steward_ = tests::ReadAll(options_.data_folder + "/steward.token");
    caseworker_ = tests::TokenFor(Steward(), node::v1::ROLE_CASEWORKER);
  }
  NodeClient Steward() const {
    return NodeClient::OfFolder(node_->address("grpc"), options_.data_folder, "steward.token");
  }
  HttpsPeer Peer(const std::string& from = "127.0.0.1") const { return {node_->address("https"), authority_, from}; }
  // What curl prints: the body, the status of HTTP on a line of its own, and its exit code.
  std::string Curl(const std::string& path, const std::string& token, const std::string& body) const {
    std::ofstream(folder_ / "header") << (token.empty() ? "X: y" : "Authorization: Bearer " + token);
    std::ofstream(folder_ / "body") << body;
    const std::string port = node_->address("https").substr(node_->address("https").rfind(':'));
    return tests::Printed(absl::StrCat("curl --silent --show-error --cacert ", authority_, " --header @",
                                       folder_ / "header", " --header 'Content-Type: application/json' --data @",
                                       folder_ / "body", " --write-out '\\n%{http_code}\\n' https://localhost", port,
                                       path));
  }
  tests::HttpsAnswer Ask(const HttpsRequest& request) const {
    return tests::Ask(Peer(), request).value_or(tests::HttpsAnswer());
  }

  const tests::TempDir folder_;
  DaemonProcess::Options options_;
  std::unique_ptr<DaemonProcess> node_;
  std::string authority_;
  std::string steward_;
  std::string caseworker_;
};

// Every rpc of the node that is no stream.
std::vector<const google::protobuf::MethodDescriptor*> UnaryRpcs() {
  std::vector<const google::protobuf::MethodDescriptor*> methods;
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

// Code, reason and the fields at fault, in one form for both wires; "OK" for an answer.
std::string InShort(const absl::Status& status) {
  if (status.ok()) return "OK";
  std::string text = absl::StatusCodeToString(status.code());
  absl::StrAppend(&text, " ", ReasonOf(status));
  if (const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest")) {
    google::rpc::BadRequest bad;
    AANGAN_CHECK(bad.ParseFromString(std::string(*payload)));
    for (const auto& violation : bad.field_violations()) absl::StrAppend(&text, " ", violation.field());
  }
  return text;
}

// The same of what curl printed.
std::string InShort(const std::string& printed) {
  const size_t end = printed.rfind("\ncode ");
  const size_t status_at = printed.rfind('\n', end - 1);
  const std::string status = printed.substr(status_at + 1, end - status_at - 1);
  if (status == "200") return "OK";
  const json body = json::parse(printed.substr(0, status_at), nullptr, false);
  if (!body.is_object()) return printed;
  std::string text = absl::AsciiStrToUpper(body["code"].get<std::string>());
  std::string fields;
  for (const json& detail : body["details"]) {
    if (detail["type"] == "google.rpc.ErrorInfo")
      absl::StrAppend(&text, " ", detail["debug"]["reason"].get<std::string>());
    if (detail["type"] != "google.rpc.BadRequest") continue;
    google::rpc::BadRequest bad;
    std::string bytes;
    AANGAN_CHECK(absl::Base64Unescape(detail["value"].get<std::string>(), &bytes) && bad.ParseFromString(bytes));
    for (const auto& violation : bad.field_violations()) absl::StrAppend(&fields, " ", violation.field());
  }
  return text + fields;
}

TEST_F(HttpsPort, CurlInJsonGetsFromEveryRpcWhatGrpcGives) {
  const auto channel = tests::OpenChannel(node_->address("grpc"), {tests::ReadAll(authority_), "", ""});
  const auto rpcs = UnaryRpcs();
  ASSERT_GT(rpcs.size(), 60u);
  for (const std::string& token : {std::string(), caseworker_, steward_}) {
    for (const auto* method : rpcs) {
      const std::string path = absl::StrCat("/", method->service()->full_name(), "/", method->name());
      const std::string curl = Curl(path, token, "{}");
      const absl::Status grpc = tests::CallGenerically(channel, {path, token, ""}).status();
      EXPECT_EQ(InShort(curl), InShort(grpc)) << path << " " << curl;
    }
  }
}

TEST_F(HttpsPort, AFileComesInByCurlInBatchesAndEachRowOnce) {
  const std::string path = "/aangan.node.v1.OperatorService/ImportBatch";
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
    const std::string printed = Curl(path, operators, body.dump());
    EXPECT_FALSE(absl::StrContains(printed, "canary"));
    json answer = json::parse(printed.substr(0, printed.find("\n200\n")), nullptr, false);
    EXPECT_EQ(answer["refusedRows"].size(), 1u) << printed;
    EXPECT_EQ(answer["refusedRows"][0]["line"], "3");
    EXPECT_EQ(answer["refusedRows"][0]["field"], "member.gender");
    EXPECT_EQ(answer["refusedRows"][0]["reason"], "UNKNOWN_CODE");
    return absl::StrCat(answer.value("addedRows", "0"), " added, ", answer.value("repeatedRows", "0"), " there");
  };
  EXPECT_EQ(take_in(true), "0 added, 0 there");
  EXPECT_EQ(take_in(false), "2 added, 0 there");
  EXPECT_EQ(take_in(false), "0 added, 2 there");
  EXPECT_EQ(Ask(tests::JsonCall(path, operators, std::string((256 << 10) + 1, ' '))).status, 413);
}

// Asks again and again from another address, while the others do their worst.
class HonestCaller {
 public:
  explicit HonestCaller(const HttpsPeer& peer)
      : thread_([this, peer] {
          while (!over_) {
            const absl::Time begun = absl::Now();
            const auto answer = tests::Ask(peer, {"GET", "/openapi.json"});
            ++asked_;
            if (!answer || answer->status != 200) ++failed_;
            const int64_t took_ms = absl::ToInt64Milliseconds(absl::Now() - begun);
            if (took_ms > slowest_ms_) slowest_ms_ = took_ms;
          }
        }) {}
  ~HonestCaller() { End(); }
  void End() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int asked() const { return asked_; }
  int failed() const { return failed_; }
  absl::Duration slowest() const { return absl::Milliseconds(slowest_ms_.load()); }

 private:
  std::atomic<bool> over_{false};
  std::atomic<int> asked_{0};
  std::atomic<int> failed_{0};
  std::atomic<int64_t> slowest_ms_{0};
  std::thread thread_;
};

TEST_F(HttpsPort, WhoeverAttacksItKeepsNoHonestCallerWaiting) {
  HonestCaller honest(Peer(kNeighbour));
  const auto code = [this](const HttpsRequest& request) { return Ask(request).status; };
  const auto raw = [this](const std::string& bytes) {
    const auto connection = HttpsConnection::Open(Peer());
    if (connection == nullptr || !connection->Send(bytes)) return 0;
    const auto answer = connection->Receive();
    return answer ? answer->status : 0;
  };
  // Slow ones hold all that can be held: heads, and bodies that never come.
  std::vector<std::unique_ptr<HttpsConnection>> slow;
  for (int i = 0; i < 400; ++i) {
    auto connection = HttpsConnection::Open(Peer(absl::StrCat("127.0.0.", 3 + i / 100)));
    if (connection == nullptr) continue;
    connection->Send(i % 2 == 0 ? std::string("POST / HTTP/1.1\r\nHo")
                                : absl::StrCat("POST ", kListMembers, " HTTP/1.1\r\nHost: localhost\r\n",
                                               "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"));
    slow.push_back(std::move(connection));
  }
  EXPECT_GE(slow.size(), 256u);
  // Bodies that nobody reads, and what stands in them.
  const std::string smuggled = absl::StrCat("GET /secret HTTP/1.1\r\nHost: localhost\r\n\r\n");
  {
    const auto connection = HttpsConnection::Open(Peer());
    ASSERT_TRUE(connection->Send(absl::StrCat(
        "OPTIONS / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ", smuggled.size(), "\r\n\r\n", smuggled)));
    EXPECT_EQ(connection->Receive()->status, 405);
    EXPECT_FALSE(connection->Receive().has_value());
  }
  EXPECT_EQ(raw("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde"), 400);
  EXPECT_EQ(
      raw("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
      400);
  HttpsRequest two_tokens = tests::JsonCall(kListMembers, "aangan-x-y", "{}");
  two_tokens.headers.push_back("Authorization: Bearer " + caseworker_);
  EXPECT_EQ(code(two_tokens), 400);
  std::string headers;
  for (int i = 0; i < 100'000; ++i) absl::StrAppend(&headers, "X", i, ": y\r\n");
  raw(absl::StrCat("GET / HTTP/1.1\r\nHost: localhost\r\n", headers, "\r\n"));  // answered or broken off
  HttpsRequest packed = tests::JsonCall(kListMembers, caseworker_, "\x1f\x8b");
  packed.headers.emplace_back("Content-Encoding: gzip");
  EXPECT_EQ(code(packed), 501);
  for (const char* path : {"/../../etc/passwd", "/..%2f..%2fetc/passwd", "/assets/../../etc/passwd", "//etc/passwd",
                           "/%2e%2e/etc/passwd", "/steward.token", "/\\etc\\passwd"})
    EXPECT_EQ(code({"GET", path}), 404) << path;
  EXPECT_EQ(code({"GET", "/", {"Host: evil.example"}}), 421);
  EXPECT_EQ(code(tests::JsonCall(kListMembers, caseworker_, std::string(100'000, '['))), 400);
  slow.clear();
  honest.End();
  EXPECT_GT(honest.asked(), 5);
  EXPECT_EQ(honest.failed(), 0);
  EXPECT_LT(honest.slowest(), absl::Seconds(1));
  EXPECT_TRUE(node_->running());
}

TEST_F(HttpsPort, ABrowserSignsInAndAnotherSitesPageGetsNothingOfIt) {
  const std::string origin = "https://localhost";
  HttpsRequest sign_in{"POST",
                       "/sign-in",
                       {"Content-Type: application/json", "Origin: " + origin},
                       absl::StrCat(R"({"token": ")", caseworker_, R"("})")};
  const tests::HttpsAnswer signed_in = Ask(sign_in);
  ASSERT_EQ(signed_in.status, 200) << signed_in.body;
  EXPECT_EQ(json::parse(signed_in.body)["role"], "caseworker");
  const std::string cookie = signed_in.headers.at("set-cookie");
  HttpsRequest list = tests::JsonCall(kListMembers, "", "{}");
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
  const tests::HttpsAnswer made = Ask(tests::JsonCall("/aangan.node.v1.MemberService/CreateMember", caseworker_,
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
