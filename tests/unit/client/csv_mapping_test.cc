// SPDX-License-Identifier: Apache-2.0
// Mapping files: what they say is what they do, and a slip of the pen is told with its line and the nearest name.
#include "client/command/csv_mapping.h"

#include <gtest/gtest.h>

#include "client/command/row_builder.h"
#include "google/rpc/error_details.pb.h"
#include "tests/support/status_matchers.h"

namespace aangan::client {
namespace {

using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;

constexpr char kMapping[] = R"(
id = "ours"
not_recorded = ["-99"]
[defaults]
"consent.be_counted.decision_date" = "2026-01-05"
[[column]]
name = "Sex"
field = "member.gender"
not_recorded = ["?"]
values = { F = "woman", M = "man" }
[[column]]
name = "Age"
field = "member.birth_year"
kind = "age_range"
reference_year = 2026
[[column]]
name = "Given"
field = "service.1.received_date"
date_form = "dd/mm/yyyy"
[[column]]
name = "Kind"
field = "service.1.type"
[[column]]
name = "Name"
field = "member.details.full_name"
)";

std::string Detail(const absl::Status& status, const std::string& key) {
  google::rpc::ErrorInfo info;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  if (!payload || !info.ParseFromString(std::string(*payload))) return "";
  const auto found = info.metadata().find(key);
  return found == info.metadata().end() ? "" : found->second;
}

const std::vector<std::string> kHeader = {"Name", "Sex", "Age", "Given", "Kind"};

class MappingTest : public ::testing::Test {
 protected:
  MappingTest() : mapping_(*CsvMapping::Parse(kMapping)) { EXPECT_THAT(mapping_.Bind(kHeader), IsOk()); }
  std::optional<RowFault> Build(std::vector<std::string> fields, node::v1::ImportRow* row) {
    return builder_.Build({7, std::move(fields), ""}, row);
  }

  CsvMapping mapping_;
  RowBuilder builder_{&mapping_, "members.csv"};
};

TEST_F(MappingTest, ColumnsGoWhereTheFileSays) {
  node::v1::ImportRow row;
  ASSERT_FALSE(Build({"A B", "F", "Age 18-20", "03/08/2026", "health_check"}, &row).has_value());
  EXPECT_EQ(row.line(), 7);
  EXPECT_EQ(row.member().details().full_name(), "A B");
  EXPECT_EQ(row.member().gender(), "woman");
  EXPECT_EQ(row.member().birth_year(), 2007);
  ASSERT_EQ(row.services_size(), 1);
  EXPECT_EQ(row.services(0).received_date().day(), 3);
  EXPECT_EQ(row.services(0).received_date().month(), 8);
  ASSERT_EQ(row.consents_size(), 1);
  EXPECT_EQ(row.consents(0).purpose(), node::v1::CONSENT_PURPOSE_BE_COUNTED);
  EXPECT_EQ(row.consents(0).decision(), node::v1::CONSENT_DECISION_GIVEN);
  EXPECT_EQ(row.consents(0).decision_date().year(), 2026);
}

TEST_F(MappingTest, WhatIsNotRecordedIsLeftOutAndARecordOfNothingToo) {
  node::v1::ImportRow row;
  ASSERT_FALSE(Build({"", "?", "-99", "", "-99"}, &row).has_value());
  EXPECT_TRUE(row.has_member());
  EXPECT_EQ(row.member().gender(), "");
  EXPECT_EQ(row.member().birth_year(), 0);
  EXPECT_EQ(row.services_size(), 0);
  EXPECT_EQ(row.consents_size(), 1);  // of defaults alone
}

TEST_F(MappingTest, AnAgeIsTheMiddleOfItsRange) {
  const std::vector<std::pair<std::string, int>> ages = {
      {"9-17", 2013}, {"Age 48+", 1978}, {"18--20", 2007}, {"30 to 38", 1992}, {"25", 2001}};
  for (const auto& [text, year] : ages) {
    node::v1::ImportRow row;
    ASSERT_FALSE(Build({"", "F", text, "", ""}, &row).has_value()) << text;
    EXPECT_EQ(row.member().birth_year(), year) << text;
  }
}

TEST_F(MappingTest, AValueThatCanNotBeNamesItsColumnAndNeverItself) {
  node::v1::ImportRow row;
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
      {{"", "Zanary", "", "", ""}, "Sex"},
      {{"", "F", "Zanary", "", ""}, "Age"},
      {{"", "F", "40-30", "", ""}, "Age"},
      {{"", "F", "", "2026-08-03", ""}, "Given"},
      {{"", "F", "", "Zanary", ""}, "Given"}};
  for (const auto& [fields, column] : wrong) {
    const std::optional<RowFault> fault = Build(fields, &row);
    ASSERT_TRUE(fault.has_value()) << column;
    EXPECT_EQ(fault->line, 7);
    EXPECT_EQ(fault->column, column);
    EXPECT_EQ(fault->fix.find("Zanary"), std::string::npos);
    EXPECT_NE(fault->fix, "");
  }
}

