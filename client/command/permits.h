// SPDX-License-Identifier: Apache-2.0
// What a command does when a second person has to say yes first: it asks for the permit and says how to go on.
// Threads: one thread.
#ifndef AANGAN_CLIENT_COMMAND_PERMITS_H_
#define AANGAN_CLIENT_COMMAND_PERMITS_H_

#include "absl/status/statusor.h"
#include "client/command/session.h"

namespace aangan::client {

// When the refusal is PERMIT_NEEDED: asks for the permit over the same channel, prints its name and what to do, and
// gives the exit code. Any other refusal comes back as it is.
absl::StatusOr<int> AskForPermit(const Session& session, const Channel& channel, const absl::Status& refusal);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_PERMITS_H_
