// SPDX-License-Identifier: Apache-2.0
// Which rpcs a client may repeat by itself, as a gRPC service config: reads, and writes that carry a request_id, on
// UNAVAILABLE alone, with back-off. Every other rpc runs once, because its answer may be lost after it took effect.
//
// Source: gRPC service config (retryPolicy), gRFC A6. Threads: thread-safe. Errors: none.
#ifndef AANGAN_CLIENT_RETRIES_H_
#define AANGAN_CLIENT_RETRIES_H_

#include <string>

#include "google/protobuf/descriptor.h"

namespace aangan::client {

// A read by its name (Get, List, Search), or a write whose request has a request_id.
bool MayRepeat(const google::protobuf::MethodDescriptor& method);

// JSON for grpc::ChannelArguments: at most four tries, 0.2 s to 3 s apart. It names every rpc of a node and of a
// federation that may be repeated.
const std::string& RetryConfig();

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_RETRIES_H_
