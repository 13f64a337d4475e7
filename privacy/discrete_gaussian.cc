// SPDX-License-Identifier: Apache-2.0
// The samplers: see discrete_gaussian.h. Names follow the paper where it has them.
#include "privacy/discrete_gaussian.h"

#include "base/check.h"

namespace aangan::privacy {
namespace {

// exp(-n/d) for n <= d: the length of a run of coins with falling chances is even or odd with this probability.
bool BernoulliExpBelowOne(uint64_t numerator, uint64_t denominator, RandomSource& random) {
  uint64_t k = 1;
  // A run of 2^10 has a chance below 1/1024!, so k * denominator stays far below 2^64 for every denominator allowed.
  while (k < 1024 && random.Below(denominator) < numerator && random.Below(k) == 0) ++k;
  return k % 2 == 1;
}

uint64_t FloorSquareRoot(const Rational& value) {
  uint64_t low = 0;
  uint64_t high = uint64_t{1} << 31;
  while (low + 1 < high) {
    const uint64_t middle = (low + high) / 2;
    if (static_cast<Uint128>(middle) * middle * value.denominator <= value.numerator) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

bool BernoulliExp(Uint128 numerator, uint64_t denominator, RandomSource& random) {
  AANGAN_CHECK(denominator > 0 && denominator <= uint64_t{1} << 62);
  // exp(-x) is exp(-1) for each whole part of x; a large x ends at the first failure.
  while (numerator > denominator) {
    if (!BernoulliExpBelowOne(1, 1, random)) return false;
    numerator -= denominator;
  }
  return BernoulliExpBelowOne(static_cast<uint64_t>(numerator), denominator, random);
}

int64_t DiscreteLaplace(uint64_t scale, RandomSource& random) {
  AANGAN_CHECK(scale > 0 && scale <= uint64_t{1} << 31);
  for (;;) {
    const uint64_t u = random.Below(scale);
    if (!BernoulliExp(u, scale, random)) continue;
    uint64_t v = 0;
    while (BernoulliExp(1, 1, random)) ++v;
    const int64_t x = static_cast<int64_t>(u + scale * v);
    const bool negative = random.Below(2) == 1;
    if (negative && x == 0) continue;  // zero would be twice as likely
    return negative ? -x : x;
  }
}

int64_t DiscreteGaussian(const Rational& variance, RandomSource& random) {
  const uint64_t a = variance.numerator;
  const uint64_t b = variance.denominator;
  AANGAN_CHECK(a > 0 && b <= kVarianceDenominatorMax && a / b <= kVarianceMax);
  const uint64_t t = FloorSquareRoot(variance) + 1;
  const Uint128 denominator = static_cast<Uint128>(2) * a * b * t * t;
  AANGAN_CHECK(denominator < static_cast<Uint128>(1) << 62);
  for (;;) {
    const int64_t y = DiscreteLaplace(t, random);
    const Uint128 size = static_cast<Uint128>(y < 0 ? -y : y) * b * t;
    const Uint128 distance = size > a ? size - a : a - size;
    // exp(-(|y| - sigma^2/t)^2 / (2 sigma^2)), all over 2 a b t^2.
    if (BernoulliExp(distance * distance, static_cast<uint64_t>(denominator), random)) return y;
  }
}

}  // namespace aangan::privacy
