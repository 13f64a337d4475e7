// SPDX-License-Identifier: Apache-2.0
// Half the width of the 95 % interval of a count with noise of a known variance: 1.96 sigma, rounded up, by integers
// alone. Threads: pure. Units: counts.
#ifndef AANGAN_SERVER_NODE_MARGIN_H_
#define AANGAN_SERVER_NODE_MARGIN_H_

#include <cstdint>

#include "privacy/rational.h"

namespace aangan::node {

// The smallest whole number of hundredths m with (m / 100)^2 >= factor_hundredths^2 variance / 100^2.
int64_t CeilSigmaHundredths(const privacy::Rational& variance, int64_t factor_hundredths);

// The mean of |noise| in hundredths, rounded up: sqrt(2 / pi) sigma, as of a Gaussian; on the integers it is smaller by
// one part in 12 variances. 2 / pi < 63662 / 100000.
inline int64_t CeilMeanErrorHundredths(const privacy::Rational& variance) {
  return CeilSigmaHundredths({variance.numerator * 63662, variance.denominator * 100000}, 100);
}
inline int64_t MarginOf(const privacy::Rational& variance) { return (CeilSigmaHundredths(variance, 196) + 99) / 100; }
// Figures below max(10, 2 sigma) are "too few to say" (protocol.md 6).
inline int64_t TooFewBelow(const privacy::Rational& variance) {
  const int64_t two_sigma = (CeilSigmaHundredths(variance, 200) + 99) / 100;
  return two_sigma > 10 ? two_sigma : 10;
}

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_MARGIN_H_
