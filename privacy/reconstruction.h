// SPDX-License-Identifier: Apache-2.0
// Anybody's role: the national vector out of what was contributed. In a direct round it is the sum.
// Threads: pure. Errors: INVALID_ARGUMENT (WRONG_LENGTH) when vectors differ in length, or there is none.
#ifndef AANGAN_PRIVACY_RECONSTRUCTION_H_
#define AANGAN_PRIVACY_RECONSTRUCTION_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "privacy/contribution.h"

namespace aangan::privacy {

// Cell by cell, as signed integers. The lint bounds n times a value below 2^62, so a sum can not overflow (checked).
absl::StatusOr<std::vector<int64_t>> SumDirect(const std::vector<Contribution>& contributions);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_RECONSTRUCTION_H_
