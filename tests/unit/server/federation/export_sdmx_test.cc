// SPDX-License-Identifier: Apache-2.0
// Exports as SDMX-CSV: the columns of the standard, and a code for each reason why there is no value.
#include "server/federation/export_sdmx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/unit/server/federation/export_test_support.h"

namespace aangan::federation {
namespace {

using ::testing::ElementsAre;

// Column -> value of each row; no value of ours is quoted.
std::vector<std::map<std::string, std::string>> Rows(const ExportRows& rows) {
  std::vector<std::map<std::string, std::string>> all;
  std::vector<std::string> columns;
  for (const absl::string_view line : absl::StrSplit(ExportSdmx(rows), "\r\n", absl::SkipEmpty())) {
    const std::vector<std::string> fields = absl::StrSplit(line, ',');
    if (columns.empty()) {
      columns = fields;
      continue;
    }
    EXPECT_EQ(fields.size(), columns.size());
    all.emplace_back();
    for (size_t i = 0; i < columns.size(); ++i) all.back()[columns[i]] = fields[i];
  }
  return all;
}

TEST(ExportSdmx, EachReasonHasItsStatusAndOnlySuppressedIsConfidential) {
  std::vector<std::string> seen;
  for (auto& row : Rows(TestExportRows()))
    seen.push_back(absl::StrJoin({row["OBS_VALUE"], row["OBS_STATUS"], row["CONF_STATUS"]}, " "));
  EXPECT_THAT(seen, ElementsAre("120 A F", " O F", "0 A F", " N F", "4000 A F", " O F", " Q C", " L F"));
}

TEST(ExportSdmx, WhatIsProvisionalIsMarked) {
  ExportRows rows = TestExportRows();
  for (v1::Figure& each : rows.figures) each.set_state(v1::RELEASE_STATE_PROVISIONAL);
  EXPECT_EQ(Rows(rows)[kTotalNumber]["OBS_STATUS"], "P");
  EXPECT_EQ(Rows(rows)[kSuppressed]["OBS_STATUS"], "Q");
}

TEST(ExportSdmx, BeginsWithTheColumnsOfTheStandardAndNamesEachObservationOnce) {
  EXPECT_THAT(ExportSdmx(TestExportRows()), ::testing::StartsWith("STRUCTURE,STRUCTURE_ID,ACTION,"));
  std::set<std::string> keys;
  for (auto& row : Rows(TestExportRows())) {
    EXPECT_EQ(row["STRUCTURE"], "dataflow");
    EXPECT_EQ(row["TIME_PERIOD"], "2026-Q3");
    EXPECT_EQ(row["FREQ"], "Q");
    std::string key;
    for (const char* each : {"INDICATOR", "TABLE", "PLACE", "GENDER", "AGE_BAND", "DOMAIN"}) key += row[each] + " ";
    EXPECT_TRUE(keys.insert(key).second) << key;
  }
}

TEST(ExportSdmx, ADimensionIsATotalWhereAFigureIsNotDividedByIt) {
  auto rows = Rows(TestExportRows());
  EXPECT_EQ(rows[kTotalNumber]["TABLE"], "_T");
  EXPECT_EQ(rows[kZero]["GENDER"], "woman");
  EXPECT_EQ(rows[kZero]["PLACE"], "_T");
}

TEST(ExportSdmx, AYearHasItsOwnFrequency) {
  ExportRows rows = TestExportRows();
  rows.period = {2026, 0};
  EXPECT_EQ(Rows(rows)[0]["FREQ"], "A");
  EXPECT_EQ(Rows(rows)[0]["TIME_PERIOD"], "2026");
}

}  // namespace
}  // namespace aangan::federation
