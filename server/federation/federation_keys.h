// SPDX-License-Identifier: Apache-2.0
// The federation's own secrets that are no certificates: the Ed25519 key under its descriptors, receipts, freezes and
// releases, and the key of its page tokens. Made at the first start, in files of mode 0600.
//
// Threads: one caller at start-up. Errors: those of base/files; DATA_LOSS (DAMAGED) for a file of another length.
#ifndef AANGAN_SERVER_FEDERATION_FEDERATION_KEYS_H_
#define AANGAN_SERVER_FEDERATION_FEDERATION_KEYS_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/random.h"
#include "base/secret.h"
#include "base/signing.h"

namespace aangan::federation {

absl::StatusOr<SigningKey> OpenSigningKey(const std::string& folder, RandomSource& random);
absl::StatusOr<SecretBytes> OpenPageTokenKey(const std::string& folder, RandomSource& random);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_FEDERATION_KEYS_H_
