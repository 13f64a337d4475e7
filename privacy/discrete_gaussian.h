// SPDX-License-Identifier: Apache-2.0
// Exact samples of the discrete Gaussian and discrete Laplace, by integers alone.
//
// Source: Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy", arXiv:2004.00010, algorithms 1
// to 3. P(x) is proportional to exp(-x^2 / (2 sigma^2)) on the integers, exactly: every decision is a comparison of
// integers with uniform ones, so no low-order bit of a float can leak (Mironov 2012).
//
// Threads: as the RandomSource. Time depends on the draws, never on counts: draw before any count is read.
#ifndef AANGAN_PRIVACY_DISCRETE_GAUSSIAN_H_
#define AANGAN_PRIVACY_DISCRETE_GAUSSIAN_H_

#include <cstdint>

#include "base/random.h"
#include "privacy/rational.h"

namespace aangan::privacy {

// Bounds under which all intermediates fit: the acceptance step divides by 2 num den t^2 < 2^62 with t = floor(sigma)
// + 1.
inline constexpr uint64_t kVarianceMax = 1000000;
inline constexpr uint64_t kVarianceDenominatorMax = 1500;

// True with probability exp(-numerator/denominator), exactly (algorithm 1). denominator in 1 .. 2^62.
bool BernoulliExp(Uint128 numerator, uint64_t denominator, RandomSource& random);
// P(x) proportional to exp(-|x|/scale), scale in 1 .. 2^31 (algorithm 2).
int64_t DiscreteLaplace(uint64_t scale, RandomSource& random);
// variance > 0 within the bounds above (algorithm 3).
int64_t DiscreteGaussian(const Rational& variance, RandomSource& random);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_DISCRETE_GAUSSIAN_H_
