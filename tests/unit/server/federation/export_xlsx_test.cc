// SPDX-License-Identifier: Apache-2.0
// Exports as a workbook: the same rows give the same bytes. What a spreadsheet program reads in it is in
// export_readers_test.
#include "server/federation/export_xlsx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/federation/export_sheet.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/federation/export_test_support.h"

namespace aangan::federation {
namespace {

using tests::IsOk;

TEST(ExportXlsx, TheSameRowsGiveTheSameBytes) {
  const auto one = ExportXlsx(TestExportRows());
  const auto two = ExportXlsx(TestExportRows());
  ASSERT_THAT(one, IsOk());
  ASSERT_THAT(two, IsOk());
  EXPECT_EQ(*one, *two);
  EXPECT_THAT(*one, ::testing::StartsWith("PK"));
}

TEST(ExportXlsx, OneOtherNumberGivesOtherBytes) {
  ExportRows rows = TestExportRows();
  rows.figures[kTotalNumber].set_number(121);
  EXPECT_NE(*ExportXlsx(rows), *ExportXlsx(TestExportRows()));
}

TEST(ExportXlsx, WhatIsNoNumberStandsThereAsItsWord) {
  const ExportSheet sheet = FiguresSheet(TestExportRows(), NoNumber::kWord);
  const auto column =
      static_cast<size_t>(std::find(sheet.columns.begin(), sheet.columns.end(), "value") - sheet.columns.begin());
  EXPECT_EQ(sheet.rows[kZero][column], ExportCell(int64_t{0}));
  EXPECT_EQ(sheet.rows[kSuppressed][column], ExportCell("suppressed"));
  EXPECT_EQ(sheet.rows[kNotReported][column], ExportCell("not_reported"));
  EXPECT_EQ(sheet.rows[kTooFew][column], ExportCell("too_few_to_say"));
}

}  // namespace
}  // namespace aangan::federation
