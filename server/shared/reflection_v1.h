// SPDX-License-Identifier: Apache-2.0
// Server reflection, version 1, beside gRPC's own v1alpha: newer clients ask for v1 alone. Answers from the descriptors
// that are linked in; they are public and hold no data.
//
// Source: grpc.reflection.v1 (proto/grpc/reflection/v1). Threads: thread-safe.
#ifndef AANGAN_SERVER_SHARED_REFLECTION_V1_H_
#define AANGAN_SERVER_SHARED_REFLECTION_V1_H_

#include <memory>
#include <string>
#include <vector>

#include "grpcpp/grpcpp.h"

namespace aangan::server {

// `services` are the full names to list; health and reflection itself are added.
std::unique_ptr<grpc::Service> MakeReflectionV1(std::vector<std::string> services);

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_REFLECTION_V1_H_
