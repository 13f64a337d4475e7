// SPDX-License-Identifier: Apache-2.0
// The daemons' programs, which lie beside this one or on the PATH: this process goes on as one of them, or asks it
// something.
// Threads: one. Errors: FAILED_PRECONDITION (KEY_MISSING) when there is no such program.
#ifndef AANGAN_CLIENT_COMMAND_BECOME_H_
#define AANGAN_CLIENT_COMMAND_BECOME_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace aangan::client {

// `program`: "aangan-node". Returns only when it could not be started.
absl::Status Become(const std::string& program, const std::vector<std::string>& words);

struct Ended {
  int exit_code = 0;
  std::string printed;  // standard output and error
};
// Runs it to its end, with the environment of this process.
absl::StatusOr<Ended> RunToEnd(const std::string& program, const std::vector<std::string>& words);
// The same, where what it prints goes to standard error as it comes, also its questions; returns its exit code.
absl::StatusOr<int> RunAndHear(const std::string& program, const std::vector<std::string>& words);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_BECOME_H_
