// SPDX-License-Identifier: Apache-2.0
// The guarantee, tried out: neighbouring inputs (one member with all her records: eight cells by one) through the real
// mechanism, 10^5 times each, with the noise of the h = 6 honest parts alone. The best distinguisher there is for
// Gaussian noise counts how often each side passes a threshold; with Clopper and Pearson's bounds that proves an
// epsilon from below. It must stay below the claim. The same audit of a mechanism that lets her touch each cell by two,
// so that its sensitivity is twice what was paid for, must pass it.
//
// False alarms: bounds at 1e-6 a side and 12 thresholds, so a sound mechanism with another seed fails once in 40,000.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "gtest/gtest.h"
#include "privacy/display_epsilon.h"
#include "privacy/release.h"
#include "tests/statistics/simulated_round.h"
#include "tests/support/seeded_random.h"

namespace aangan::privacy {
namespace {

constexpr int kRuns = 100'000;
constexpr int kCells = 8;
constexpr int kParts = 6;  // h of twelve
constexpr double kDelta = 1e-5;
// sigma squared = Delta-2 squared / (2 rho) = 8 / (2 * 0.125), so that a threshold can tell something in 10^5 runs.
constexpr double kRho = 0.125;
constexpr uint64_t kSigmaSquared = 32;

NoisePlan Plan(int parts) {
  NoisePlan plan;
  plan.round_id.fill(7);
  for (int part = 0; part < parts; ++part) plan.tables.push_back({kCells, MakeRational(kSigmaSquared, kParts)});
  return plan;
}

// What the world sees of the eight cells, added up: for equal steps in all of them nothing else tells more.
std::vector<int64_t> Runs(int step, uint64_t seed) {
  tests::SeededRandom random(seed);
  model::ClosedTallies closed;
  closed.counts.assign(kCells * kParts, 0);
  for (int cell = 0; cell < kCells; ++cell) closed.counts[static_cast<size_t>(cell)] = step;  // at one node
  std::vector<int64_t> seen;
  for (int run = 0; run < kRuns; ++run) {
    const ProtectedVector vector = *Protect(closed, Draw(Plan(kParts), random));
    int64_t sum = 0;
    for (const int64_t value : vector.values()) sum += value;
    seen.push_back(sum);
  }
  std::sort(seen.begin(), seen.end());
  return seen;
}

// log of P(X <= k) for X binomial(n, p), summed from the largest term down.
double LogBinomialBelow(int64_t k, double n, double p) {
  double term = std::lgamma(n + 1) - std::lgamma(static_cast<double>(k) + 1) -
                std::lgamma(n - static_cast<double>(k) + 1) + static_cast<double>(k) * std::log(p) +
                (n - static_cast<double>(k)) * std::log1p(-p);
  const double largest = term;
  double sum = 0;
  for (int64_t i = k; i >= 0; --i) {
    sum += std::exp(term - largest);
    term += std::log(static_cast<double>(i)) - std::log(n - static_cast<double>(i) + 1) - std::log(p) + std::log1p(-p);
    if (i == 0 || term - largest < -50) break;
  }
  return largest + std::log(sum);
}
constexpr double kLogRisk = -13.815510557964274;  // 1e-6

// The largest p that k of n does not rule out, and the smallest.
double UpperBound(int64_t k) {
  double low = 0, high = 1;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (LogBinomialBelow(k, kRuns, middle) > kLogRisk ? low : high) = middle;
  }
  return high;
}
double LowerBound(int64_t k) { return 1 - UpperBound(kRuns - k); }

// The epsilon at kDelta that these runs prove from below.
double ProvenEpsilon(const std::vector<int64_t>& without, const std::vector<int64_t>& with) {
  double proven = 0;
  for (const double quantile : {0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9998, 0.9999}) {
    const int64_t threshold = without[static_cast<size_t>(quantile * kRuns)];
    const auto above = [&](const std::vector<int64_t>& runs) {
      return static_cast<int64_t>(runs.end() - std::upper_bound(runs.begin(), runs.end(), threshold));
    };
    const double likely = LowerBound(above(with)) - kDelta;
    if (likely > 0) proven = std::max(proven, std::log(likely / UpperBound(above(without))));
  }
  return proven;
}

TEST(EpsilonAudit, StaysBelowTheClaimAndABrokenMechanismDoesNot) {
  const double claim = DisplayEpsilon(kRho, kDelta);
  const std::vector<int64_t> without = Runs(0, 1);
  const double proven = ProvenEpsilon(without, Runs(1, 2));
  const double broken = ProvenEpsilon(without, Runs(2, 3));
  std::printf("claim %.3f, proven from below %.3f; with twice the sensitivity %.3f\n", claim, proven, broken);
  EXPECT_GT(proven, 0.2);  // the audit sees her at all
  EXPECT_LT(proven, claim);
  EXPECT_GT(broken, claim);
}

// What is added to a national figure when u contribute: variance sigma squared u / h, within 5 %.
TEST(NationalNoise, HasTheVarianceThatTheMarginSays) {
  for (const int u : {9, 10, 11, 12}) {
    tests::SeededRandom random(static_cast<uint64_t>(u));
    model::ClosedTallies nothing;
    nothing.counts.assign(kCells, 0);
    const std::vector<model::ClosedTallies> nodes(static_cast<size_t>(u), nothing);
    const double spread = tests::ErrorOfRounds(nodes, Plan(1), 16'000, random).root_mean_square;
    // 16,000 squares: a standard deviation of 1.1 %, so 5 % is off once in 170,000.
    const double expected = static_cast<double>(kSigmaSquared) * u / kParts;
    EXPECT_NEAR(spread * spread / expected, 1, 0.05) << u;
  }
}

}  // namespace
}  // namespace aangan::privacy
