// SPDX-License-Identifier: Apache-2.0
// Rho to epsilon: the anchors of reference 11.5, which agree with published accountants.
#include "privacy/display_epsilon.h"

#include "gtest/gtest.h"
#include "privacy/accounting.h"

namespace aangan::privacy {
namespace {

TEST(DisplayEpsilon, AgreesWithTheReferenceTable) {
  struct Row {
    double rho, delta5, delta6, delta9, delta10;
  };
  for (const Row& row :
       {Row{0.005, 0.375261, 0.429941, 0.564893, 0.603536}, Row{0.025, 0.896613, 1.014074, 1.307394, 1.391998},
        Row{0.1, 1.914239, 2.141939, 2.715482, 2.881828}, Row{1.0, 7.077197, 7.766217, 9.521464, 10.034344},
        Row{2.56, 12.481335, 13.567773, 16.344932, 17.158309}}) {
    EXPECT_NEAR(DisplayEpsilon(row.rho, 1e-5), row.delta5, 1e-6);
    EXPECT_NEAR(DisplayEpsilon(row.rho, 1e-6), row.delta6, 1e-6);
    EXPECT_NEAR(DisplayEpsilon(row.rho, 1e-9), row.delta9, 1e-6);
    EXPECT_NEAR(DisplayEpsilon(row.rho, 1e-10), row.delta10, 1e-6);
  }
  EXPECT_NEAR(DisplayDelta(0.025, 1), 1.3361319064e-06, 1e-13);
}

TEST(DisplayEpsilon, TheCapsAreTheirTiers) {
  EXPECT_EQ(DisplayEpsilonThousandths(kCapEpsilonHalf), 500);
  EXPECT_EQ(DisplayEpsilonThousandths(kCapEpsilonOne), 1000);
  EXPECT_EQ(DisplayEpsilonThousandths(kCapEpsilonTwo), 2000);
  EXPECT_EQ(DisplayEpsilonThousandths(kCapEpsilonThree), 3000);
  EXPECT_EQ(DisplayEpsilonThousandths(0), 0);
}

}  // namespace
}  // namespace aangan::privacy
