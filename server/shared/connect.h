// SPDX-License-Identifier: Apache-2.0
// The Connect protocol in its unary form, for every unary method behind the door: POST /package.Service/Method with
// application/json or application/proto, and the answer in the same. No route is written by hand: what the door serves
// is served here, by the same door, so that who calls, what she may do, limits and audit are those of gRPC.
//
// JSON is taken as RFC 8259 has it (strict_json.h) and as protobuf maps it; unknown fields are refused. Left out, and
// refused in words: streams (import by gRPC; progress is a resource that is asked again), GET (what is asked for would
// stand in logs), compressed bodies.
// Source: connectrpc.com/docs/protocol. Connect-Protocol-Version may be absent, so that curl works by hand.
// Threads: thread-safe. Errors: those of the door and of handlers; INVALID_ARGUMENT (INVALID_FIELD) for a body or
// header that does not parse, in our own words, because protobuf's quote the body; UNIMPLEMENTED for streams and
// compression; 405 and 415 of HTTP.
#ifndef AANGAN_SERVER_SHARED_CONNECT_H_
#define AANGAN_SERVER_SHARED_CONNECT_H_

#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "server/shared/door.h"
#include "server/shared/http_page.h"

namespace aangan::server {

class Connect {
 public:
  // Both outlive it.
  Connect(Door* door, const Clock* clock) : door_(door), clock_(clock) {}

  // The path has the form of an rpc's: "/package.Service/Method".
  static bool IsRpc(absl::string_view path);
  // Answers a path of this form, on the calling thread or later.
  void Answer(HttpRequest request, HttpReply reply) const;

 private:
  Door* const door_;
  const Clock* const clock_;
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_CONNECT_H_
