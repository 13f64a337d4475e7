// SPDX-License-Identifier: Apache-2.0
// Costs: the numbers of the design, the exact maximum against a search over all choices, the proof's constant.
#include "privacy/accounting.h"

#include <cmath>

#include "gtest/gtest.h"
#include "model/figure.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/privacy/privacy_test_support.h"

namespace aangan::privacy {
namespace {

const model::Period kQ3{2026, 3};
const model::Period kQ4{2026, 4};

TEST(SigmaSquared, IsRoundedUpToHundredths) {
  // 8 / (2 * 0.004871158) = 821.16...
  EXPECT_EQ(SigmaSquared(8, 4871194, 1), MakeRational(82116, 100));
  EXPECT_EQ(SigmaSquared(1, 1000000000, 1), MakeRational(300, 100));  // the floor of 3h
  EXPECT_EQ(SigmaSquared(1, 1000000000, 6), MakeRational(1800, 100));
}

TEST(CuratorVariance, IsWhatTheBudgetAloneAsksFor) {
  EXPECT_EQ(CuratorVariance(8, 4871194), MakeRational(82116, 100));
  EXPECT_EQ(CuratorVariance(1, 1000000000), MakeRational(50, 100));
  EXPECT_EQ(CuratorVariance(36, 1000000000), SigmaSquared(36, 1000000000, 6));  // 18, just the floor
  EXPECT_LT(CuratorVariance(35, 1000000000), SigmaSquared(35, 1000000000, 6));
}

TEST(Charge, TheShippedCatalogueStaysWithinTheCap) {
  auto catalogue = DefaultCatalogue({});
  const RoundNumbers numbers = NumbersOf(12);
  const int64_t quarter = ChargeNanoRho(*catalogue, kQ3, numbers);
  const int64_t fourth = ChargeNanoRho(*catalogue, kQ4, numbers);
  EXPECT_EQ(quarter, 4871167);
  EXPECT_LE(3 * quarter + fourth, kCapEpsilonOne);
  EXPECT_GT(3 * quarter + fourth, kCapEpsilonOne - 1000);
  EXPECT_THAT(LintPrivacy(*catalogue, numbers), tests::IsOk());
}

// "Too few to say" below 199 direct and 82 summed with twelve contributors, as the design computes from C = 8.
TEST(TotalVariance, GivesTheThresholdsOfTheDesign) {
  auto catalogue = DefaultCatalogue({});
  const RoundNumbers numbers = NumbersOf(12);
  const Rational sigma_squared = RoundVariances(*catalogue, kQ3, numbers).front().sigma_squared;
  auto shown = [&](bool summed) {
    const Rational total = TotalVariance(sigma_squared, summed, numbers, 12);
    return model::SmallestShown({static_cast<int64_t>(total.numerator), static_cast<int64_t>(total.denominator)});
  };
  EXPECT_EQ(shown(false), 199);
  EXPECT_EQ(shown(true), 82);
}

// The greedy cost is the maximum over every choice of cells: counts c_t <= L0_t with sum <= C, weighted by Linf^2/(2
// sigma^2).
double DearestChoice(const model::CompiledCatalogue& catalogue, const std::vector<TableVariance>& variances, size_t at,
                     int64_t left) {
  if (at == variances.size()) return 0;
  const model::CompiledTable& table = catalogue.tables[variances[at].table];
  const double weight = static_cast<double>(table.member_weight_max * table.member_weight_max) *
                        static_cast<double>(variances[at].sigma_squared.denominator) /
                        (2.0 * static_cast<double>(variances[at].sigma_squared.numerator));
  double best = 0;
  for (int64_t taken = 0; taken <= std::min(left, table.member_cells_max); ++taken) {
    best =
        std::max(best, static_cast<double>(taken) * weight + DearestChoice(catalogue, variances, at + 1, left - taken));
  }
  return best;
}

TEST(Charge, IsTheDearestChoiceOfCells) {
  for (int variant = 0; variant < 12; ++variant) {
    auto catalogue = DefaultCatalogue([variant](federation::v1::Catalogue& c) {
      c.set_nano_rho_cap(kCapEpsilonThree);
      for (int i = 0; i < c.tables_size(); ++i) {
        auto* table = c.mutable_tables(i);
        table->set_delta2_squared(table->delta2_squared() + (variant + i) % 4);
        table->set_nano_rho(400000 + 37000 * ((variant * 5 + i) % 6));
      }
    });
    const RoundNumbers numbers = NumbersOf(12);
    const auto variances = RoundVariances(*catalogue, kQ3, numbers);
    const double expected = DearestChoice(*catalogue, variances, 0, catalogue->member_cells_quarter_max) * 1e9;
    const int64_t charge = ChargeNanoRho(*catalogue, kQ3, numbers) - static_cast<int64_t>(variances.size());
    EXPECT_NEAR(static_cast<double>(charge), std::ceil(expected), 1) << "variant " << variant;
    EXPECT_GE(static_cast<double>(charge) + 1e-3, expected);
  }
}

// kNodeVarianceMin: at s^2 = 3 the correction for sums of discrete Gaussians stays below one nano-rho for every n and
// every number of cells that a catalogue may have.
TEST(NodeVarianceMin, KeepsTheCorrectionBelowOneNanoRho) {
  const double s2 = kNodeVarianceMin;
  for (int n = 2; n <= 14; ++n) {
    double tau = 0;
    for (int j = 1; j < n; ++j) tau += 10 * std::exp(-2 * M_PI * M_PI * s2 * j / (j + 1));
    const double cells = 20000;
    const double delta1 = 100;
    const double correction = delta1 * tau / std::sqrt(NumbersOf(n).h * s2) + tau * tau * cells / 2;
    EXPECT_LT(correction * 1e9, 1.0) << n;
  }
}

TEST(LintPrivacy, RefusesWhatPassesTheCap) {
  auto catalogue = DefaultCatalogue([](federation::v1::Catalogue& c) { c.set_nano_rho_cap(kCapEpsilonHalf); });
  EXPECT_THAT(LintPrivacy(*catalogue, NumbersOf(12)),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kCatalogueRefused));
}

TEST(LintPrivacy, RefusesNoiseBeyondTheSampler) {
  auto catalogue = DefaultCatalogue([](federation::v1::Catalogue& c) { c.mutable_tables(0)->set_nano_rho(1); });
  EXPECT_THAT(LintPrivacy(*catalogue, NumbersOf(12)),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kCatalogueRefused));
}

TEST(NodeVariance, IsWholeInDirectRoundsAndAPartInSummedOnes) {
  const RoundNumbers numbers = NumbersOf(12);
  EXPECT_EQ(NodeVariance({600, 1}, false, numbers), (Rational{600, 1}));
  EXPECT_EQ(NodeVariance({600, 1}, true, numbers), (Rational{100, 1}));
  EXPECT_EQ(TotalVariance({600, 1}, true, numbers, 12), (Rational{1200, 1}));
}

}  // namespace
}  // namespace aangan::privacy
