// SPDX-License-Identifier: Apache-2.0
// Sums: see reconstruction.h.
#include "privacy/reconstruction.h"

#include "base/check.h"
#include "base/problem.h"

namespace aangan::privacy {

absl::StatusOr<std::vector<int64_t>> SumDirect(const std::vector<Contribution>& contributions) {
  if (contributions.empty()) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength, "there is no contribution to add up");
  }
  std::vector<int64_t> sums(contributions.front().values.size());
  for (const Contribution& contribution : contributions) {
    if (contribution.values.size() != sums.size()) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength,
                     "contributions of one round have one length");
    }
    for (size_t i = 0; i < sums.size(); ++i) {
      AANGAN_CHECK(!__builtin_add_overflow(sums[i], contribution.values[i], &sums[i]));
    }
  }
  return sums;
}

}  // namespace aangan::privacy
