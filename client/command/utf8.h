// SPDX-License-Identifier: Apache-2.0
// Is it UTF-8? Asked before text goes into a string field, where protobuf would refuse the whole message.
#ifndef AANGAN_CLIENT_COMMAND_UTF8_H_
#define AANGAN_CLIENT_COMMAND_UTF8_H_

#include "absl/strings/string_view.h"

namespace aangan::client {

// True for well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF). Threads: pure.
bool IsUtf8(absl::string_view text);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_UTF8_H_
