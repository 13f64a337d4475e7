// SPDX-License-Identifier: Apache-2.0
// Rho in the words that papers use: (epsilon, delta). For display alone; the one room of privacy with floating point.
//
// Source: Canonne, Kamath, Steinke, arXiv:2004.00010, proposition 12 (tight conversion from zCDP).
// Threads: pure.
#ifndef AANGAN_PRIVACY_DISPLAY_EPSILON_H_
#define AANGAN_PRIVACY_DISPLAY_EPSILON_H_

#include <cstdint>

namespace aangan::privacy {

// The smallest delta at which rho-zCDP gives (epsilon, delta). rho > 0, epsilon >= 0.
double DisplayDelta(double rho, double epsilon);
// The smallest epsilon at which rho-zCDP gives (epsilon, delta).
double DisplayEpsilon(double rho, double delta);
// The same in thousandths, rounded up, at delta 1e-6. Unit of the input: nano-rho.
int64_t DisplayEpsilonThousandths(int64_t nano_rho);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_DISPLAY_EPSILON_H_
