// SPDX-License-Identifier: Apache-2.0
// What a round costs, and how much noise a table gets: integers, rounded against us.
//
// Neighbours differ by all records of one member. With sigma_t^2 for table t she changes at most L0_t cells of it by at
// most Linf_t each and C cells over all tables of a frequency, so a round is rho-zCDP with
//   rho = max over such choices of sum Linf_t^2 / (2 sigma_t^2),
// reached by taking cells in the order of falling Linf_t^2 / sigma_t^2. Yearly tables have a bound and a cost of their
// own, which is added in a fourth quarter. Sources: Bun, Steinke, arXiv:1605.02065 (zCDP); Canonne, Kamath, Steinke,
// arXiv:2004.00010 (discrete Gaussian); Kairouz, Liu, Steinke, arXiv:2102.06387 (sums of discrete Gaussians; the second
// of their three bounds).
//
// Units: nano-rho, 1e-9. Threads: pure.
// Errors: INVALID_ARGUMENT (CATALOGUE_REFUSED), each broken rule as a field violation.
#ifndef AANGAN_PRIVACY_ACCOUNTING_H_
#define AANGAN_PRIVACY_ACCOUNTING_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "model/catalogue.h"
#include "model/period.h"
#include "privacy/rational.h"
#include "privacy/round_numbers.h"

namespace aangan::privacy {

// Caps over four consecutive periods at delta 1e-6 (reference 5.5), rounded down.
inline constexpr int64_t kCapEpsilonHalf = 6641524;
inline constexpr int64_t kCapEpsilonOne = 24355970;
inline constexpr int64_t kCapEpsilonTwo = 88152688;
inline constexpr int64_t kCapEpsilonThree = 185069840;

// A node's part of the variance is at least this: then the correction for sums of discrete Gaussians, Delta1 tau /
// sqrt(V)
// + tau^2 d / 2 with tau = 10 sum_j exp(-2 pi^2 s^2 j/(j+1)), stays below the one nano-rho a table that is charged for
// it (d up to 20,000 cells, n up to 14). Checked by accounting_test.
inline constexpr int64_t kNodeVarianceMin = 3;

// Sigma squared of one table of a round; `table` is its index in the catalogue.
struct TableVariance {
  size_t table = 0;
  Rational sigma_squared;
};

// delta2_squared / (2 rho), rounded up to 1/100: what a curator who sees every member and adds noise once would need.
Rational CuratorVariance(int64_t delta2_squared, int64_t nano_rho);
// max(CuratorVariance, 3h). Where the floor of 3h is larger, more budget does not make a figure better.
Rational SigmaSquared(int64_t delta2_squared, int64_t nano_rho, int h);

// The tables of the round of `quarter` in the order of its vector: quarterly ones, then yearly ones in a fourth
// quarter.
std::vector<TableVariance> RoundVariances(const model::CompiledCatalogue& catalogue, const model::Period& quarter,
                                          const RoundNumbers& numbers);

// ceil(1e9 cost) + the number of tables in the round.
int64_t ChargeNanoRho(const model::CompiledCatalogue& catalogue, const model::Period& quarter,
                      const RoundNumbers& numbers);

// The variance that one node adds to each cell of a table: all of it in a direct round, sigma^2 / h in a summed one.
Rational NodeVariance(const Rational& sigma_squared, bool summed, const RoundNumbers& numbers);
// The variance in a national figure to which `contributors` nodes added theirs.
Rational TotalVariance(const Rational& sigma_squared, bool summed, const RoundNumbers& numbers, int contributors);

// Rules that need the mathematics: bounds of the sampler, no overflow of a sum (n bound + 40 sigma < 2^62), Delta-2 not
// below what L0, L-infinity and C allow, and any four consecutive periods within the cap.
absl::Status LintPrivacy(const model::CompiledCatalogue& catalogue, const RoundNumbers& numbers);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_ACCOUNTING_H_
