// SPDX-License-Identifier: Apache-2.0
// Rules of heads and answers.
#include "server/shared/http_rules.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace aangan::server {
namespace {

// Whoever reads one of two and somebody else the other are of two minds about the same request.
constexpr absl::string_view kOnce[] = {
    "authorization", "connect-protocol-version", "content-length", "connect-timeout-ms",
    "content-type",  "content-encoding",         "cookie",         "host",
    "origin",        "sec-fetch-site",           "expect",         "transfer-encoding"};
// By which proxies say for whom they ask. One before another adds a line of its own: that it came twice is no fault,
// and no reason to forget it.
constexpr absl::string_view kOfProxies[] = {"forwarded", "x-forwarded-for"};
constexpr absl::string_view kOwnNames[] = {"localhost", "127.0.0.1", "[::1]"};

// "name:port" without the port, in lower case.
std::string HostOf(absl::string_view host) {
  const size_t colon = host.rfind(':');
  const size_t bracket = host.rfind(']');
  if (colon != absl::string_view::npos && (bracket == absl::string_view::npos || colon > bracket)) {
    const absl::string_view port = host.substr(colon + 1);
    if (!std::all_of(port.begin(), port.end(), absl::ascii_isdigit)) return "";
    host = host.substr(0, colon);
  }
  return absl::AsciiStrToLower(host);
}

bool IsThisMachine(const std::string& name) {
  return std::find(std::begin(kOwnNames), std::end(kOwnNames), name) != std::end(kOwnNames);
}

}  // namespace

HostNames::HostNames(absl::string_view listen, const std::vector<std::string>& further) {
  for (const absl::string_view name : kOwnNames) names_.emplace(name);
  names_.insert(HostOf(listen));
  for (const std::string& name : further) {
    const bool is_ipv6 = absl::StrContains(name, ':') && !absl::StartsWith(name, "[");
    names_.insert(absl::AsciiStrToLower(is_ipv6 ? absl::StrCat("[", name, "]") : name));
  }
  names_.erase("");
}

bool HostNames::IsOwn(absl::string_view host) const { return names_.count(HostOf(host)) > 0; }

std::optional<HttpResponse> Refusal(const HttpHead& head, const HostNames& names) {
  if (!head.is_version_1_1) return InWords(505, "Only HTTP/1.1 is spoken here.");
  if (head.method != "GET" && head.method != "HEAD" && head.method != "POST") {
    return WrongMethod("Only GET, HEAD and POST are taken here.", "GET, HEAD, POST");
  }
  if (head.target.empty() || head.target[0] != '/')
    return InWords(400, "The target must be a path that begins with /.");
  std::map<absl::string_view, int> times;
  absl::string_view host, coding;
  for (const auto& [name, value] : head.headers) {
    ++times[name];
    if (name == "host") host = value;
    if (name == "transfer-encoding") coding = value;
  }
  for (const absl::string_view name : kOnce) {
    if (times[name] > 1) return InWords(400, absl::StrCat("The header ", name, " came more than once."));
  }
  if (times["content-length"] > 0 && times["transfer-encoding"] > 0)
    return InWords(400, "Content-Length and Transfer-Encoding exclude each other.");
  // Beast takes a body in any other coding as empty, and its bytes as the next request.
  if (times["transfer-encoding"] > 0 && !absl::EqualsIgnoreCase(coding, "chunked"))
    return InWords(400, "The only Transfer-Encoding that is taken is chunked.");
  if (!names.IsOwn(host)) {
    return InWords(421, "This is not a name of this server. Whoever runs it can add one to its settings.");
  }
  return std::nullopt;
}

HttpResponse InWords(int status, absl::string_view words) {
  HttpResponse response;
  response.status = status;
  response.body = absl::StrCat(words, "\n");
  return response;
}

HttpResponse WrongMethod(absl::string_view words, absl::string_view taken) {
  HttpResponse response = InWords(405, words);
  response.headers.emplace_back("Allow", taken);
  return response;
}

HttpRequest RequestOf(HttpHead head) {
  HttpRequest request;
  request.method = std::move(head.method);
  const size_t question = head.target.find('?');
  request.path = head.target.substr(0, question);
  if (question != std::string::npos) request.query = head.target.substr(question + 1);
  std::set<std::string> twice;
  for (auto& [name, value] : head.headers) {
    if (!request.headers.emplace(name, std::move(value)).second) twice.insert(name);
  }
  for (const absl::string_view name : kOfProxies) twice.erase(std::string(name));
  for (const std::string& name : twice) request.headers.erase(name);
  return request;
}

std::vector<std::pair<std::string, std::string>> SecurityHeaders(absl::string_view host) {
  std::vector<std::pair<std::string, std::string>> headers = {
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src "
       "'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
      {"Referrer-Policy", "no-referrer"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"}};
  if (!host.empty() && !IsThisMachine(HostOf(host)))
    headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
  return headers;
}

bool IsFromOwnPage(const HttpRequest& request) {
  const absl::string_view origin = request.Header("origin");
  if (!origin.empty()) return absl::EqualsIgnoreCase(origin, absl::StrCat("https://", request.Header("host")));
  return request.Header("sec-fetch-site") == "same-origin";
}

bool IsFromThisComputer(const HttpRequest& request) {
  const std::string& from = request.peer_address;
  const bool is_loopback = absl::StartsWith(from, "127.") || absl::StartsWith(from, "::ffff:127.") || from == "::1";
  return is_loopback && std::none_of(std::begin(kOfProxies), std::end(kOfProxies), [&](absl::string_view name) {
           return request.headers.count(std::string(name)) > 0;
         });
}

}  // namespace aangan::server
