// SPDX-License-Identifier: Apache-2.0
// What the HTTPS front hands to whoever answers a path that is not an rpc (pages, sign-in, probes, metrics), and what
// it wants back. Knows nothing of the library behind the front.
//
// A handler is given to the front in a table of exact paths (HttpRoutes); one more answers every other path. Each runs
// on a thread of the front's bounded pools, never on the thread that serves connections, and may take its time, but at
// most the front's deadline of an answer (35 s). It calls `reply` exactly once, on any thread, also after it has
// returned. Reply by value: nothing of the request needs to outlive the call. The front has already refused what is not
// HTTP/1.1 as it should be, other host names, and heads and bodies that are too long; it adds the security headers,
// Content-Length, and leaves the body out of the answer to HEAD. Threads: values; handlers run side by side and are
// thread-safe. Errors: statuses of HTTP; a handler that answers with text says nothing of what the caller sent.
#ifndef AANGAN_SERVER_SHARED_HTTP_PAGE_H_
#define AANGAN_SERVER_SHARED_HTTP_PAGE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace aangan::server {

struct HttpRequest {
  std::string method;                          // "GET", as sent
  std::string path;                            // "/livez": the target up to the "?", not decoded
  std::string query;                           // after the "?", not decoded; "" without one
  std::map<std::string, std::string> headers;  // by lower-case name; one that came twice is not here
  std::string peer_address;                    // "192.0.2.7" or "2001:db8::7": from the socket
  uint16_t peer_port = 0;
  std::string peer_certificate_pem;               // verified by the wire; empty when none was shown
  std::shared_ptr<const std::atomic<bool>> gone;  // true once the caller has hung up
  std::string body;

  // By lower-case name; empty when absent.
  absl::string_view Header(absl::string_view name) const {
    const auto found = headers.find(std::string(name));
    return found == headers.end() ? absl::string_view() : absl::string_view(found->second);
  }
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::shared_ptr<const std::string> shared_body;            // in place of `body`, for bytes that many answers share
  std::vector<std::pair<std::string, std::string>> headers;  // further ones; the front adds its own
  absl::Duration delay = absl::ZeroDuration();  // the front waits so long before it sends: guesses are slowed down
};

using HttpReply = std::function<void(HttpResponse)>;
using HttpHandler = std::function<void(HttpRequest, HttpReply)>;
// By exact path ("/livez", "/metrics"). The handler looks at the method itself, so that it can refuse in words.
using HttpRoutes = std::map<std::string, HttpHandler>;

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_HTTP_PAGE_H_
