// SPDX-License-Identifier: Apache-2.0
// Browsers at a federation's HTTPS port: they need no certificate, but a token of their own that an app made, which
// reads, ends with signing out, after twelve hours and with its app; whatever needed a certificate needs it still. And
// curl in JSON gets from every rpc what gRPC gives.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status.h"
#include "tests/federation/role_rules.h"
#include "tests/support/curl_call.h"
#include "tests/support/daemon_process.h"
#include "tests/support/federation_client.h"
#include "tests/support/generic_call.h"
#include "tests/support/https_client.h"
#include "tests/support/lone_federation.h"
#include "tests/support/node_client.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using nlohmann::json;
using tests::DaemonProcess;
using tests::FederationClient;
using tests::HttpsPeer;
using tests::InWords;

constexpr char kListRounds[] = "/aangan.federation.v1.RoundService/ListRounds";
constexpr char kListApps[] = "/aangan.federation.v1.AppService/ListApps";
constexpr char kCreateBrowserToken[] = "/aangan.federation.v1.AppService/CreateBrowserToken";
constexpr char kParent[] = R"({"parent": "rosters/india"})";

class Browser : public ::testing::Test {
 protected:
  Browser() {
    options_ = tests::LoneFederation(AANGAN_FEDERATION_UNDER_TEST, folder_.path());
    federation_ = DaemonProcess::Start(options_);
    AANGAN_CHECK(federation_ != nullptr);
    staff_token_ = Staff("token");
  }
  std::string Staff(const std::string& file) const {
    return tests::ReadAll(absl::StrCat(options_.data_folder, "/staff/", file));
  }
  // Of the staff's app, by gRPC, with its certificate.
  absl::StatusOr<std::string> Token() const {
    const auto staff = FederationClient::OfStaff(federation_->address("grpc"), options_.data_folder);
    federation::v1::CreateBrowserTokenRequest request;
    request.set_parent("rosters/india");
    federation::v1::CreateBrowserTokenResponse made;
    RETURN_IF_ERROR(staff.Call(*staff.apps, &federation::v1::AppService::Stub::CreateBrowserToken, request, &made));
    return made.secret();
  }
  int Call(const std::string& path, const std::string& token, bool with_certificate = false) const {
    HttpsPeer peer{federation_->address("https"), options_.data_folder + "/staff/authority.pem"};
    if (with_certificate) {
      peer.certificate_path = options_.data_folder + "/staff/certificate.pem";
      peer.key_path = options_.data_folder + "/staff/key.pem";
    }
    const auto answer = tests::Ask(peer, tests::JsonCall(path, token, kParent));
    return answer ? answer->status : 0;
  }

  const tests::TempDir folder_;
  DaemonProcess::Options options_;
  std::unique_ptr<DaemonProcess> federation_;
  std::string staff_token_;
};

TEST_F(Browser, ReadsWithATokenOfItsOwnAndDoesNothingElse) {
  const auto token = Token();
  ASSERT_THAT(token.status(), tests::IsOk());
  EXPECT_EQ(Call(kListRounds, *token), 200);
  EXPECT_EQ(Call(kListApps, *token), 403);            // a steward's and an auditor's
  EXPECT_EQ(Call(kCreateBrowserToken, *token), 403);  // it makes no others
  EXPECT_EQ(Call(kListRounds, ""), 401);
  EXPECT_EQ(Call(kListRounds, "aangan-x-y"), 401);
  // Signing in trades it for a cookie.
  const HttpsPeer peer{federation_->address("https"), options_.data_folder + "/staff/authority.pem"};
  const auto signed_in = tests::Ask(
      peer, {"POST", "/sign-in", {"Content-Type: application/json"}, absl::StrCat(R"({"token": ")", *token, R"("})")});
  ASSERT_TRUE(signed_in.has_value());
  EXPECT_EQ(json::parse(signed_in->body)["role"], "analyst");
}

