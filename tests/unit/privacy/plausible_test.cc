// SPDX-License-Identifier: Apache-2.0
// What a sum and a count can be: the edge of each bound, and which table is blamed.
#include "privacy/plausible.h"

#include <algorithm>

#include "gtest/gtest.h"
#include "privacy/accounting.h"
#include "tests/unit/privacy/privacy_test_support.h"

namespace aangan::privacy {
namespace {

constexpr model::Period kQuarter{2026, 3};
constexpr model::Period kFourth{2026, 4};

class PlausibleTest : public ::testing::Test {
 protected:
  std::vector<std::string> Spoilt(const std::vector<int64_t>& sums, const std::vector<bool>& left_out) const {
    return SpoiltTables(*catalogue_, kFourth, numbers_, {left_out, sums});
  }
  const std::shared_ptr<const model::CompiledCatalogue> catalogue_ =
      DefaultCatalogue([](federation::v1::Catalogue&) {});
  const RoundNumbers numbers_ = NumbersOf(12);
};

TEST_F(PlausibleTest, FortySigmaIsTheSmallestWholeNumberThatIsEnough) {
  EXPECT_EQ(FortySigma(MakeRational(1, 1)), 40);
  EXPECT_EQ(FortySigma(MakeRational(2, 1)), 57);  // 56.57
  EXPECT_EQ(FortySigma(MakeRational(100000000, 100)), 40000);
  EXPECT_EQ(FortySigma(MakeRational(100000001, 100)), 40001);
}

TEST_F(PlausibleTest, ASumIsWithinNTimesTheBoundAndTheNoiseOfAll) {
  const std::vector<int64_t> bounds = SumBounds(*catalogue_, kQuarter, numbers_);
  ASSERT_EQ(bounds.size(), catalogue_->quarter_cell_count);
  EXPECT_EQ(SumBounds(*catalogue_, kFourth, numbers_).size(),
            catalogue_->quarter_cell_count + catalogue_->year_cell_count);
  for (const TableVariance& each : RoundVariances(*catalogue_, kQuarter, numbers_)) {
    const model::CompiledTable& table = catalogue_->tables[each.table];
    const int64_t noise = bounds[table.first_cell] - 12 * table.cell_bound;
    const Rational all = TotalVariance(each.sigma_squared, catalogue_->summed(), numbers_, 12);
    const auto squared = static_cast<Uint128>(noise) * static_cast<Uint128>(noise) * all.denominator;
    const auto less = static_cast<Uint128>(noise - 1) * static_cast<Uint128>(noise - 1) * all.denominator;
    EXPECT_GE(squared, static_cast<Uint128>(1600) * all.numerator);
    EXPECT_LT(less, static_cast<Uint128>(1600) * all.numerator);
  }
}

TEST_F(PlausibleTest, TheTableWithASumPastTheEdgeIsSpoiltAndNoOther) {
  const std::vector<int64_t> bounds = SumBounds(*catalogue_, kFourth, numbers_);
  const std::vector<bool> none(bounds.size(), false);
  EXPECT_TRUE(Spoilt(bounds, none).empty());
  std::vector<int64_t> below;
  for (const int64_t bound : bounds) below.push_back(-bound);
  EXPECT_TRUE(Spoilt(below, none).empty());
  for (const model::CompiledTable& table : catalogue_->tables) {
    const size_t last = (table.yearly ? catalogue_->quarter_cell_count : 0) + table.first_cell + table.cell_count - 1;
    std::vector<int64_t> sums = bounds;
    ++sums[last];
    EXPECT_EQ(Spoilt(sums, none), std::vector<std::string>{table.id});
    sums = below;
    --sums[last];
    EXPECT_EQ(Spoilt(sums, none), std::vector<std::string>{table.id});
  }
}

// Sums come without the cells that were left out, so that those behind them move up.
TEST_F(PlausibleTest, LeftOutCellsHaveNoSum) {
  const std::vector<int64_t> bounds = SumBounds(*catalogue_, kFourth, numbers_);
  std::vector<bool> left_out(bounds.size(), false);
  const model::CompiledTable& first = catalogue_->tables.front();
  std::fill_n(left_out.begin(), first.cell_count, true);
  std::vector<int64_t> sums(bounds.begin() + first.cell_count, bounds.end());
  EXPECT_TRUE(Spoilt(sums, left_out).empty());
  ++sums.front();
  EXPECT_EQ(Spoilt(sums, left_out), std::vector<std::string>{catalogue_->tables[1].id});
}

TEST_F(PlausibleTest, AnOwnCountIsWithinTheBoundOfItsCell) {
  std::vector<int64_t> counts;
  for (const bool yearly : {false, true}) {
    for (const model::CompiledTable& table : catalogue_->tables) {
      if (table.yearly == yearly) counts.insert(counts.end(), table.cell_count, table.cell_bound);
    }
  }
  EXPECT_TRUE(TablesOutOfBound(*catalogue_, kFourth, counts).empty());
  ++counts.back();
  EXPECT_EQ(TablesOutOfBound(*catalogue_, kFourth, counts).size(), 1u);
  --counts.back();
  counts.front() = -1;
  EXPECT_EQ(TablesOutOfBound(*catalogue_, kFourth, counts), std::vector<std::string>{catalogue_->tables.front().id});
}

}  // namespace
}  // namespace aangan::privacy
