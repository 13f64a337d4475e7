// SPDX-License-Identifier: Apache-2.0
// The gRPC front: the one room with grpcpp's server. Every method of every service behind the door becomes a raw
// callback of bytes into the door, built from descriptors; health and reflection alone stand beside it.
//
// TLS always. Limits: 1 MiB a message, 32 streams a connection, a resource quota, idle and age limits, no message
// compression. Handlers run on bounded pools of threads, because many of them wait: client streams for their client,
// calls for the disk or the federation. gRPC itself has few threads, two on a small machine; they take calls in, pass
// them through the door and answer those that it refuses, the watchdog's among them, whatever the handlers wait for.
// Threads: thread-safe. Errors: UNAVAILABLE when the address can not be bound; INVALID_ARGUMENT (BAD_CERTIFICATE) when
// key and certificate do not make a server.
#ifndef AANGAN_SERVER_SHARED_GRPC_FRONT_H_
#define AANGAN_SERVER_SHARED_GRPC_FRONT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "server/shared/door.h"

namespace aangan::server {

enum class ClientCertificate {
  kNone,      // enrolment: nobody has one yet
  kVerified,  // verified where one is shown
  kRequired,
};

class GrpcFront {
 public:
  struct Options {
    std::string listen = "127.0.0.1:0";
    // Files that are looked at again and again, so that a new pair counts without a restart: port_certificate.h.
    std::string certificate_path;  // with its chain
    std::string key_path;
    std::string client_authority_path;             // that client certificates are verified against
    absl::Duration look_every = absl::Minutes(1);  // whole seconds
    ClientCertificate client_certificate = ClientCertificate::kVerified;
    bool reflection = true;
    int stream_threads_max = 8;
    int call_threads = 8;
    absl::Duration idle_max = absl::Minutes(10);            // of a connection without calls; closed after once to twice
    absl::Duration connection_age_max = absl::Minutes(60);  // then the client opens another
  };
  // `door` and `clock` outlive the front; every Serve() came before.
  static absl::StatusOr<std::unique_ptr<GrpcFront>> Start(const Options& options, Door* door, const Clock* clock);
  virtual ~GrpcFront() = default;

  virtual std::string address() const = 0;  // bound, with its port
  // What grpc.health.v1.Health says of "" and of each service: NOT_SERVING until this is called with true.
  virtual void SetServing(bool serving) = 0;
  // No new calls from here on; those under way get `grace`.
  virtual void Stop(absl::Duration grace) = 0;
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_GRPC_FRONT_H_
