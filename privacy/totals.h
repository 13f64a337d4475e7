// SPDX-License-Identifier: Apache-2.0
// Totals, after the sum and free of budget: sums of released figures, and one quantity that a round measured several
// times.
//
// A total is measured by every table that divides an indicator by what each member has exactly one value of (place,
// age band, gender, type of exploitation), or by nothing, and that cuts nobody: only then do its cells add up to the
// same number in each. All cells of a table have noise of one variance, so its sum and the differences inside it are
// uncorrelated, and least squares over all tables comes down to the mean of their sums weighted by the inverse of their
// variances (Gauss and Markov; totals_test solves the normal equations beside it). Weights are whole numbers, at most
// 2^20: the mean stays unbiased for any weights, and its variance is computed for those that were used.
//
// Source: protocol.md 6. Threads: pure. Errors: INVALID_ARGUMENT (OUT_OF_RANGE) when a sum passes 62 bits or a variance
// 50: figures of an honest round never do (lint).
#ifndef AANGAN_PRIVACY_TOTALS_H_
#define AANGAN_PRIVACY_TOTALS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "model/catalogue.h"
#include "model/figure.h"

namespace aangan::privacy {

// A signed sum as it came out, and the variance of the noise in it.
struct Measured {
  int64_t sum = 0;
  model::NoiseVariance variance;
  bool operator==(const Measured&) const = default;
};

// Of independent figures: the parts of a total, or one figure of several rosters. Variances add; the result's is in
// hundredths, rounded up. Of nothing: zero without noise.
absl::StatusOr<Measured> SumOf(const std::vector<Measured>& parts);

// One quantity, measured at least once with noise that is independent. The value is rounded to the nearest whole
// number, halves away from zero; the variance in hundredths, rounded up.
absl::StatusOr<Measured> LeastSquares(const std::vector<Measured>& measurements);

// Tables of a frequency, by place in the catalogue, whose cells of `indicator` add up to its total. Those that keep the
// most of a member's services: others would measure less. Whether all their cells were opened, and all contributors
// have a place, is the caller's question.
std::vector<size_t> TablesOfTotal(const model::CompiledCatalogue& catalogue, size_t indicator, bool yearly);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_TOTALS_H_
