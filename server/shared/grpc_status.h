// SPDX-License-Identifier: Apache-2.0
// Between our Status and gRPC's, with google.rpc details in both directions. Details over 4 KiB are left out on the way
// out: gRPC loses a call whose details pass 8 KB.
// Threads: pure.
#ifndef AANGAN_SERVER_SHARED_GRPC_STATUS_H_
#define AANGAN_SERVER_SHARED_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace aangan::server {

grpc::Status ToGrpcStatus(const absl::Status& status);
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_GRPC_STATUS_H_
