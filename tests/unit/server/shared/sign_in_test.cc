// SPDX-License-Identifier: Apache-2.0
// Signing in: a token becomes a cookie that counts for this origin's pages alone, and opens nothing once the token has
// ended.
#include "server/shared/sign_in.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/shared/connect.h"
#include "tests/support/notice_door.h"

namespace aangan::server {
namespace {

constexpr char kHost[] = "localhost:7402";
constexpr char kOrigin[] = "https://localhost:7402";

class SignInTest : public ::testing::Test {
 protected:
  HttpRequest Request(const std::string& method, const std::string& body) const {
    HttpRequest request;
    request.method = method;
    request.headers = {{"host", kHost}, {"origin", kOrigin}};
    if (method == "POST") request.headers["content-type"] = "application/json";
    request.peer_address = "127.0.0.1";
    request.body = body;
    return request;
  }
  HttpResponse In(const HttpRequest& request) const {
    HttpResponse answer;
    sign_in_.In(request, [&](HttpResponse response) { answer = std::move(response); });
    return answer;
  }
  HttpResponse In(const std::string& token) const { return In(Request("POST", TokenBody(token))); }
  static std::string TokenBody(const std::string& token) { return absl::StrCat(R"({"token": ")", token, R"("})"); }
  // "name=value" of the cookie that was set; empty when none was.
  static std::string CookieOf(const HttpResponse& response) {
    for (const auto& [name, value] : response.headers) {
      if (name == "Set-Cookie") return value.substr(0, value.find(';'));
    }
    return "";
  }
  HttpRequest Rpc(const std::string& cookie) const {
    HttpRequest request = Request("POST", "{}");
    request.path = "/aangan.node.v1.NoticeService/ListNotices";
    request.headers["cookie"] = cookie;
    return request;
  }
  int Call(const HttpRequest& request) const {
    int status = 0;
    connect_.Answer(request, [&](const HttpResponse& response) { status = response.status; });
    return status;
  }

  mutable tests::NoticeDoor notices_;
  absl::Status EndToken(absl::string_view token) const {
    if (token == notices_.Steward()) notices_.callers().End(Role::kSteward);
    return ends_;
  }

