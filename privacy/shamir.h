// SPDX-License-Identifier: Apache-2.0
// Shamir's sharing over a prime field: a polynomial of degree below k has the secret at 0 and the share of the holder
// at place j at x = j + 1. Here as weights: every value of such a polynomial is a fixed linear form of any k others.
//
// Source: A. Shamir, How to share a secret, CACM 22 (1979). Points are distinct, below P, and never taken from a
// message. A template over the field, so that secrecy is tested exhaustively over a tiny prime. Threads: pure.
#ifndef AANGAN_PRIVACY_SHAMIR_H_
#define AANGAN_PRIVACY_SHAMIR_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "base/check.h"
#include "privacy/prime_field.h"

namespace aangan::privacy {

// Where the share of the holder at a place of the roster (from 0) lies.
inline uint64_t PointOfPlace(int place) { return static_cast<uint64_t>(place) + 1; }

// The points that a dealer fixes before all others: the secret's, and those of the first places.
inline std::vector<uint64_t> DealtPoints(size_t first_places) {
  std::vector<uint64_t> points = {0};
  for (size_t place = 0; place < first_places; ++place) points.push_back(PointOfPlace(static_cast<int>(place)));
  return points;
}

// Weights w with P(x) = sum of w[i] * P(points[i]) for every polynomial P of degree below points.size() (Lagrange).
template <typename F>
std::vector<uint64_t> WeightsAt(uint64_t x, absl::Span<const uint64_t> points) {
  std::vector<uint64_t> weights;
  for (size_t i = 0; i < points.size(); ++i) {
    uint64_t above = 1;
    uint64_t below = 1;
    for (size_t j = 0; j < points.size(); ++j) {
      if (j == i) continue;
      above = F::Multiply(above, F::Subtract(x, points[j]));
      below = F::Multiply(below, F::Subtract(points[i], points[j]));
    }
    AANGAN_CHECK(below != 0);
    weights.push_back(F::Multiply(above, F::Inverse(below)));
  }
  return weights;
}

template <typename F>
uint64_t WeightedSum(absl::Span<const uint64_t> weights, absl::Span<const uint64_t> values) {
  AANGAN_CHECK(weights.size() == values.size());
  uint64_t sum = 0;
  for (size_t i = 0; i < weights.size(); ++i) sum = F::Add(sum, F::Multiply(weights[i], values[i]));
  return sum;
}

// The coefficients, powers rising, of the polynomial of degree below points.size() through (points[i], values[i]).
template <typename F>
std::vector<uint64_t> Interpolate(absl::Span<const uint64_t> points, absl::Span<const uint64_t> values) {
  const size_t k = points.size();
  std::vector<uint64_t> coefficients(k, 0);
  for (size_t i = 0; i < k; ++i) {
    std::vector<uint64_t> basis = {1};  // the product of (x - points[j]) for all other j
    uint64_t below = 1;
    for (size_t j = 0; j < k; ++j) {
      if (j == i) continue;
      basis.push_back(0);
      for (size_t power = basis.size() - 1; power > 0; --power)
        basis[power] = F::Subtract(basis[power - 1], F::Multiply(points[j], basis[power]));
      basis[0] = F::Subtract(0, F::Multiply(points[j], basis[0]));
      below = F::Multiply(below, F::Subtract(points[i], points[j]));
    }
    AANGAN_CHECK(below != 0);
    const uint64_t scale = F::Multiply(values[i], F::Inverse(below));
    for (size_t power = 0; power < k; ++power)
      coefficients[power] = F::Add(coefficients[power], F::Multiply(scale, basis[power]));
  }
  return coefficients;
}

// Horner's rule.
template <typename F>
uint64_t Evaluate(absl::Span<const uint64_t> coefficients, uint64_t x) {
  uint64_t value = 0;
  for (size_t i = coefficients.size(); i-- > 0;) value = F::Add(F::Multiply(value, x), coefficients[i]);
  return value;
}

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_SHAMIR_H_
