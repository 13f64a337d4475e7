// SPDX-License-Identifier: Apache-2.0
// Exact fractions of positive integers: variances and costs never pass through floating point.
// Threads: plain values. Units: as the user says. Overflow is our own error; the bounds of each use are stated there.
#ifndef AANGAN_PRIVACY_RATIONAL_H_
#define AANGAN_PRIVACY_RATIONAL_H_

#include <cstdint>

#include "base/check.h"

namespace aangan::privacy {

using Uint128 = unsigned __int128;

// numerator / denominator in lowest terms; the denominator is at least 1.
struct Rational {
  uint64_t numerator = 0;
  uint64_t denominator = 1;
  bool operator==(const Rational&) const = default;
};

// In lowest terms. `denominator` is not 0.
Rational MakeRational(uint64_t numerator, uint64_t denominator);

// Exact, over 128 bits.
inline bool operator<(const Rational& a, const Rational& b) {
  return static_cast<Uint128>(a.numerator) * b.denominator < static_cast<Uint128>(b.numerator) * a.denominator;
}

// a / b rounded up. b is not 0 and the result fits 64 bits (checked).
inline uint64_t CeilDivide(Uint128 a, Uint128 b) {
  const Uint128 quotient = a / b + (a % b != 0 ? 1 : 0);
  AANGAN_CHECK(quotient <= UINT64_MAX);
  return static_cast<uint64_t>(quotient);
}

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_RATIONAL_H_
