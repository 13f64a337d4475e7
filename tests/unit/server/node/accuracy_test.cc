// SPDX-License-Identifier: Apache-2.0
// What is said before anybody signs: the numbers of the design for the shipped catalogue, and where the floor binds.
// That real rounds come out as said is tests/statistics/accuracy_test.cc.
#include "server/node/accuracy.h"

#include <gtest/gtest.h>

#include "privacy/accounting.h"
#include "server/node/margin.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/privacy/privacy_test_support.h"

namespace aangan::node {
namespace {

namespace fed = federation::v1;

v1::EstimateAccuracyResponse Accuracy(int collectives, const privacy::Edit& edit = {}) {
  const auto found = AccuracyOf(*privacy::DefaultCatalogue(edit), collectives);
  EXPECT_THAT(found, tests::IsOk());
  return found.ok() ? *found : v1::EstimateAccuracyResponse();
}

void Direct(fed::Catalogue& catalogue) { catalogue.set_form(fed::ROUND_FORM_DIRECT); }

TEST(Accuracy, OfTheShippedCatalogueIsThatOfTheDesign) {
  const v1::EstimateAccuracyResponse summed = Accuracy(12);
  ASSERT_EQ(summed.tables_size(), 12);
  const v1::TableAccuracy& first = summed.tables(0);
  EXPECT_EQ(first.table(), "new_by_place");
  EXPECT_EQ(first.sigma_hundredths(), 4053);       // sqrt(821.16 * 12 / 6) = 40.525...
  EXPECT_EQ(first.mean_error_hundredths(), 3234);  // sqrt(2 / pi) of it = 32.334...
  EXPECT_EQ(first.times_curator_hundredths(), 142);
  EXPECT_FALSE(first.floor_binds());
  const v1::EstimateAccuracyResponse direct = Accuracy(12, Direct);
  EXPECT_EQ(direct.tables(0).times_curator_hundredths(), 347);  // sqrt(12)
  EXPECT_EQ(direct.tables(0).too_few_below(), 199);
}

// The column of docs/PRIVACY.md: sqrt(n / h), rounded up here.
TEST(Accuracy, BesideACuratorFollowsFromTheRosterAlone) {
  const std::vector<std::pair<int, int>> expected = {{5, 130},  {6, 123},  {7, 153},  {8, 142},  {9, 135},
                                                     {10, 159}, {11, 149}, {12, 142}, {13, 162}, {14, 153}};
  for (const auto& [n, hundredths] : expected) {
    const v1::EstimateAccuracyResponse summed = Accuracy(n);
    for (const v1::TableAccuracy& table : summed.tables())
      EXPECT_EQ(table.times_curator_hundredths(), hundredths) << n << " " << table.table();
  }
}

TEST(Accuracy, OfTheShippedCatalogueIsAtTheFloorInNoTierAndNoTable) {
  for (const int64_t cap :
       {privacy::kCapEpsilonHalf, privacy::kCapEpsilonOne, privacy::kCapEpsilonTwo, privacy::kCapEpsilonThree}) {
    for (int n = 5; n <= 14; ++n) {
      const v1::EstimateAccuracyResponse said = Accuracy(n, privacy::WithCap(cap));
      for (const v1::TableAccuracy& table : said.tables()) EXPECT_FALSE(table.floor_binds()) << cap << table.table();
    }
  }
  const auto dearest = privacy::DefaultCatalogue(privacy::WithCap(privacy::kCapEpsilonThree));
  for (const privacy::TableVariance& noise : privacy::RoundVariances(*dearest, {2026, 4}, privacy::NumbersOf(12))) {
    EXPECT_EQ(noise.sigma_squared, privacy::MakeRational(dearest->tables[noise.table].yearly ? 16211 : 10807, 100));
  }
}

TEST(Accuracy, SaysWhereTheFloorBindsAndNowhereElse) {
  // 1 / (2 * 0.1) = 5 is below 3h = 18; half as much budget asks for 10 and changes nothing.
  const auto with_budget = [](int64_t nano_rho) {
    return [nano_rho](fed::Catalogue& catalogue) {
      catalogue.set_nano_rho_cap(privacy::kCapEpsilonThree);
      catalogue.mutable_tables(0)->set_delta2_squared(1);
      catalogue.mutable_tables(0)->set_nano_rho(nano_rho);
    };
  };
  const v1::EstimateAccuracyResponse ample = Accuracy(12, with_budget(100000000));
  EXPECT_TRUE(ample.tables(0).floor_binds());
  EXPECT_EQ(ample.tables(0).times_curator_hundredths(), 269);  // sqrt(18 * 2 / 5) = 2.683...
  EXPECT_EQ(ample.tables(0).sigma_hundredths(), 600);          // sqrt(18 * 2)
  for (int i = 1; i < ample.tables_size(); ++i) EXPECT_FALSE(ample.tables(i).floor_binds()) << i;
  const v1::EstimateAccuracyResponse half = Accuracy(12, with_budget(50000000));
  EXPECT_TRUE(half.tables(0).floor_binds());
  EXPECT_EQ(half.tables(0).sigma_hundredths(), 600);
  EXPECT_EQ(half.tables(0).times_curator_hundredths(), 190);  // sqrt(18 * 2 / 10) = 1.897...
}

TEST(MeanError, IsRoundedUpToHundredths) {
  EXPECT_EQ(CeilMeanErrorHundredths({100, 1}), 798);  // 7.9788...
  EXPECT_EQ(CeilMeanErrorHundredths({1, 100}), 8);
}

}  // namespace
}  // namespace aangan::node
