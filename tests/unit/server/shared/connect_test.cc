// SPDX-License-Identifier: Apache-2.0
// Connect's unary form before a real door: who may call and what comes back are the door's; codes, statuses of HTTP and
// details are those of the protocol; a body that is wrong is refused without a word of it.
#include "server/shared/connect.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/escaping.h"
#include "google/rpc/error_details.pb.h"
#include "server/shared/connect_error.h"
#include "tests/support/notice_door.h"

namespace aangan::server {
namespace {

using nlohmann::json;

constexpr char kService[] = "/aangan.node.v1.NoticeService/";

class ConnectTest : public ::testing::Test {
 protected:
  HttpRequest Request(const std::string& method, const std::string& body) const {
    HttpRequest request;
    request.method = "POST";
    request.path = kService + method;
    request.headers = {
        {"content-type", "application/json"}, {"host", "localhost"}, {"authorization", "Bearer " + notices_.Steward()}};
    request.peer_address = "127.0.0.1";
    request.body = body;
    return request;
  }
  HttpResponse Answer(const HttpRequest& request) const {
    HttpResponse answer;
    int times = 0;
    connect_.Answer(request, [&](HttpResponse response) {
      answer = std::move(response);
      ++times;
    });
    EXPECT_EQ(times, 1);
    return answer;
  }
  HttpResponse With(const std::string& header, const std::string& value) const {
    HttpRequest request = Request("ListNotices", "{}");
    request.headers[header] = value;
    return Answer(request);
  }
  void ExpectError(const HttpResponse& answer, int status, const std::string& code, const std::string& reason) const {
    EXPECT_EQ(answer.status, status) << answer.body;
    EXPECT_EQ(answer.content_type, "application/json");
    const json body = json::parse(answer.body);
    EXPECT_EQ(body["code"], code);
    ASSERT_FALSE(body["details"].empty());
    EXPECT_EQ(body["details"][0]["debug"]["reason"], reason) << answer.body;
  }

