// SPDX-License-Identifier: Apache-2.0
// Rounds through the real release mechanism, in memory: what is published, and how far it is from the truth.
//
// The sum of the protected vectors is what a direct round publishes and what a summed one reconstructs
// (reconstruction_test), so both forms are simulated by it; they differ in the plan.
// Threads: as the RandomSource. Units: counts.
#ifndef AANGAN_TESTS_STATISTICS_SIMULATED_ROUND_H_
#define AANGAN_TESTS_STATISTICS_SIMULATED_ROUND_H_

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "model/tally.h"
#include "privacy/release.h"

namespace aangan::tests {

// One round: each node draws, then reads and protects its counts; the sum of what they made.
std::vector<int64_t> NoisedSum(const std::vector<model::ClosedTallies>& nodes, const privacy::NoisePlan& plan,
                               RandomSource& random);

// The plan of one table of a round, so that small tables can be repeated more often than large ones.
privacy::NoisePlan OneTable(const privacy::NoisePlan& plan, size_t table);

struct MeasuredError {
  double mean_absolute = 0;
  double root_mean_square = 0;
};
// Rounds of these nodes, each with fresh noise, until at least `figures` figures were seen.
MeasuredError ErrorOfRounds(std::vector<model::ClosedTallies> nodes, privacy::NoisePlan plan, int64_t figures,
                            RandomSource& random);

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_STATISTICS_SIMULATED_ROUND_H_