  absl::Status ends_;
  const SignIn sign_in_{&notices_.door(), &notices_.callers(),
                        [this](absl::string_view token) { return EndToken(token); }};
  const Connect connect_{&notices_.door(), &notices_.clock()};
};

TEST_F(SignInTest, ATokenBecomesACookieThatOpensTheRpcs) {
  const HttpResponse answer = In(notices_.Steward());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(nlohmann::json::parse(answer.body)["role"], "steward");
  ASSERT_EQ(answer.headers.size(), 1u);
  const std::string& cookie = answer.headers[0].second;
  EXPECT_TRUE(absl::StartsWith(cookie, "__Host-aangan="));
  for (const char* rule : {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict", "; Max-Age=43200"})
    EXPECT_TRUE(absl::StrContains(cookie, rule)) << rule;
  EXPECT_FALSE(absl::StrContains(cookie, "Domain"));
  EXPECT_EQ(Call(Rpc(CookieOf(answer))), 200);
  EXPECT_EQ(Call(Rpc("other=1; " + CookieOf(answer) + "; more=2")), 200);
  EXPECT_EQ(Call(Rpc("other=1")), 401);
}

TEST_F(SignInTest, WhoIsSignedInIsTold) {
  HttpRequest who = Request("GET", "");
  EXPECT_EQ(In(who).status, 401);
  who.headers["cookie"] = CookieOf(In(notices_.Steward()));
  EXPECT_EQ(nlohmann::json::parse(In(who).body)["role"], "steward");
}

TEST_F(SignInTest, AnEndedTokenOpensNothingFromTheNextCallOn) {
  const std::string cookie = CookieOf(In(notices_.Steward()));
  ASSERT_EQ(Call(Rpc(cookie)), 200);
  notices_.callers().End(Role::kSteward);
  EXPECT_EQ(Call(Rpc(cookie)), 401);
}

TEST_F(SignInTest, TheCookieCountsForPagesOfThisOriginAlone) {
  const std::string cookie = CookieOf(In(notices_.Steward()));
  for (const char* origin : {"https://evil.example", "https://localhost:7403", "http://localhost:7402", "null",
                             "https://localhost:7402.evil.example", "https://localhost"}) {
    HttpRequest request = Rpc(cookie);
    request.headers["origin"] = origin;
    EXPECT_EQ(Call(request), 403) << origin;
  }
  HttpRequest silent = Rpc(cookie);
  silent.headers.erase("origin");
  EXPECT_EQ(Call(silent), 403);
  for (const char* site : {"cross-site", "same-site", "none", ""}) {
    silent.headers["sec-fetch-site"] = site;
    EXPECT_EQ(Call(silent), 403) << site;
  }
  silent.headers["sec-fetch-site"] = "same-origin";
  EXPECT_EQ(Call(silent), 200);
  // A header beside a cookie of another site's request changes nothing.
  HttpRequest both = Rpc(cookie);
  both.headers["origin"] = "https://evil.example";
  both.headers["authorization"] = "Bearer " + notices_.Steward();
  EXPECT_EQ(Call(both), 403);
  both.headers.erase("cookie");
  EXPECT_EQ(Call(both), 200);  // who knows the token may come from anywhere
}

TEST_F(SignInTest, AnotherSitesPageSignsNobodyIn) {
  HttpRequest request = Request("POST", TokenBody(notices_.Steward()));
  request.headers["origin"] = "https://evil.example";
  EXPECT_EQ(In(request).status, 403);
  request = Request("POST", TokenBody(notices_.Steward()));
  request.headers["content-type"] = "text/plain";  // what a form can send
  EXPECT_EQ(In(request).status, 400);
  EXPECT_EQ(CookieOf(In(request)), "");
}

TEST_F(SignInTest, WhatIsNoTokenIsRefusedAndNotRepeated) {
  for (const std::string body : {"", "{}", "[]", R"({"token": 1})", R"({"token": ""})", R"({"token": "a", "b": 1})",
                                 R"({"token": "a", "token": "b"})", R"({'token': 'a'})"}) {
    EXPECT_EQ(In(Request("POST", body)).status, 400) << body;
  }
  for (const std::string token : {"aangan-x-y", "Zanary; Domain=evil.example", "a\\r\\nSet-Cookie: b=c"}) {
    const HttpResponse answer = In(token);
    EXPECT_EQ(answer.status, 401) << token;
    EXPECT_EQ(CookieOf(answer), "");
    EXPECT_FALSE(absl::StrContains(answer.body, "Zanary"));
  }
}

TEST_F(SignInTest, GuessesAreAnsweredEverLater) {
  HttpResponse answer = In("aangan-x-y");
  EXPECT_EQ(answer.delay, absl::ZeroDuration());
  for (int i = 0; i < 100; ++i) answer = In("aangan-x-y");
  EXPECT_GT(answer.delay, absl::Seconds(1));
  EXPECT_EQ(In(notices_.Steward()).delay, absl::ZeroDuration());
}

TEST_F(SignInTest, SigningOutTakesTheCookieBack) {
  HttpResponse answer;
  const auto out = [&](const HttpRequest& request) {
    sign_in_.Out(request, [&](HttpResponse response) { answer = std::move(response); });
  };
  out(Request("POST", "{}"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(CookieOf(answer), "__Host-aangan=");
  EXPECT_TRUE(absl::StrContains(answer.headers[0].second, "Max-Age=0"));
  out(Request("GET", ""));
  EXPECT_EQ(answer.status, 405);
  HttpRequest elsewhere = Request("POST", "{}");
  elsewhere.headers["origin"] = "https://evil.example";
  out(elsewhere);
  EXPECT_EQ(answer.status, 403);
}

// A copy of the cookie, in a backup of the browser or on its wire, opens nothing more.
TEST_F(SignInTest, SigningOutEndsTheTokenFromTheNextCallOn) {
  const std::string cookie = CookieOf(In(notices_.Steward()));
  ASSERT_EQ(Call(Rpc(cookie)), 200);
  HttpResponse answer;
  const auto out = [&](const HttpRequest& request) {
    sign_in_.Out(request, [&](HttpResponse response) { answer = std::move(response); });
    return answer.status;
  };
  HttpRequest elsewhere = Request("POST", "{}");
  elsewhere.headers.erase("origin");
  elsewhere.headers["cookie"] = cookie;
  EXPECT_EQ(out(elsewhere), 403);
  EXPECT_EQ(Call(Rpc(cookie)), 200);
  HttpRequest own = Request("POST", "{}");
  own.headers["cookie"] = cookie;
  EXPECT_EQ(out(own), 200);
  EXPECT_EQ(CookieOf(answer), "__Host-aangan=");
  EXPECT_EQ(Call(Rpc(cookie)), 401);
  EXPECT_EQ(out(own), 200);  // again
}

TEST_F(SignInTest, ASignOutThatCanNotEndTheTokenSaysSoAndTakesTheCookieBack) {
  ends_ = Problem(absl::StatusCode::kUnavailable, Reason::kStopping, "Not now.");
  HttpRequest own = Request("POST", "{}");
  own.headers["cookie"] = CookieOf(In(notices_.Steward()));
  HttpResponse answer;
  sign_in_.Out(own, [&](HttpResponse response) { answer = std::move(response); });
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(CookieOf(answer), "__Host-aangan=");
}

TEST(PeerOfHttpsTest, IsWrittenAsGrpcWritesIt) {
  HttpRequest request;
  request.peer_port = 41234;
  request.peer_address = "192.0.2.7";
  EXPECT_EQ(PeerOf(request).address, "ipv4:192.0.2.7:41234");
  request.peer_address = "2001:db8::7";
  EXPECT_EQ(PeerOf(request).address, "ipv6:%5B2001:db8::7%5D:41234");
}

}  // namespace
}  // namespace aangan::server
