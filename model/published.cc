// SPDX-License-Identifier: Apache-2.0
// Canonical receipts, freezes, voids and releases: see published.h.
#include "model/published.h"

#include "model/canonical_message.h"

namespace aangan::model {

absl::StatusOr<std::string> CanonicalReceipt(federation::v1::Receipt receipt) {
  receipt.clear_signature();
  return CanonicalMessage(receipt);
}

absl::StatusOr<std::string> CanonicalFreeze(const federation::v1::Freeze& freeze) { return CanonicalMessage(freeze); }

absl::StatusOr<std::string> CanonicalVoid(const federation::v1::Void& word) { return CanonicalMessage(word); }

absl::StatusOr<std::string> CanonicalRelease(federation::v1::NationalRelease release) {
  release.clear_signature();
  return CanonicalMessage(release);
}

}  // namespace aangan::model
