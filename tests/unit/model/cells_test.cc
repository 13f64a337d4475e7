// SPDX-License-Identifier: Apache-2.0
// The numbering of cells: catalogue order, the last dimension running fastest, and every number has a name.
#include "model/cells.h"

#include <set>

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::model {
namespace {

TEST(Cells, TheLastDimensionRunsFastest) {
  const auto catalogue = Compile(SmallCatalogue());
  const CompiledTable& table = catalogue->tables[0];  // places, genders
  EXPECT_EQ(CellOf(table, 0, {0, 0}), 0u);
  EXPECT_EQ(CellOf(table, 0, {0, 1}), 1u);
  EXPECT_EQ(CellOf(table, 0, {1, 0}), 8u);
  EXPECT_EQ(CellOf(table, 0, {1, 7}), 15u);
}

TEST(Cells, IndicatorsRunSlowerThanDimensionsAndTablesFollowEachOther) {
  const auto catalogue = Compile(SmallCatalogue());
  const CompiledTable& table = catalogue->tables[1];
  EXPECT_EQ(CellOf(table, 0, {0}), 16u);
  EXPECT_EQ(CellOf(table, 1, {0}), 26u);
  EXPECT_EQ(CellOf(catalogue->tables[3], 1, {}), 21u);
}

TEST(Cells, EveryCellHasANameOfItsOwn) {
  const auto catalogue = Compile(SmallCatalogue());
  for (bool yearly : {false, true}) {
    const uint32_t count = yearly ? catalogue->year_cell_count : catalogue->quarter_cell_count;
    std::set<std::string> names;
    for (Cell cell = 0; cell < count; ++cell) {
      const CellName name = NameOfCell(*catalogue, yearly, cell);
      names.insert(name.table + "/" + name.indicator + "/" + absl::StrJoin(name.codes, "/"));
    }
    EXPECT_EQ(names.size(), count);
    if (!yearly) {
      EXPECT_TRUE(names.contains("new_by_place/new_members/east/woman"));
      EXPECT_TRUE(names.contains("met_by_domain/services/safety_and_stigma"));
    } else {
      EXPECT_TRUE(names.contains("year/members/"));
    }
  }
}

TEST(Cells, TheNameOfACellIsThatOfItsCodes) {
  const auto catalogue = Compile(SmallCatalogue());
  const CellName name = NameOfCell(*catalogue, false, CellOf(catalogue->tables[0], 0, {1, 3}));
  EXPECT_EQ(name.table, "new_by_place");
  EXPECT_EQ(name.indicator, "new_members");
  EXPECT_EQ(name.codes, (std::vector<std::string>{"east", "trans_woman"}));
}

TEST(CellsDeathTest, ACodeOutOfBoundsStopsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto catalogue = Compile(SmallCatalogue());
  EXPECT_DEATH(CellOf(catalogue->tables[0], 0, {2, 0}), "check failed");
  EXPECT_DEATH(CellOf(catalogue->tables[0], 0, {0}), "check failed");
  EXPECT_DEATH(CellOf(catalogue->tables[0], 1, {0, 0}), "check failed");
  EXPECT_DEATH(NameOfCell(*catalogue, false, catalogue->quarter_cell_count), "check failed");
}

}  // namespace
}  // namespace aangan::model
