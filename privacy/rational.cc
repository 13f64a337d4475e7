// SPDX-License-Identifier: Apache-2.0
// Lowest terms: see rational.h.
#include "privacy/rational.h"

#include <numeric>

namespace aangan::privacy {

Rational MakeRational(uint64_t numerator, uint64_t denominator) {
  AANGAN_CHECK(denominator != 0);
  const uint64_t common = std::gcd(numerator, denominator);
  return {numerator / common, denominator / common};
}

}  // namespace aangan::privacy
