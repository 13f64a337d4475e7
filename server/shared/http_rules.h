// SPDX-License-Identifier: Apache-2.0
// What the HTTPS front demands of the head of a request, and what it adds to each answer. Knows no socket.
//
// Refused in words: versions other than HTTP/1.1; methods other than GET, HEAD and POST; targets that are no path; host
// names other than the port's own, so that a page of another site can not reach it under a name of its own (DNS
// rebinding); a header of those that decide (Authorization, Cookie, Host, lengths, ...) that came twice; a length
// beside a transfer coding. Threads: pure, or constant after the constructor.
#ifndef AANGAN_SERVER_SHARED_HTTP_RULES_H_
#define AANGAN_SERVER_SHARED_HTTP_RULES_H_

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/shared/http_page.h"

namespace aangan::server {

// A head as it came.
struct HttpHead {
  std::string method;
  std::string target;
  bool is_version_1_1 = false;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case, in the order sent
};

// The names that a port answers to, whatever port number stands behind them.
class HostNames {
 public:
  // localhost, 127.0.0.1 and [::1], the address that is listened on ("192.0.2.7:7402"), and further ones: DNS names or
  // IP addresses.
  HostNames(absl::string_view listen, const std::vector<std::string>& further);
  // `host` is a header: "name" or "name:port".
  bool IsOwn(absl::string_view host) const;

 private:
  std::set<std::string> names_;
};

// The answer to a head that is not taken; none when it is. The connection is closed after such an answer.
std::optional<HttpResponse> Refusal(const HttpHead& head, const HostNames& names);
// The answer in words that a status of HTTP gets from the front itself.
HttpResponse InWords(int status, absl::string_view words);
// 405, in words: a path takes these methods alone.
HttpResponse WrongMethod(absl::string_view words, absl::string_view taken);
// The request without its body and peer. Of a head that was not refused. A header that came twice is left out, but for
// the two by which a proxy says for whom it asks: of those the first stays.
HttpRequest RequestOf(HttpHead head);

// A strict content security policy, no sniffing, no referrer, no frame, and, but for a host that is this machine
// itself, HTTPS alone for a year. No header lets another origin read an answer.
std::vector<std::pair<std::string, std::string>> SecurityHeaders(absl::string_view host);

// The request was made by a page of this very origin, as the browser says (Origin, or Sec-Fetch-Site where a browser
// sends no Origin). False when it says nothing.
bool IsFromOwnPage(const HttpRequest& request);

// The caller's socket is of this computer, and no proxy says that it hands on what somebody else sent. A tunnel says
// nothing: this stands beside a secret, never in the place of one.
bool IsFromThisComputer(const HttpRequest& request);

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_HTTP_RULES_H_
