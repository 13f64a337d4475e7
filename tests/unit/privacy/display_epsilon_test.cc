// SPDX-License-Identifier: Apache-2.0
// Rho to epsilon: the tables of privacy-reference 11.5, which agree with published accountants; and 11.6, the exact
// delta of the noise itself, which what is shown must never go below.
#include "privacy/display_epsilon.h"

#include <cmath>

#include "gtest/gtest.h"
#include "privacy/accounting.h"

namespace aangan::privacy {
namespace {

double RhoOf(double sigma_squared) { return 1 / (2 * sigma_squared); }

TEST(DisplayEpsilon, AgreesWithTheReferenceTable) {
  struct Row {
    double rho, delta5, delta6, delta9, delta10;
  };
  for (const Row& row :
       {Row{0.005, 0.375261, 0.429941, 0.564893, 0.603536}, Row{0.01, 0.545726, 0.621693, 0.810174, 0.864321},
        Row{0.02, 0.794315, 0.899935, 1.163287, 1.239176}, Row{0.025, 0.896613, 1.014074, 1.307394, 1.391998},
        Row{0.05, 1.308118, 1.471595, 1.881660, 2.000276}, Row{0.1, 1.914239, 2.141939, 2.715482, 2.881828},
        Row{0.5, 4.728387, 5.221534, 6.474070, 6.839329}, Row{1.0, 7.077197, 7.766217, 9.521464, 10.034344},
        Row{2.56, 12.481335, 13.567773, 16.344932, 17.158309}}) {
    EXPECT_NEAR(DisplayEpsilon(row.rho, 1e-5), row.delta5, 1e-6) << row.rho;
    EXPECT_NEAR(DisplayEpsilon(row.rho, 1e-6), row.delta6, 1e-6) << row.rho;
    EXPECT_NEAR(DisplayEpsilon(row.rho, 1e-9), row.delta9, 1e-6) << row.rho;
    EXPECT_NEAR(DisplayEpsilon(row.rho, 1e-10), row.delta10, 1e-6) << row.rho;
  }
}

TEST(DisplayEpsilon, AgreesWithThePublishedAnchors) {
  EXPECT_NEAR(DisplayEpsilon(RhoOf(4.530877117 * 4.530877117), 1e-6), 1, 1e-8);
  EXPECT_NEAR(DisplayDelta(0.025, 1), 1.3361319064e-06, 1e-15);
  EXPECT_NEAR(DisplayEpsilon(0.025, 1e-6), 1.01407425473, 1e-10);
  EXPECT_NEAR(DisplayEpsilon(0.0243559703595, 1e-6), 1, 1e-11);
  // The standard bound, rho + 2 sqrt(rho ln 1/delta), is looser.
  const double loose = 0.025 + 2 * std::sqrt(0.025 * std::log(1e6));
  EXPECT_NEAR(loose, 1.200394, 1e-6);
  EXPECT_LT(DisplayEpsilon(0.025, 1e-6), loose);
}

// Backwards: the rho of each tier, in nano-rho as the ledger counts it. One nano-rho moves epsilon by less than 2e-7.
TEST(DisplayEpsilon, LeadsBackToTheTiers) {
  struct Row {
    double epsilon, rho;
  };
  for (const Row& row :
       {Row{0.1, 0.000321048}, Row{0.25, 0.001801548}, Row{0.5, 0.006641524}, Row{1, 0.024355970}, Row{2, 0.088152688},
        Row{3, 0.185069841}, Row{4, 0.311064955}, Row{8, 1.052358005}, Row{12, 2.089498785}}) {
    EXPECT_LT(DisplayEpsilon(row.rho - 1e-9, 1e-6), row.epsilon) << row.epsilon;
    EXPECT_GT(DisplayEpsilon(row.rho + 1e-9, 1e-6), row.epsilon) << row.epsilon;
  }
}

TEST(DisplayEpsilon, TheCapsAreTheirTiers) {
  EXPECT_EQ(DisplayEpsilonThousandths(kCapEpsilonHalf), 500);
  EXPECT_EQ(DisplayEpsilonThousandths(kCapEpsilonOne), 1000);
  EXPECT_EQ(DisplayEpsilonThousandths(kCapEpsilonTwo), 2000);
  EXPECT_EQ(DisplayEpsilonThousandths(kCapEpsilonThree), 3000);
  EXPECT_EQ(DisplayEpsilonThousandths(0), 0);
}

// P(Y > edge) - e^epsilon P(Y > edge + 1) for the discrete Gaussian Y, with edge = epsilon sigma^2 - 1/2: the exact
// delta for neighbours that differ by one (Canonne, Kamath, Steinke, theorem 7).
double ExactDelta(double sigma_squared, double epsilon) {
  const double edge = epsilon * sigma_squared - 0.5;
  double total = 0;
  double delta = 0;
  for (int x = 400; x >= -400; --x) {
    const double weight = std::exp(-x * x / (2 * sigma_squared));
    total += weight;
    if (x > edge) delta += weight;
    if (x > edge + 1) delta -= std::exp(epsilon) * weight;
  }
  return delta / total;
}

TEST(DisplayDelta, IsNeverBelowTheExactOneOfTheNoise) {
  struct Row {
    double sigma_squared, epsilon, exact;
  };
  for (const Row& row :
       {Row{1, 0.25, 3.135844e-01}, Row{1, 0.5, 2.039828e-01}, Row{1, 1, 1.413513e-01}, Row{1, 2, 2.481105e-02},
        Row{4, 0.25, 1.123451e-01}, Row{4, 0.5, 5.400722e-02}, Row{4, 1, 7.248777e-03}, Row{4, 2, 1.074090e-05},
        Row{9, 0.25, 4.932751e-02}, Row{9, 0.5, 1.191565e-02}, Row{9, 1, 2.177831e-04}, Row{9, 2, 1.575588e-10},
        Row{16, 0.25, 2.366259e-02}, Row{16, 0.5, 2.752924e-03}, Row{16, 1, 3.055455e-06}, Row{16, 2, 5.717613e-17},
        Row{25, 0.25, 1.144903e-02}, Row{25, 0.5, 4.977630e-04}, Row{25, 1, 1.829336e-08}}) {
    const double exact = ExactDelta(row.sigma_squared, row.epsilon);
    EXPECT_NEAR(exact / row.exact, 1, 1e-6) << row.sigma_squared << " " << row.epsilon;
    EXPECT_LE(exact, DisplayDelta(RhoOf(row.sigma_squared), row.epsilon)) << row.sigma_squared << " " << row.epsilon;
  }
}

// The continuous Gaussian of just enough noise, by its own exact formula (Balle, Wang, arXiv:1805.06530, theorem 8).
TEST(DisplayDelta, IsNeverBelowThatOfTheContinuousGaussian) {
  struct Row {
    double epsilon, delta, sigma;
  };
  const auto below = [](double x) { return std::erfc(-x / std::sqrt(2)) / 2; };
  for (const Row& row :
       {Row{1, 1e-6, 4.224679}, Row{1, 1e-5, 3.730632}, Row{2, 1e-6, 2.230476}, Row{0.5, 1e-6, 8.057618}}) {
    const double half = 1 / (2 * row.sigma);
    const double shift = row.epsilon * row.sigma;
    EXPECT_NEAR((below(half - shift) - std::exp(row.epsilon) * below(-half - shift)) / row.delta, 1, 1e-5) << row.sigma;
    EXPECT_GT(DisplayDelta(RhoOf(row.sigma * row.sigma), row.epsilon), row.delta) << row.sigma;
  }
}

}  // namespace
}  // namespace aangan::privacy
