// SPDX-License-Identifier: Apache-2.0
// Whether this machine's clock is right, as far as the federation's clock and the times in certificates tell; and the
// words for it, which name both times and how to set the clock.
//
// Quarters end, rounds are answered and permits run out by this machine's own clock, so a node whose clock is far off
// does nothing with the federation until somebody has looked. An hour is more than any clock that is set drifts, and
// less than a wrong time zone.
// Threads: pure.
#ifndef AANGAN_SERVER_NODE_CLOCK_CHECK_H_
#define AANGAN_SERVER_NODE_CLOCK_CHECK_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/shared/certificate.h"

namespace aangan::node {

inline constexpr absl::Duration kClocksDifferMax = absl::Hours(1);

// FAILED_PRECONDITION (CLOCK_WRONG; metadata own_time, federation_time) when they differ by more.
absl::Status CheckClocks(absl::Time own, absl::Time federation);

// What a handshake said about times: `own` is outside the times of the federation's certificate, or the federation
// refuses this node's although it holds by `own`. CLOCK_WRONG (metadata own_time, certificate_from, certificate_until).
absl::Status OutsideFederationsCertificate(absl::Time own, const server::CertificateTimes& times);
absl::Status OutsideOwnCertificate(absl::Time own, const server::CertificateTimes& times);
// Whether this node's own certificate holds by its own clock: CLOCK_WRONG before its time, and UNAUTHENTICATED
// (CERTIFICATE_ENDED; metadata own_time, certificate_until) after it.
absl::Status CheckOwnCertificate(absl::Time own, const server::CertificateTimes& times);

// The times in a status of CLOCK_WRONG, for the status of the node.
struct Clocks {
  absl::Time own;
  std::optional<absl::Time> federation;
};
std::optional<Clocks> ClocksOf(const absl::Status& status);

// A contact with the federation that went wrong: code, reason, and the times that its status names.
void LogContact(const absl::Status& status);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_CLOCK_CHECK_H_
