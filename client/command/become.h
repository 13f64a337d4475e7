// SPDX-License-Identifier: Apache-2.0
// Becoming a daemon: this process goes on as the program that lies beside it, or on the PATH.
// Threads: one. Errors: FAILED_PRECONDITION (KEY_MISSING) when there is no such program.
#ifndef AANGAN_CLIENT_COMMAND_BECOME_H_
#define AANGAN_CLIENT_COMMAND_BECOME_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace aangan::client {

// `program`: "aangan-node". Returns only when it could not be started.
absl::Status Become(const std::string& program, const std::vector<std::string>& words);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_BECOME_H_
