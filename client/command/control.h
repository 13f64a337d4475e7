// SPDX-License-Identifier: Apache-2.0
// Orders to the node on this computer, over the socket in its folder (server/node/control_socket.h has their form), and
// secrets asked of who sits here.
// Threads: one thread. Errors: UNAVAILABLE (NO_LINK) when no node answers; what the node says; INVALID_ARGUMENT
// (INVALID_FIELD) when standard input is at its end; FAILED_PRECONDITION (KEY_MISSING) when the memory for a secret can
// not be locked. An empty line is an answer.
#ifndef AANGAN_CLIENT_COMMAND_CONTROL_H_
#define AANGAN_CLIENT_COMMAND_CONTROL_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "base/secret.h"

namespace aangan::client {

// The numbers of server/node/control_socket.h.
enum class Order : uint8_t {
  kUnlock = 1,
  kLock = 2,
  kChangeKeyLock = 3,
  kSplitKey = 4,
  kRehearse = 5,
  kRecover = 6,
  kSetupCode = 7
};

// What the node gives back; empty for most orders.
absl::StatusOr<SecretBytes> GiveOrder(const std::string& folder, Order order, const SecretBytes& first,
                                      const SecretBytes& second);

// Whether a node listens for orders there, locked or open.
bool NodeListens(const std::string& folder);

// A line from standard input; with `silent` without echo where that is a terminal. At most 1024 bytes.
absl::StatusOr<SecretBytes> AskLine(const std::string& question, bool silent);
// The first line of the file (mode 0600), or typed without echo when no file is named.
absl::StatusOr<SecretBytes> Passphrase(const std::string& file, const std::string& question);
// The next one: typed twice where it is typed on a terminal.
absl::StatusOr<SecretBytes> NextPassphrase(const std::string& file);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_CONTROL_H_
