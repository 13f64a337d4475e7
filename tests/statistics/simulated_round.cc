// SPDX-License-Identifier: Apache-2.0
// Rounds in memory: see simulated_round.h.
#include "tests/statistics/simulated_round.h"

#include <cmath>

#include "privacy/reconstruction.h"

namespace aangan::tests {
namespace {

// Rounds side by side in one vector: a draw lies in locked pages of its own, and for a few cells these cost more than
// the noise.
constexpr int kAtOnce = 64;

template <typename T>
std::vector<T> Repeated(const std::vector<T>& once) {
  std::vector<T> all;
  for (int i = 0; i < kAtOnce; ++i) all.insert(all.end(), once.begin(), once.end());
  return all;
}

}  // namespace

std::vector<int64_t> NoisedSum(const std::vector<model::ClosedTallies>& nodes, const privacy::NoisePlan& plan,
                               RandomSource& random) {
  std::vector<privacy::Contribution> contributions;
  for (const model::ClosedTallies& closed : nodes) {
    const privacy::NoiseDraw draw = privacy::Draw(plan, random);
    contributions.push_back({{}, privacy::Protect(closed, draw)->values()});
  }
  return *privacy::SumDirect(contributions);
}

privacy::NoisePlan OneTable(const privacy::NoisePlan& plan, size_t table) {
  return {plan.round_id, {plan.tables.at(table)}};
}

MeasuredError ErrorOfRounds(std::vector<model::ClosedTallies> nodes, privacy::NoisePlan plan, int64_t figures,
                            RandomSource& random) {
  plan.tables = Repeated(plan.tables);
  for (model::ClosedTallies& closed : nodes) closed.counts = Repeated(closed.counts);
  std::vector<int64_t> truth(nodes.at(0).counts.size(), 0);
  for (const model::ClosedTallies& closed : nodes)
    for (size_t cell = 0; cell < truth.size(); ++cell) truth[cell] += closed.counts[cell];
  double sum = 0, squares = 0;
  int64_t seen = 0;
  while (seen < figures) {
    const std::vector<int64_t> published = NoisedSum(nodes, plan, random);
    for (size_t cell = 0; cell < truth.size(); ++cell, ++seen) {
      const auto off = static_cast<double>(published[cell] - truth[cell]);
      sum += std::abs(off);
      squares += off * off;
    }
  }
  const auto all = static_cast<double>(seen);
  return {sum / all, std::sqrt(squares / all)};
}

}  // namespace aangan::tests
