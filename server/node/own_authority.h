// SPDX-License-Identifier: Apache-2.0
// The node's own small certificate authority: made at the first start, so that its port speaks TLS from the first
// minute and clients have one file to trust, <data>/tls/authority.pem. It signs certificates for localhost, 127.0.0.1
// and ::1; server/shared/port_certificate.h asks for a new one in time.
//
// What was damaged is not used: the authority is then made anew, with a line in the log, as clients must be told.
// P-256, SHA-256. Keys are files of mode 0600. Threads: one at a time. Errors: of base/files.
#ifndef AANGAN_SERVER_NODE_OWN_AUTHORITY_H_
#define AANGAN_SERVER_NODE_OWN_AUTHORITY_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/random.h"

namespace aangan::node {

struct OwnCertificate {
  std::string authority_pem;
  std::string certificate_pem;
  std::string key_pem;
  std::string authority_path;
  bool authority_is_new = false;  // made just now: what an earlier one signed is worth nothing
};

// Reads or makes the authority in `folder` (made with mode 0700) and signs a new pair.
absl::StatusOr<OwnCertificate> OpenOwnAuthority(const std::string& folder, const Clock& clock, RandomSource& random);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_OWN_AUTHORITY_H_
