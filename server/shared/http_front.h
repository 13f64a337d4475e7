// SPDX-License-Identifier: Apache-2.0
// The HTTPS front: HTTP/1.1 over TLS 1.3 for pages and for calls by the Connect protocol. It knows connections and
// heads, no rpc and no file: what a path means is said by the handlers that it is given.
//
// Hostile callers cost little: every phase of a connection has one deadline that nothing renews (handshake and head, 10
// s each; body 20 s; the wait for an answer 35 s; sending by its length; silence between requests `idle_max`); a head
// has at most 8 KiB, a body 256 KiB; so many connections are open from one address (of IPv6, one /64), and more are
// closed at once. When so many are open in all, a new one takes the place of one whose answer is neither being made nor
// sent: of the address that holds the most, one between requests first, the longest there. Where an answer is on its
// way on all of them, it is one whose client takes it in: else four addresses that read slowly kept everybody out. One
// thread serves all connections and never runs a handler; handlers run on bounded pools, calls on one of their own, so
// that slow ones hold up nothing else, and when a pool is full the answer is 503. After a request that was refused, or
// whose body was not read, the connection is closed. What a request brought is freed with its answer. Source of the
// limits: measured against httplib and Beast, docs/decisions/0023. Threads: thread-safe. Errors: UNAVAILABLE when the
// address can not be bound; INVALID_ARGUMENT (INVALID_FIELD) when it is no IP address and port, (BAD_CERTIFICATE) when
// key and certificate do not make a server.
#ifndef AANGAN_SERVER_SHARED_HTTP_FRONT_H_
#define AANGAN_SERVER_SHARED_HTTP_FRONT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/shared/http_page.h"
#include "server/shared/http_tls.h"

namespace aangan::server {

class HttpFront {
 public:
  struct Options {
    std::string listen = "127.0.0.1:0";  // IP address and port
    HttpTls::Files files;                // looked at again every `look_every`
    absl::Duration look_every = absl::Minutes(1);
    std::vector<std::string> names;  // host names that it answers to, beside localhost and what it listens on
    absl::Duration idle_max = absl::Seconds(60);
    size_t connections_max = 256;
    size_t connections_an_address_max = 64;
    // What may take long, by its path: answered on threads of its own. Empty: nothing is.
    std::function<bool(absl::string_view path)> is_call{};
    size_t call_threads = 6;
    size_t other_threads = 2;
    size_t waiting_max = 256;  // for either
  };
  // Until Serve everything is answered with 503, that it starts.
  static absl::StatusOr<std::unique_ptr<HttpFront>> Start(const Options& options);
  virtual ~HttpFront() = default;

  // From here on these answer: `routes` by exact path, `rest` everything else. What they use outlives Stop.
  virtual void Serve(HttpRoutes routes, HttpHandler rest) = 0;
  virtual std::string address() const = 0;  // bound, with its port
  // No new requests from here on; those under way get `grace`.
  virtual void Stop(absl::Duration grace) = 0;
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_HTTP_FRONT_H_
