// SPDX-License-Identifier: Apache-2.0
// An OpenAPI 3.1 document of the rpcs that HTTPS serves, written from their descriptors: every unary method as a POST
// in JSON, every message and enum as a schema in protobuf's JSON form. Comments of the protos are in it where the
// descriptors have them.
// Source: spec.openapis.org/oas/v3.1.0; protobuf.dev/programming-guides/json.
// Threads: pure.
#ifndef AANGAN_SERVER_SHARED_OPENAPI_H_
#define AANGAN_SERVER_SHARED_OPENAPI_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/descriptor.h"
#include "server/shared/door.h"

namespace aangan::server {

std::string OpenApiJson(absl::string_view title, const std::vector<const google::protobuf::MethodDescriptor*>& methods);

// Of the unary methods behind the door. `set` is a serialised FileDescriptorSet with comments and all imports, of this
// program's own protos.
std::string DescribeRpcs(absl::string_view title, const Door& door, absl::Span<const uint8_t> set);

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_OPENAPI_H_
