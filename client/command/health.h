// SPDX-License-Identifier: Apache-2.0
// Whether a node or a federation on this computer answers and serves: gRPC's health, at the address in its data folder.
// Threads: one. Errors: none; what can not be reached is not serving.
#ifndef AANGAN_CLIENT_COMMAND_HEALTH_H_
#define AANGAN_CLIENT_COMMAND_HEALTH_H_

#include "client/command/session.h"

namespace aangan::client {

enum class Health {
  kServing,
  kNotServing,  // it answers, and does not serve: it begins or ends
  kLocked,      // a node waits for its passphrase
  kAway,        // nobody answers
  kHidden,      // this user may not look into the data folder, so nothing is known
};
Health AskHealth(const Session& session, const std::string& what);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_HEALTH_H_
