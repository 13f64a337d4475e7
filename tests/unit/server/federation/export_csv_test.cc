// SPDX-License-Identifier: Apache-2.0
// Exports as CSV: what a spreadsheet would run is text, and only numbers are numbers.
#include "server/federation/export_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_split.h"
#include "tests/unit/server/federation/export_test_support.h"

namespace aangan::federation {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

ExportSheet OneText(const std::string& text) { return {{"a"}, {{text}}}; }

TEST(ExportCsv, BeginsWithAByteOrderMarkAndEndsEachLineByTheRfc) {
  EXPECT_EQ(CsvOf({{"a", "b"}, {{int64_t{1}, std::string("x")}}}),
            "\xEF\xBB\xBF"
            "a,b\r\n1,x\r\n");
}

TEST(ExportCsv, WhatASpreadsheetWouldRunIsText) {
  for (const char* bad : {"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x"}) {
    const std::string csv = CsvOf(OneText(bad));
    EXPECT_TRUE(csv.find(std::string("\n'") + bad) != std::string::npos ||
                csv.find(std::string("\n\"'") + bad) != std::string::npos)
        << bad;
  }
  EXPECT_EQ(CsvOf(OneText("a=1")),
            "\xEF\xBB\xBF"
            "a\r\na=1\r\n");  // only where a cell begins
}

TEST(ExportCsv, ANegativeNumberStaysANumber) {
  EXPECT_EQ(CsvOf({{"a"}, {{int64_t{-7}}}}),
            "\xEF\xBB\xBF"
            "a\r\n-7\r\n");
}

TEST(ExportCsv, QuotesAndLineBreaksStayInsideTheirField) {
  EXPECT_EQ(CsvField("Man, \"adult\""), "\"Man, \"\"adult\"\"\"");
  EXPECT_EQ(CsvField("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(CsvField("plain"), "plain");
}

TEST(ExportCsv, OnlyANumberStandsInTheColumnOfTheValue) {
  const ExportSheet sheet = FiguresSheet(TestExportRows(), NoNumber::kEmpty);
  const auto column =
      static_cast<size_t>(std::find(sheet.columns.begin(), sheet.columns.end(), "value") - sheet.columns.begin());
  ASSERT_EQ(sheet.columns[column - 1], "display");
  std::vector<std::string> seen;
  for (const auto& row : sheet.rows) {
    const auto* number = std::get_if<int64_t>(&row[column]);
    seen.push_back(std::get<std::string>(row[column - 1]) + (number == nullptr ? "" : " " + std::to_string(*number)));
    EXPECT_FALSE(std::holds_alternative<std::string>(row[column]));
  }
  EXPECT_THAT(seen, ElementsAre("number 120", "not_reported", "number 0", "too_few_to_say", "number 4000",
                                "not_reported", "suppressed", "not_collected"));
}

TEST(ExportCsv, TheRowsSayPeriodCodesMarginStateAndCoverage) {
  const std::vector<std::string> lines = absl::StrSplit(ExportCsv(TestExportRows()), "\r\n");
  EXPECT_EQ(lines[0],
            "\xEF\xBB\xBFperiod,indicator,question,table,table_title,place,age_band,gender,exploitation_type,domain,"
            "service_type,display,value,margin,raw_sum,variance,state,rehearsal,form,contributors,collectives,"
            "measured_by");
  EXPECT_THAT(lines[1], StartsWith("2026Q3,new_members,\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",,,"));
  EXPECT_THAT(lines[1], EndsWith(",number,120,30,120,23400,confirmed,no,summed,2,3,by_gender by_place"));
}

TEST(ExportCsv, TheDictionaryHasEveryColumnValueStateAndCode) {
  const ExportRows rows = TestExportRows();
  const ExportSheet dictionary = DictionarySheet(rows);
  const auto has = [&](const std::string& kind, const std::string& id) {
    for (const auto& row : dictionary.rows) {
      if (row[0] == ExportCell(kind) && row[1] == ExportCell(id)) return true;
    }
    return false;
  };
  for (const std::string& column : FiguresSheet(rows, NoNumber::kEmpty).columns) EXPECT_TRUE(has("column", column));
  for (const v1::Figure& figure : rows.figures) {
    EXPECT_TRUE(has("display", WordOf(figure.value())));
    EXPECT_TRUE(has("indicator", figure.indicator()));
  }
  EXPECT_TRUE(has("state", "confirmed"));
  EXPECT_TRUE(has("gender", "woman"));
  EXPECT_TRUE(has("place", "south"));
  EXPECT_TRUE(has("table", "by_gender"));
  EXPECT_THAT(ExportDictionary(rows), HasSubstr("gender,woman,'@SUM(A1),,'+a list\r\n"));
  EXPECT_THAT(ExportDictionary(rows), Not(HasSubstr(",=")));
}

}  // namespace
}  // namespace aangan::federation
