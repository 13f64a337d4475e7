// SPDX-License-Identifier: Apache-2.0
// The enrolment port, open only while somebody is expected: from the making of a join token until each was used or has
// ended. It is the one port that asks for no client certificate, so it should not stand open for longer.
//
// Threads: thread-safe. Errors: UNAVAILABLE when the address can not be bound.
#ifndef AANGAN_SERVER_FEDERATION_ENROLMENT_PORT_H_
#define AANGAN_SERVER_FEDERATION_ENROLMENT_PORT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "server/federation/join_tokens.h"
#include "server/shared/grpc_front.h"

namespace aangan::federation {

class EnrolmentPort {
 public:
  // What is called with the bound address whenever the port opens, and with "" when it has closed.
  using Told = std::function<absl::Status(const std::string& address)>;

  // All outlive it. `door` serves EnrolmentService alone.
  EnrolmentPort(server::GrpcFront::Options options, server::Door* door, const JoinTokens* tokens, const Clock* clock,
                Told told)
      : options_(std::move(options)), door_(door), tokens_(tokens), clock_(clock), told_(std::move(told)) {}

  // Opens or closes it as the tokens say.
  absl::Status Follow();
  std::string address() const;  // empty while it is closed
  void Stop();

 private:
  server::GrpcFront::Options options_ ABSL_GUARDED_BY(mutex_);  // its port is kept once one was bound
  server::Door* const door_;
  const JoinTokens* const tokens_;
  const Clock* const clock_;
  const Told told_;
  mutable absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<server::GrpcFront> front_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_ENROLMENT_PORT_H_