TEST_F(MappingTest, EqualRowsAreCountedAndOtherRowsHaveOtherIds) {
  node::v1::ImportRow first, second, other;
  Build({"A", "F", "", "", ""}, &first);
  Build({"A", "F", "", "", ""}, &second);
  Build({"AF", "", "", "", ""}, &other);
  EXPECT_EQ(first.row_digest(), second.row_digest());
  EXPECT_EQ(first.occurrence(), 0);
  EXPECT_EQ(second.occurrence(), 1);
  EXPECT_NE(first.row_digest(), other.row_digest());
}

TEST_F(MappingTest, EqualRowsOfTwoFilesAreTwo) {
  node::v1::ImportRow here, there;
  Build({"A", "F", "", "", ""}, &here);
  RowBuilder(&mapping_, "another.csv").Build({7, {"A", "F", "", "", ""}, ""}, &there);
  EXPECT_NE(here.row_digest(), there.row_digest());
  EXPECT_EQ(there.occurrence(), 0);
}

TEST_F(MappingTest, TheNodesFieldIsTurnedBackIntoAColumn) {
  EXPECT_EQ(builder_.ColumnOf("received_date"), "Given");
  EXPECT_EQ(builder_.ColumnOf("member.gender"), "Sex");
  EXPECT_EQ(builder_.ColumnOf("enrolment_quarter"), "enrolment_quarter");
}

TEST(CsvMapping, AnUnknownKeyOrFieldOrColumnIsToldWithTheNearestName) {
  const auto key = CsvMapping::Parse("id = \"a\"\nnot_recorde = []\n");
  EXPECT_THAT(key, HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  EXPECT_EQ(Detail(key.status(), "line"), "2");
  EXPECT_EQ(Detail(key.status(), "nearest"), "not_recorded");
  const auto field = CsvMapping::Parse("id = \"a\"\n[[column]]\nname = \"x\"\nfield = \"member.gendre\"\n");
  EXPECT_THAT(field, HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  EXPECT_EQ(Detail(field.status(), "line"), "4");
  EXPECT_EQ(Detail(field.status(), "nearest"), "member.gender");
  CsvMapping mapping = *CsvMapping::Parse(kMapping);
  const absl::Status column = mapping.Bind({"Name", "Sexx", "Age", "Given", "Kind"});
  EXPECT_THAT(column, HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  EXPECT_EQ(Detail(column, "nearest"), "Sexx");
}

TEST(CsvMapping, WhatIsNoMappingIsRefused) {
  for (const char* text : {"", "id = ", "id = \"A B\"\n[[column]]\nname=\"x\"\nfield=\"member.gender\"\n",
                           "id = \"a\"\n", "id = \"a\"\n[[column]]\nname=\"x\"\n",
                           "id = \"a\"\n[[column]]\nname=\"x\"\nfield=\"member.gender\"\nkind=\"age_range\"\n",
                           "id = \"a\"\n[[column]]\nname=\"x\"\nfield=\"member.name\"\n",
                           "id = \"a\"\n[[column]]\nname=\"x\"\nfield=\"service.51.type\"\n"}) {
    EXPECT_THAT(CsvMapping::Parse(text), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField)) << text;
  }
}

}  // namespace
}  // namespace aangan::client
