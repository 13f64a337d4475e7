// SPDX-License-Identifier: Apache-2.0
// What a figure says: one of five different values, never one for another. Zero is a number; too few to say,
// suppressed, not reported and not collected are not.
//
// Source: protocol.md 6 and reference 9 (display). Exact integers: a threshold that is a root is compared by squares,
// so that every machine shows the same. Threads: plain values.
#ifndef AANGAN_MODEL_FIGURE_H_
#define AANGAN_MODEL_FIGURE_H_

#include <cstdint>
#include <variant>

namespace aangan::model {

// A noisy figure below this is "too few to say" whatever its noise.
inline constexpr int64_t kFewestToSay = 10;

// Variance of the noise that is really in a figure, as a fraction: sigma squared times u/h, or times u in a direct
// round.
struct NoiseVariance {
  int64_t numerator = 0;    // not negative
  int64_t denominator = 1;  // positive
  bool operator==(const NoiseVariance&) const = default;
};

struct Number {
  int64_t value = 0;   // as shown: never negative
  int64_t margin = 0;  // half width of the 95 % interval, rounded up
  bool operator==(const Number&) const = default;
};
struct TooFewToSay {
  int64_t margin = 0;
  bool operator==(const TooFewToSay&) const = default;
};
struct Suppressed {
  bool operator==(const Suppressed&) const = default;
};
struct NotReported {
  bool operator==(const NotReported&) const = default;
};
struct NotCollected {
  bool operator==(const NotCollected&) const = default;
};

using FigureValue = std::variant<NotCollected, Number, TooFewToSay, Suppressed, NotReported>;

// The figure of a released sum, decided by the noisy number alone: below max(10, 2 standard deviations of its noise) it
// is too few to say. `sum` as it came out, may be negative.
FigureValue FigureOf(int64_t sum, const NoiseVariance& variance);

// The smallest sum that is shown as a number.
int64_t SmallestShown(const NoiseVariance& variance);
// The variance in hundredths, rounded up.
int64_t Hundredths(const NoiseVariance& variance);
// 1.96 standard deviations, rounded up.
int64_t Margin95(const NoiseVariance& variance);

}  // namespace aangan::model

#endif  // AANGAN_MODEL_FIGURE_H_
