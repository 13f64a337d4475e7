// SPDX-License-Identifier: Apache-2.0
// Whether a text is JSON as RFC 8259 has it, before a more generous parser reads it: protobuf 3.21 takes single quotes,
// bare keys and trailing commas, and of two equal keys the last.
// Threads: pure. Bounds: kJsonDepthMax objects and lists inside one another.
// Errors: INVALID_ARGUMENT (INVALID_FIELD), with the byte at which it stops being JSON; never a part of the text.
#ifndef AANGAN_SERVER_SHARED_STRICT_JSON_H_
#define AANGAN_SERVER_SHARED_STRICT_JSON_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace aangan::server {

inline constexpr int kJsonDepthMax = 32;

// Also refuses a key that stands twice in an object; "displayName" and "display_name" are the same to protobuf.
absl::Status CheckJson(absl::string_view text);

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_STRICT_JSON_H_
