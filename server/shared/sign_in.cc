// SPDX-License-Identifier: Apache-2.0
// Signing in to a page.
#include "server/shared/sign_in.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/problem.h"
#include "base/secret.h"
#include "base/status.h"
#include "server/shared/connect_error.h"
#include "server/shared/http_rules.h"
#include "server/shared/strict_json.h"

namespace aangan::server {
namespace {

constexpr char kCookie[] = "__Host-aangan";
constexpr char kRules[] = "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=";
constexpr int64_t kCookieSeconds = 12 * 3600;
constexpr size_t kTokenBytesMax = 1024;

absl::Status FromElsewhere() {
  return Problem(absl::StatusCode::kPermissionDenied, Reason::kNotAllowed,
                 "Only pages of this server may do this. Programs send the token as: authorization: Bearer ...");
}

absl::Status NotOfThisForm() {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                 "Send JSON, as application/json: {\"token\": \"aangan-...\"}.")
      .Field("token", "must be the text of a token");
}

// A page of another site can send a form or a plain text without asking first, but no JSON.
bool IsJson(const HttpRequest& request) {
  const absl::string_view type = request.Header("content-type");
  return absl::StripSuffix(type.substr(0, type.find(';')), " ") == "application/json" &&
         request.Header("content-encoding").empty();
}

bool SaysElsewhere(const HttpRequest& request) {
  return (!request.Header("origin").empty() || !request.Header("sec-fetch-site").empty()) && !IsFromOwnPage(request);
}

HttpResponse Json(std::string text) {
  HttpResponse response;
  response.content_type = "application/json";
  response.body = std::move(text);
  return response;
}

HttpResponse RoleJson(const Caller& caller) {
  return Json(nlohmann::json{{"role", std::string(RoleName(caller.role))}}.dump());
}

absl::StatusOr<std::string> TokenIn(const HttpRequest& request) {
  if (!IsJson(request) || !CheckJson(request.body).ok()) return NotOfThisForm();
  nlohmann::json body = nlohmann::json::parse(request.body, nullptr, false);
  if (!body.is_object() || body.size() != 1 || !body.contains("token") || !body["token"].is_string())
    return NotOfThisForm();
  std::string& text = body["token"].get_ref<std::string&>();
  std::string token(absl::StripAsciiWhitespace(text));
  Wipe(text);
  // It becomes a part of a header: what is no token never gets there, whatever the book of tokens says.
  const bool is_plain = token.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567-") == std::string::npos;
  if (token.empty() || token.size() > kTokenBytesMax) return NotOfThisForm();
  if (!is_plain) token = "-";
  return token;
}

}  // namespace

absl::StatusOr<std::string> CredentialOf(const HttpRequest& request) {
  std::string shown;
  for (const absl::string_view each : absl::StrSplit(request.Header("cookie"), "; ", absl::SkipEmpty())) {
    absl::string_view token = each;
    if (absl::ConsumePrefix(&token, absl::StrCat(kCookie, "="))) shown = absl::StrCat("Bearer ", token);
  }
  if (!shown.empty() && !IsFromOwnPage(request)) return FromElsewhere();
  const absl::string_view header = request.Header("authorization");
  return header.empty() ? shown : std::string(header);
}

Peer PeerOf(const HttpRequest& request) {
  Peer peer;
  peer.wire = Peer::Wire::kHttp;
  // Written as gRPC writes it, so that a caller's wrong guesses count together at both ports.
  const bool is_ipv6 = absl::StrContains(request.peer_address, ':');
  peer.address = is_ipv6 ? absl::StrCat("ipv6:%5B", request.peer_address, "%5D:", request.peer_port)
                         : absl::StrCat("ipv4:", request.peer_address, ":", request.peer_port);
  peer.certificate_pem = request.peer_certificate_pem;
  return peer;
}

HttpResponse SignIn::Refused(const HttpRequest& request, const absl::Status& status) const {
  HttpResponse response = ConnectError(status);
  response.delay = door_->RefuseAfter(PeerOf(request), status);
  return response;
}

HttpResponse SignIn::Trade(const HttpRequest& request) const {
  if (SaysElsewhere(request)) return Refused(request, FromElsewhere());
  absl::StatusOr<std::string> token = TokenIn(request);
  if (!token.ok()) return Refused(request, token.status());
  const absl::StatusOr<Caller> caller = callers_->Identify(PeerOf(request), *token);
  if (!caller.ok()) return Refused(request, caller.status());
  HttpResponse response = RoleJson(*caller);
  response.headers.emplace_back("Set-Cookie", absl::StrCat(kCookie, "=", *token, kRules, kCookieSeconds));
  Wipe(*token);
  return response;
}

HttpResponse SignIn::Who(const HttpRequest& request) const {
  absl::StatusOr<std::string> shown = CredentialOf(request);
  if (!shown.ok()) return Refused(request, shown.status());
  absl::string_view token = *shown;
  absl::ConsumePrefix(&token, "Bearer ");
  const absl::StatusOr<Caller> caller = callers_->Identify(PeerOf(request), token);
  if (!caller.ok()) return Refused(request, caller.status());
  if (caller->role == Role::kNobody) {
    return Refused(request, Problem(absl::StatusCode::kUnauthenticated, Reason::kNoCredential,
                                    "Nobody is signed in. Sign in with a token."));
  }
  return RoleJson(*caller);
}

void SignIn::In(const HttpRequest& request, const HttpReply& reply) const {
  reply(request.method == "POST" ? Trade(request) : Who(request));
}

void SignIn::Out(const HttpRequest& request, const HttpReply& reply) const {
  if (request.method != "POST") return reply(WrongMethod("Sign out by POST.", "POST"));
  if (SaysElsewhere(request)) return reply(Refused(request, FromElsewhere()));
  const absl::StatusOr<std::string> shown = CredentialOf(request);
  if (!shown.ok()) return reply(Refused(request, shown.status()));
  absl::string_view token = *shown;
  absl::ConsumePrefix(&token, "Bearer ");
  absl::Status ended;
  if (end_token_ && !token.empty()) ended = end_token_(token);
  HttpResponse response = ended.ok() ? Json("{}") : ConnectError(ended);
  response.headers.emplace_back("Set-Cookie", absl::StrCat(kCookie, "=", kRules, 0));
  reply(std::move(response));
}

}  // namespace aangan::server