// Who is nobody, the staff's app with its certificate, and a browser that has signed in, which reads as an analyst
// does.
TEST_F(Browser, CurlInJsonGetsFromEveryRpcWhatGrpcGives) {
  const auto channel =
      tests::OpenChannel(federation_->address("grpc"), FederationClient::StaffTls(options_.data_folder));
  const HttpsPeer browser{federation_->address("https"), options_.data_folder + "/staff/authority.pem"};
  HttpsPeer app = browser;
  app.certificate_path = options_.data_folder + "/staff/certificate.pem";
  app.key_path = options_.data_folder + "/staff/key.pem";
  const auto token = Token();
  ASSERT_THAT(token.status(), tests::IsOk());
  const auto signed_in = tests::Ask(
      browser,
      {"POST", "/sign-in", {"Content-Type: application/json"}, absl::StrCat(R"({"token": ")", *token, R"("})")});
  ASSERT_TRUE(signed_in.has_value() && signed_in->status == 200);
  const std::string cookie = signed_in->headers.at("set-cookie");
  int rpcs = 0;
  for (const auto* service : tests::ServicesOf("aangan.federation.v1")) {
    for (int i = 0; i < service->method_count(); ++i) {
      const auto& method = *service->method(i);
      if (tests::RolesByHand(method).contains("nobody")) continue;  // on a port of its own, by gRPC alone
      const std::string path = tests::PathOf(method);
      ++rpcs;
      const auto nobody = tests::CallGenerically(channel, {path, "", ""}).status();
      EXPECT_EQ(InWords(tests::Curl(app, tests::JsonCall(path, "", "{}"))), InWords(nobody)) << path;
      const auto steward = tests::CallGenerically(channel, {path, staff_token_, ""}).status();
      EXPECT_EQ(InWords(tests::Curl(app, tests::JsonCall(path, staff_token_, "{}"))), InWords(steward)) << path;
      tests::HttpsRequest page = tests::JsonCall(path, "", "{}");
      page.headers.push_back("Origin: https://localhost" + browser.address.substr(browser.address.rfind(':')));
      page.headers.push_back("Cookie: " + cookie.substr(0, cookie.find(';')));
      const std::string read = InWords(tests::Curl(browser, page));
      if (path == kCreateBrowserToken) continue;  // it makes no others
      if (tests::RolesByHand(method).contains("analyst")) {
        EXPECT_EQ(read, InWords(steward)) << path;
      } else {
        EXPECT_TRUE(absl::StartsWith(read, "PERMISSION_DENIED The role of this token may not do this."))
            << path << read;
      }
    }
  }
  EXPECT_GE(rpcs, 36);
}

TEST_F(Browser, AnAppsOwnTokenNeedsItsCertificateStill) {
  EXPECT_EQ(Call(kListRounds, staff_token_), 401);
  EXPECT_EQ(Call(kListRounds, staff_token_, true), 200);
  EXPECT_EQ(Call(kListApps, staff_token_, true), 200);
  // And gRPC's port lets nobody in without one, whatever the token.
  const auto token = Token();
  ASSERT_THAT(token.status(), tests::IsOk());
  const auto bare = tests::OpenChannel(federation_->address("grpc"), {Staff("authority.pem"), "", ""});
  EXPECT_TRUE(absl::IsUnavailable(tests::CallGenerically(bare, {kListRounds, *token, ""}).status()));
  const auto staff = tests::OpenChannel(federation_->address("grpc"), FederationClient::StaffTls(options_.data_folder));
  EXPECT_TRUE(absl::IsUnauthenticated(tests::CallGenerically(staff, {kListRounds, *token, ""}).status()));
}

TEST_F(Browser, ATokenEndsAfterTwelveHours) {
  const auto token = Token();
  ASSERT_THAT(token.status(), tests::IsOk());
  std::ofstream(folder_ / "clock") << absl::ToInt64Seconds(absl::Hours(11));
  EXPECT_EQ(Call(kListRounds, *token), 200);
  std::ofstream(folder_ / "clock") << absl::ToInt64Seconds(absl::Hours(13));
  EXPECT_EQ(Call(kListRounds, *token), 401);
}

TEST_F(Browser, SigningOutEndsTheTokenFromTheNextCallOnAndNoOther) {
  const auto token = Token(), other = Token();
  ASSERT_THAT(token.status(), tests::IsOk());
  ASSERT_THAT(other.status(), tests::IsOk());
  ASSERT_EQ(Call(kListRounds, *token), 200);
  const HttpsPeer peer{federation_->address("https"), options_.data_folder + "/staff/authority.pem"};
  const auto sign_out = [&](const std::string& cookie) {
    const auto answer = tests::Ask(peer, {"POST",
                                          "/sign-out",
                                          {"Content-Type: application/json", "Origin: https://localhost",
                                           absl::StrCat("Cookie: __Host-aangan=", cookie)},
                                          "{}"});
    return answer ? answer->status : 0;
  };
  EXPECT_EQ(sign_out(token->substr(0, token->size() - 1) + (token->back() == 'a' ? "b" : "a")), 200);
  EXPECT_EQ(Call(kListRounds, *token), 200);  // who knows the id alone ends nothing
  EXPECT_EQ(sign_out(*token), 200);
  EXPECT_EQ(Call(kListRounds, *token), 401);
  EXPECT_EQ(Call(kListRounds, *other), 200);
  EXPECT_EQ(sign_out(*token), 200);
}

TEST_F(Browser, AnAppHasEightTokensAndTheOldestGoes) {
  std::vector<std::string> tokens;
  for (int i = 0; i < 9; ++i) {
    auto token = Token();
    ASSERT_THAT(token.status(), tests::IsOk());
    tokens.push_back(*std::move(token));
  }
  EXPECT_EQ(Call(kListRounds, tokens[0]), 401);
  for (int i = 1; i < 9; ++i) EXPECT_EQ(Call(kListRounds, tokens[i]), 200) << i;
}

}  // namespace
}  // namespace aangan
