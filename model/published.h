// SPDX-License-Identifier: Apache-2.0
// The canonical bytes of what the federation signs after a round was announced: receipts, freezes, voids, national
// releases. Federation and nodes compute them in this one place.
//
// The signature field itself is not among the bytes. Threads: pure. Errors: INVALID_ARGUMENT (INVALID_FIELD) for
// unknown fields, as CanonicalMessage says.
#ifndef AANGAN_MODEL_PUBLISHED_H_
#define AANGAN_MODEL_PUBLISHED_H_

#include <string>

#include "aangan/federation/v1/contributions.pb.h"
#include "aangan/federation/v1/figures.pb.h"
#include "aangan/federation/v1/rounds.pb.h"
#include "absl/status/statusor.h"
#include "base/literal.h"

namespace aangan::model {

inline constexpr Literal kReceiptLabel = "aangan/v1/receipt";
inline constexpr Literal kFreezeLabel = "aangan/v1/freeze";
inline constexpr Literal kVoidLabel = "aangan/v1/void";
inline constexpr Literal kReleaseLabel = "aangan/v1/release";

absl::StatusOr<std::string> CanonicalReceipt(federation::v1::Receipt receipt);
absl::StatusOr<std::string> CanonicalFreeze(const federation::v1::Freeze& freeze);
absl::StatusOr<std::string> CanonicalVoid(const federation::v1::Void& word);
absl::StatusOr<std::string> CanonicalRelease(federation::v1::NationalRelease release);

}  // namespace aangan::model

#endif  // AANGAN_MODEL_PUBLISHED_H_
