// SPDX-License-Identifier: Apache-2.0
// A channel to a node or a federation, with what every call needs: TLS verified against a pinned authority, a token, a
// deadline, retries (client/retries.h), keep-alive, errors turned back into our Status with its details.
//
// Threads: thread-safe once made.
// Errors: KEY_MISSING when a file is not there or readable; what the server says otherwise.
#ifndef AANGAN_CLIENT_CHANNEL_H_
#define AANGAN_CLIENT_CHANNEL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"

namespace aangan::client {

// Where to call and with what. Paths are files; `certificate` and `key` go together and may be empty at a node.
struct Endpoint {
  std::string address;  // host:port
  std::string authority_file;
  std::string certificate_file;
  std::string key_file;
  std::string token_file;
};

class Channel {
 public:
  static absl::StatusOr<std::unique_ptr<Channel>> Open(const Endpoint& endpoint);

  const std::shared_ptr<grpc::Channel>& grpc() const { return channel_; }
  const std::string& address() const { return address_; }
  // Puts token and deadline into the context of a call.
  void Prepare(grpc::ClientContext& context, absl::Duration deadline) const;

  // One unary call by a stub's method: `Call(stub.get(), &Stub::GetMember, request)`.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(Stub* stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request, absl::Duration deadline = absl::Seconds(30)) const {
    grpc::ClientContext context;
    Prepare(context, deadline);
    Response response;
    grpc::Status status = (stub->*method)(&context, request, &response);
    if (!status.ok()) return FromGrpc(status);
    return response;
  }

  // A gRPC status with its google.rpc details as payloads, as base/problem makes them.
  static absl::Status FromGrpc(const grpc::Status& status);

 private:
  Channel() = default;
  std::shared_ptr<grpc::Channel> channel_;
  std::string address_;
  std::string token_;
};

// A random UUID (RFC 9562, version 4) for request_id.
std::string NewRequestId();
// A random id for a new record: 128 bits as 26 characters of lower-case base32.
std::string NewRecordId();

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_CHANNEL_H_
