// SPDX-License-Identifier: Apache-2.0
// What to do about an error, by its reason: the "fix" of errors as JSON, for programs that show it to people.
// Threads: pure.
#ifndef AANGAN_CLIENT_COMMAND_FIXES_H_
#define AANGAN_CLIENT_COMMAND_FIXES_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace aangan::client {

// `reason` as on the wire, "STALE_ETAG"; by the code where there is none, or one that this program is too old to know.
const char* FixOf(absl::string_view reason, absl::StatusCode code);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_FIXES_H_
