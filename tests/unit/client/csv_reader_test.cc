// SPDX-License-Identifier: Apache-2.0
// CSV as spreadsheets write it, and files that are none: every row knows its line, a bad one does not stop the rest.
#include "client/command/csv_reader.h"

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::client {
namespace {

using ::testing::ElementsAre;

struct Read {
  absl::Status status;
  std::vector<std::string> header;
  std::vector<CsvRow> rows;
};

Read ReadText(const std::string& text) {
  tests::TempDir folder;
  std::ofstream(folder / "in.csv", std::ios::binary) << text;
  Read read;
  read.status = ReadCsv(
      folder / "in.csv",
      [&](const std::vector<std::string>& header) {
        read.header = header;
        return absl::OkStatus();
      },
      [&](CsvRow row) {
        read.rows.push_back(std::move(row));
        return absl::OkStatus();
      });
  return read;
}

TEST(CsvReader, ReadsCommasSemicolonsTabsByteOrderMarksAndWindowsLines) {
  for (const std::string& text : {std::string("a,b\n1,2\n"), std::string("a;b\r\n1;2\r\n"), std::string("a\tb\n1\t2"),
                                  std::string("\xEF\xBB\xBF"
                                              "a,b\r\n1,2")}) {
    const Read read = ReadText(text);
    ASSERT_THAT(read.status, tests::IsOk());
    EXPECT_THAT(read.header, ElementsAre("a", "b"));
    ASSERT_EQ(read.rows.size(), 1u) << text;
    EXPECT_THAT(read.rows[0].fields, ElementsAre("1", "2"));
    EXPECT_EQ(read.rows[0].line, 2);
  }
}

TEST(CsvReader, QuotesHoldSeparatorsQuotesAndLineBreaks) {
  const Read read = ReadText("a,b\n\"x,\"\"y\"\"\",\"two\nlines\"\nlast,row\n");
  ASSERT_THAT(read.status, tests::IsOk());
  ASSERT_EQ(read.rows.size(), 2u);
  EXPECT_THAT(read.rows[0].fields, ElementsAre("x,\"y\"", "two\nlines"));
  EXPECT_EQ(read.rows[1].line, 4);
}

TEST(CsvReader, EmptyLinesAreNoRowsAndCount) {
  const Read read = ReadText("a,b\n\n \r\n1,2\n\n\"3\n\n\",4\n");
  ASSERT_EQ(read.rows.size(), 2u);
  EXPECT_EQ(read.rows[0].line, 4);
  EXPECT_EQ(read.rows[1].line, 6);
  EXPECT_THAT(read.rows[1].fields, ElementsAre("3", "4"));
}

TEST(CsvReader, RowsOfSeparatorsAloneAreNoRowsAndCount) {
  const Read read = ReadText("a;b\r\n;\r\n1;2\r\n \t;\"\n \"\r\n;3\r\n;;;;\r\n;");
  ASSERT_EQ(read.rows.size(), 2u);
  EXPECT_EQ(read.rows[0].line, 3);
  EXPECT_EQ(read.rows[1].line, 6);
  EXPECT_THAT(read.rows[1].fields, ElementsAre("", "3"));
}

TEST(CsvReader, BadRowsAreNamedByLineAndTheRestIsRead) {
  const Read read = ReadText("a,b\n1,2,3\n\"x\"y,2\n4,\xFF\n5,6\n");
  ASSERT_THAT(read.status, tests::IsOk());
  ASSERT_EQ(read.rows.size(), 4u);
  EXPECT_FALSE(read.rows[0].fault.empty());
  EXPECT_FALSE(read.rows[1].fault.empty());
  EXPECT_FALSE(read.rows[2].fault.empty());
  EXPECT_TRUE(read.rows[3].fault.empty());
  EXPECT_EQ(read.rows[1].line, 3);
  EXPECT_EQ(read.rows[3].line, 5);
}

TEST(CsvReader, AQuoteLeftOpenIsAFaultAndNotSilence) {
  const Read read = ReadText("a,b\n1,2\n\"open,2\n");
  ASSERT_EQ(read.rows.size(), 2u);
  EXPECT_FALSE(read.rows[1].fault.empty());
}

TEST(CsvReader, WhatIsNoTextIsRefusedWithTheFix) {
  EXPECT_THAT(ReadText("").status, tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField));
  EXPECT_THAT(ReadText(std::string("\xFF\xFE"
                                   "a\0,\0b\0",
                                   8))
                  .status,
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField));
  EXPECT_THAT(ReadCsv("/nowhere/at-all.csv", {}, {}),
              tests::HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
}

}  // namespace
}  // namespace aangan::client
