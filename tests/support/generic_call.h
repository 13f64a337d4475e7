// SPDX-License-Identifier: Apache-2.0
// Calls any rpc by its path with any bytes, as no generated stub would: for tests that walk descriptors.
// Threads: thread-safe.
#ifndef AANGAN_TESTS_SUPPORT_GENERIC_CALL_H_
#define AANGAN_TESTS_SUPPORT_GENERIC_CALL_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace aangan::tests {

struct GenericRequest {
  std::string path;   // "/package.Service/Method"
  std::string token;  // empty: none is sent
  std::string body;   // the message's bytes; of a client stream the one message
};
// The answer's bytes, or the status with our details as payloads.
absl::StatusOr<std::string> CallGenerically(const std::shared_ptr<grpc::Channel>& channel,
                                            const GenericRequest& request);

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_GENERIC_CALL_H_
