// SPDX-License-Identifier: Apache-2.0
// From rho to epsilon, for display: see display_epsilon.h.
#include "privacy/display_epsilon.h"

#include <cmath>

namespace aangan::privacy {

double DisplayDelta(double rho, double epsilon) {
  // delta = inf over alpha > 1 of exp((alpha-1)(alpha rho - epsilon)) / (alpha-1) (1 - 1/alpha)^alpha. The logarithm's
  // derivative has one root; it is found by halving.
  double low = 1.00001;
  double high = (epsilon + 1) / (2 * rho) + 2;
  for (int i = 0; i < 1000; ++i) {
    const double alpha = (low + high) / 2;
    const double derivative = (2 * alpha - 1) * rho - epsilon + std::log1p(-1.0 / alpha);
    (derivative < 0 ? low : high) = alpha;
  }
  const double alpha = (low + high) / 2;
  return std::fmin(1.0,
                   std::exp((alpha - 1) * (alpha * rho - epsilon) + alpha * std::log1p(-1.0 / alpha)) / (alpha - 1));
}

double DisplayEpsilon(double rho, double delta) {
  double low = 0;
  double high = rho + 2 * std::sqrt(rho * std::log(1 / delta));
  for (int i = 0; i < 200; ++i) {
    const double epsilon = (low + high) / 2;
    (DisplayDelta(rho, epsilon) <= delta ? high : low) = epsilon;
  }
  return high;
}

int64_t DisplayEpsilonThousandths(int64_t nano_rho) {
  if (nano_rho <= 0) return 0;
  const double epsilon = DisplayEpsilon(static_cast<double>(nano_rho) * 1e-9, 1e-6);
  // The caps are rounded down from whole epsilons; a bisection's last bits must not show 1.001 for them.
  return static_cast<int64_t>(std::ceil(epsilon * 1000 - 1e-6));
}

}  // namespace aangan::privacy