  // Mutable for the door's count of calls.
  mutable tests::NoticeDoor notices_;
  const Connect connect_{&notices_.door(), &notices_.clock()};
};

TEST_F(ConnectTest, AnswersInTheFormItWasAskedIn) {
  const HttpResponse in_json =
      Answer(Request("CreateNotice", R"({"notice": {"version": "1", "text": "नमस्ते", "purpose": 1}})"));
  EXPECT_EQ(in_json.status, 200);
  EXPECT_EQ(in_json.content_type, "application/json");
  const json body = json::parse(in_json.body);
  EXPECT_EQ(body["text"], "नमस्ते");
  EXPECT_EQ(body.count("language"), 0u);  // empty fields are left out

  node::v1::CreateNoticeRequest create;
  create.mutable_notice()->set_text("नमस्ते");
  HttpRequest request = Request("CreateNotice", create.SerializeAsString());
  request.headers["content-type"] = "application/proto";
  const HttpResponse in_binary = Answer(request);
  EXPECT_EQ(in_binary.content_type, "application/proto");
  node::v1::Notice notice;
  ASSERT_TRUE(notice.ParseFromString(in_binary.body));
  EXPECT_EQ(notice.text(), "नमस्ते");
}

TEST_F(ConnectTest, AHandlersErrorHasItsCodeAndDetails) {
  const HttpResponse answer = Answer(Request("GetNotice", R"({"name": "notices/x"})"));
  ExpectError(answer, 404, "not_found", "NOT_FOUND");
  const json details = json::parse(answer.body)["details"];
  bool has_fields = false;
  for (const json& detail : details) {
    const std::string value = detail["value"];
    EXPECT_EQ(value.find('='), std::string::npos);
    std::string bytes;
    ASSERT_TRUE(absl::Base64Unescape(value, &bytes));
    if (detail["type"] != "google.rpc.BadRequest") continue;
    google::rpc::BadRequest bad;
    ASSERT_TRUE(bad.ParseFromString(bytes));
    EXPECT_EQ(bad.field_violations(0).field(), "name");
    has_fields = true;
  }
  EXPECT_TRUE(has_fields);
}

TEST_F(ConnectTest, WhoMayNotIsRefusedAsAtGrpc) {
  HttpRequest request = Request("ListNotices", "{}");
  request.headers.erase("authorization");
  ExpectError(Answer(request), 401, "unauthenticated", "NO_CREDENTIAL");
  ExpectError(With("authorization", "Bearer aangan-x-y"), 401, "unauthenticated", "BAD_TOKEN");
  ExpectError(With("authorization", "Basic abc"), 401, "unauthenticated", "BAD_TOKEN");
  request = Request("CreateNotice", "{}");
  request.headers["authorization"] = "Bearer " + notices_.callers().TokenOf(Role::kCaseworker);
  ExpectError(Answer(request), 403, "permission_denied", "NOT_ALLOWED");
  ExpectError(Answer(Request("NoSuch", "{}")), 501, "unimplemented", "NOT_FOUND");
}

TEST_F(ConnectTest, WrongTokensAreAnsweredEverLater) {
  EXPECT_EQ(With("authorization", "Bearer aangan-x-y").delay, absl::ZeroDuration());
  HttpResponse answer;
  for (int i = 0; i < 100; ++i) answer = With("authorization", "Bearer aangan-x-y");
  EXPECT_GT(answer.delay, absl::Seconds(1));
  EXPECT_EQ(With("connect-timeout-ms", "1000").delay, absl::ZeroDuration());  // a right one is never slowed
}

TEST_F(ConnectTest, ABodyThatIsNoRequestIsRefusedWithoutAWordOfIt) {
  for (const std::string body :
       {"", "Zanary", R"({"Zanary": 1})", R"({"notice": {"text": 1.5, "version": "Zanary"}})",
        R"({"notice": {"createTime": "Zanary"}})", R"({"notice": {"purpose": "ZANARY"}})", R"({'notice': {}})",
        R"({"notice": {"text": "a", "text": "Zanary"}})", R"({"notice": {"createdBy": "a", "created_by": "Zanary"}})",
        "{\"notice\": {\"text\": \"Zanary\xff\"}}"}) {
    const HttpResponse answer = Answer(Request("CreateNotice", body));
    ExpectError(answer, 400, "invalid_argument", "INVALID_FIELD");
    EXPECT_EQ(answer.body.find("anary"), std::string::npos) << answer.body;
  }
  HttpRequest binary = Request("CreateNotice", "\xff\xff\xff");
  binary.headers["content-type"] = "application/proto";
  ExpectError(Answer(binary), 400, "invalid_argument", "INVALID_FIELD");
  EXPECT_EQ(Answer(Request("CreateNotice", "{}")).status, 200);  // each of them has left the door
}

TEST_F(ConnectTest, HeadersOfTheProtocolAreHeeded) {
  EXPECT_EQ(With("connect-protocol-version", "1").status, 200);
  ExpectError(With("connect-protocol-version", "2"), 400, "invalid_argument", "INVALID_FIELD");
  EXPECT_EQ(json::parse(With("connect-timeout-ms", "5000").body)["nextPageToken"], "5s");
  EXPECT_EQ(json::parse(With("connect-timeout-ms", "9999999999").body)["nextPageToken"], "30s");  // the door's ceiling
  for (const char* wrong : {"-1", "1.5", "99999999999", "x"})
    ExpectError(With("connect-timeout-ms", wrong), 400, "invalid_argument", "INVALID_FIELD");
  ExpectError(With("content-encoding", "gzip"), 501, "unimplemented", "INVALID_FIELD");
  EXPECT_EQ(With("content-encoding", "identity").status, 200);
}

TEST_F(ConnectTest, OtherFormsAndMethodsAreRefusedInWords) {
  for (const char* type :
       {"", "text/plain", "application/connect+json", "application/grpc-web", "multipart/form-data"}) {
    const HttpResponse answer = With("content-type", type);
    EXPECT_EQ(answer.status, 415) << type;
    EXPECT_FALSE(answer.body.empty());
  }
  EXPECT_EQ(With("content-type", "application/json; charset=utf-8").status, 200);
  HttpRequest get = Request("ListNotices", "");
  get.method = "GET";
  EXPECT_EQ(Answer(get).status, 405);
}

TEST(ConnectPathTest, HasAServiceAndAMethodAndNothingElse) {
  EXPECT_TRUE(Connect::IsRpc("/aangan.node.v1.NoticeService/ListNotices"));
  for (const char* other :
       {"/", "/sign-in", "/assets/a.js", "/a.b/", "/a.b/c/d", "/../etc", "/..%2fa/b", "//a.b", "/.a/b"})
    EXPECT_FALSE(Connect::IsRpc(other)) << other;
}

TEST(ConnectErrorTest, EachCodeHasItsNameAndStatus) {
  const std::map<absl::StatusCode, std::pair<std::string, int>> kTable = {
      {absl::StatusCode::kCancelled, {"canceled", 499}},
      {absl::StatusCode::kUnknown, {"unknown", 500}},
      {absl::StatusCode::kInvalidArgument, {"invalid_argument", 400}},
      {absl::StatusCode::kDeadlineExceeded, {"deadline_exceeded", 504}},
      {absl::StatusCode::kNotFound, {"not_found", 404}},
      {absl::StatusCode::kAlreadyExists, {"already_exists", 409}},
      {absl::StatusCode::kPermissionDenied, {"permission_denied", 403}},
      {absl::StatusCode::kResourceExhausted, {"resource_exhausted", 429}},
      {absl::StatusCode::kFailedPrecondition, {"failed_precondition", 400}},
      {absl::StatusCode::kAborted, {"aborted", 409}},
      {absl::StatusCode::kOutOfRange, {"out_of_range", 400}},
      {absl::StatusCode::kUnimplemented, {"unimplemented", 501}},
      {absl::StatusCode::kInternal, {"internal", 500}},
      {absl::StatusCode::kUnavailable, {"unavailable", 503}},
      {absl::StatusCode::kDataLoss, {"data_loss", 500}},
      {absl::StatusCode::kUnauthenticated, {"unauthenticated", 401}}};
  for (const auto& [code, expected] : kTable) {
    const HttpResponse answer = ConnectError(absl::Status(code, "words"));
    EXPECT_EQ(answer.status, expected.second) << expected.first;
    EXPECT_EQ(json::parse(answer.body)["code"], expected.first);
    EXPECT_EQ(json::parse(answer.body)["message"], "words");
  }
}

}  // namespace
}  // namespace aangan::server
