// SPDX-License-Identifier: Apache-2.0
// 1.96 sigma by integers alone.
#include "server/node/margin.h"

namespace aangan::node {

int64_t CeilSigmaHundredths(const privacy::Rational& variance, int64_t factor_hundredths) {
  // The smallest m with m^2 >= factor^2 variance. The lint keeps a variance far below 2^62.
  const auto factor = static_cast<privacy::Uint128>(factor_hundredths);
  const privacy::Uint128 wanted =
      (factor * factor * variance.numerator + variance.denominator - 1) / variance.denominator;
  uint64_t low = 0, high = uint64_t{1} << 40;  // hundredths: a sigma of a hundred million is beyond any catalogue
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    const privacy::Uint128 square = static_cast<privacy::Uint128>(middle) * middle;
    if (square >= wanted) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return static_cast<int64_t>(low);
}

}  // namespace aangan::node
