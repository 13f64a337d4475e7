// SPDX-License-Identifier: Apache-2.0
// The first credentials of the federation's staff: made once, at the first start, into the folder "staff" (0700), from
// where the command takes them. Everybody else joins with a token that staff made.
//
// Files: authority.pem, certificate.pem, key.pem, token (0600). The token is the last to be written: where it is, all
// is there; where it is not, the set is made anew. So it is at a start when a third of the certificate's life is left.
// Threads: one caller at start-up. Errors: those of base/files and of the store.
#ifndef AANGAN_SERVER_FEDERATION_STAFF_H_
#define AANGAN_SERVER_FEDERATION_STAFF_H_

#include <string>

#include "absl/status/status.h"
#include "base/clock.h"
#include "base/random.h"
#include "server/federation/certificate_authority.h"
#include "server/federation/stored.h"

namespace aangan::federation {

absl::Status MakeStaffCredentials(const std::string& folder, absl::string_view roster, FederationStore& store,
                                  const CertificateAuthority& authority, const Clock& clock, RandomSource& random);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_STAFF_H_
