// SPDX-License-Identifier: Apache-2.0
// Negative sums (privacy-reference.md 3, row 17): they leave the node, are added up and decoded with their sign, so
// that a total over empty cells is about zero. The control clamps each cell at zero first, as a screen does: 0.399
// sigma an empty cell, five thousand people who do not exist over a thousand empty cells at sigma 12.8.
//
// The mean of 40,000 cells has a standard deviation of 0.064 unclamped and 0.037 clamped: bounds at five of them.
#include <gtest/gtest.h>

#include <algorithm>

#include "model/figure.h"
#include "privacy/field.h"
#include "privacy/reconstruction.h"
#include "privacy/release.h"
#include "tests/support/seeded_random.h"

namespace aangan::privacy {
namespace {

constexpr uint32_t kEmptyCells = 1000;
constexpr int kRounds = 40;
constexpr uint64_t kVariance = 164;  // sigma 12.806, of two nodes together

// National sums of cells in which nobody is, by way of the bytes that are sent.
std::vector<int64_t> EmptySums(tests::SeededRandom& random) {
  NoisePlan plan;
  plan.tables = {{kEmptyCells, MakeRational(kVariance, 2)}};
  model::ClosedTallies nobody;
  nobody.counts.assign(kEmptyCells, 0);
  std::vector<Contribution> contributions;
  for (int node = 0; node < 2; ++node) {
    const ProtectedVector sent = *Protect(nobody, Draw(plan, random));
    const ProtectedVector arrived = *ProtectedVector::Decode(sent.Encode());
    EXPECT_EQ(arrived.values(), sent.values());
    contributions.push_back({{}, arrived.values()});
  }
  return *SumDirect(contributions);
}

TEST(SignedSums, ATotalOfEmptyCellsIsAboutZeroAndOneOfClampedCellsIsNot) {
  tests::SeededRandom random(20261124);
  int64_t total = 0, clamped = 0, negative = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (const int64_t sum : EmptySums(random)) {
      total += sum;
      clamped += std::max<int64_t>(sum, 0);
      negative += sum < 0;
    }
  }
  constexpr double kCells = kEmptyCells * kRounds;
  EXPECT_NEAR(static_cast<double>(total) / kCells, 0, 5 * 0.064);
  EXPECT_NEAR(static_cast<double>(clamped) / kCells, 5.109, 5 * 0.037);  // sigma / sqrt(2 pi)
  EXPECT_GT(static_cast<double>(negative) / kCells, 0.4);
}

// The screen never shows a negative count, and never a zero in its place.
TEST(SignedSums, AScreenSaysTooFewAndTheStoredSumStays) {
  for (const int64_t sum : {-40, -1, 0, 9}) {
    const model::FigureValue shown = model::FigureOf(sum, {kVariance, 1});
    EXPECT_TRUE(std::holds_alternative<model::TooFewToSay>(shown)) << sum;
    EXPECT_EQ(DecodeWords(EncodeWords({sum}))->front(), sum);
  }
}

}  // namespace
}  // namespace aangan::privacy
