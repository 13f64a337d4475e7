// SPDX-License-Identifier: Apache-2.0
// Why a federation that answers can not be reached: gRPC says only that it is unavailable, and most of what that can be
// needs patience; but a wrong clock or an ended certificate needs somebody to do something, and the TLS handshake tells
// those apart.
// Threads: thread-safe; blocks at most `timeout`, and one look-up of a name.
#ifndef AANGAN_SERVER_NODE_LINK_PROBE_H_
#define AANGAN_SERVER_NODE_LINK_PROBE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/node/identity.h"

namespace aangan::node {

// Makes one handshake as this node. OK when it found nothing that somebody could mend here; CLOCK_WRONG or
// CERTIFICATE_ENDED as in clock_check.h. `now` is this machine's clock.
absl::Status ProbeLink(const Membership& membership, absl::Time now, absl::Duration timeout);
// The same of a port that asks for no certificate, where a node joins.
absl::Status ProbeEnrolment(const std::string& address, const std::string& authority_pem, absl::Time now,
                            absl::Duration timeout);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_LINK_PROBE_H_
