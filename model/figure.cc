// SPDX-License-Identifier: Apache-2.0
// The five values and their thresholds in integers: see figure.h.
#include "model/figure.h"

#include <algorithm>

#include "base/check.h"

namespace aangan::model {
namespace {

using Wide = unsigned __int128;

// Variances stay far below this (sigma squared at most 10^6, at most 14 contributors, 20,000 cells added up); it keeps
// every product within 128 bits.
void CheckBounds(const NoiseVariance& variance) {
  AANGAN_CHECK(variance.numerator >= 0 && variance.numerator <= int64_t{1} << 50);
  AANGAN_CHECK(variance.denominator > 0 && variance.denominator <= int64_t{1} << 30);
}

// The smallest whole r with denominator * (scale * r)^2 >= factor^2 * numerator: factor/scale times the root, rounded
// up.
int64_t RootUp(const NoiseVariance& variance, uint64_t factor, uint64_t scale) {
  CheckBounds(variance);
  const Wide wanted = Wide{factor} * factor * static_cast<uint64_t>(variance.numerator);
  const Wide unit = Wide{scale} * scale * static_cast<uint64_t>(variance.denominator);
  uint64_t low = 0;
  uint64_t high = uint64_t{1} << 30;  // large enough: 2^60 > 2^2 * 2^50 and 625 * 2^60 > 2401 * 2^50
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    if (unit * middle * middle >= wanted)
      high = middle;
    else
      low = middle + 1;
  }
  return static_cast<int64_t>(low);
}

}  // namespace

int64_t Hundredths(const NoiseVariance& variance) {
  CheckBounds(variance);
  const Wide hundredfold = Wide{100} * static_cast<uint64_t>(variance.numerator);
  const auto denominator = static_cast<uint64_t>(variance.denominator);
  return static_cast<int64_t>((hundredfold + denominator - 1) / denominator);
}

int64_t SmallestShown(const NoiseVariance& variance) { return std::max(kFewestToSay, RootUp(variance, 2, 1)); }

int64_t Margin95(const NoiseVariance& variance) { return RootUp(variance, 49, 25); }  // 1.96 = 49/25

FigureValue FigureOf(int64_t sum, const NoiseVariance& variance) {
  const int64_t margin = Margin95(variance);
  if (sum < SmallestShown(variance)) return TooFewToSay{margin};
  return Number{sum, margin};
}

}  // namespace aangan::model
