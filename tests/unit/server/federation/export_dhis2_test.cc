// SPDX-License-Identifier: Apache-2.0
// Exports for DHIS2: zeros are sent, what is no number is deleted and listed, and every id leads to its metadata.
#include "server/federation/export_dhis2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "nlohmann/json.hpp"
#include "tests/unit/server/federation/export_test_support.h"

namespace aangan::federation {
namespace {

using Json = nlohmann::json;

const Json* Find(const Json& values, const std::string& element, const std::string& unit) {
  for (const Json& each : values) {
    if (each["dataElement"] == Dhis2Uid(element) && each["orgUnit"] == Dhis2Uid(unit)) return &each;
  }
  return nullptr;
}

TEST(ExportDhis2, AUidIsElevenLettersAndDigitsALetterFirstAndAlwaysTheSame) {
  const std::regex form("[A-Za-z][A-Za-z0-9]{10}");
  std::set<std::string> seen;
  for (int i = 0; i < 5000; ++i) {
    const std::string uid = Dhis2Uid("name " + std::to_string(i));
    EXPECT_TRUE(std::regex_match(uid, form)) << uid;
    seen.insert(uid);
  }
  EXPECT_EQ(seen.size(), 5000u);
  EXPECT_EQ(Dhis2Uid("india"), "IsVJp7kVeM9");  // never another: servers keep it
}

TEST(ExportDhis2, ZeroIsSentAsAValueAndItsElementSaysThatZeroCounts) {
  const Json values = Json::parse(ExportDhis2(TestExportRows()))["dataValues"];
  const Json* zero = nullptr;
  for (const Json& each : values) {
    if (each.contains("value") && each["value"] == "0") zero = &each;
  }
  ASSERT_NE(zero, nullptr);
  EXPECT_EQ((*zero)["comment"], "number; margin 5 (95 %); confirmed; 2 of 3 collectives");
  const Json metadata = Json::parse(ExportDhis2Metadata(TestExportRows()));
  EXPECT_EQ(metadata["dataElements"].size(), 8u);
  for (const Json& element : metadata["dataElements"]) EXPECT_EQ(element["zeroIsSignificant"], true);
}

TEST(ExportDhis2, WhatIsNoNumberIsDeletedNeverZero) {
  const Json values = Json::parse(ExportDhis2(TestExportRows()))["dataValues"];
  const Json* const east = Find(values, "india by_place needs_met number", "india east");
  ASSERT_NE(east, nullptr);
  EXPECT_FALSE(east->contains("value"));
  EXPECT_EQ((*east)["deleted"], true);
  EXPECT_EQ((*east)["comment"], "not_reported; confirmed; 2 of 3 collectives");
  int zeros = 0;
  for (const Json& each : values) {
    EXPECT_NE(each.contains("value"), each.contains("deleted")) << each;
    zeros += each.contains("value") && each["value"] == "0";
  }
  EXPECT_EQ(zeros, 1);  // the zero that is a number
}

TEST(ExportDhis2, AMarginIsSentOfWhatWasMeasuredToo) {
  const Json values = Json::parse(ExportDhis2(TestExportRows()))["dataValues"];
  const Json* const south = Find(values, "india by_place needs_met margin", "india south");
  ASSERT_NE(south, nullptr);
  EXPECT_EQ((*south)["value"], "30");
  const Json* const east = Find(values, "india by_place needs_met margin", "india east");
  ASSERT_NE(east, nullptr);
  EXPECT_EQ((*east)["deleted"], true);
}

TEST(ExportDhis2, EveryIdOfAValueIsInTheMetadata) {
  const Json metadata = Json::parse(ExportDhis2Metadata(TestExportRows()));
  std::set<std::string> known;
  for (const auto& [kind, objects] : metadata.items()) {
    for (const Json& each : objects) EXPECT_TRUE(known.insert(each["id"]).second) << kind << each;
  }
  const Json all = Json::parse(ExportDhis2(TestExportRows()));
  EXPECT_TRUE(known.contains(all["dataSet"]));
  for (const Json& each : all["dataValues"]) {
    EXPECT_TRUE(known.contains(each["dataElement"])) << each;
    EXPECT_TRUE(known.contains(each["orgUnit"])) << each;
    if (each.contains("categoryOptionCombo")) {
      EXPECT_TRUE(known.contains(each["categoryOptionCombo"])) << each;
    }
  }
}

TEST(ExportDhis2, WhatHasNoValueIsListedWithItsReason) {
  std::vector<std::string> reasons;
  const Json listed = Json::parse(ExportDhis2Omitted(TestExportRows()));
  for (const Json& each : listed["omitted"]) {
    reasons.push_back(each["reason"]);
    // Of a state that is kept private there is no value that could be deleted.
    EXPECT_EQ(each.contains("dataElement"), each["reason"] != "suppressed" && each["reason"] != "not_collected")
        << each;
  }
  EXPECT_THAT(reasons,
              ::testing::ElementsAre("not_reported", "too_few_to_say", "not_reported", "suppressed", "not_collected"));
}

TEST(ExportDhis2, ANameThatIsTooLongIsCutBetweenCharacters) {
  ExportRows rows = TestExportRows();
  std::string question;
  for (int i = 0; i < 200; ++i) question += "न";
  rows.catalogues[0].mutable_indicators(0)->set_question(question);
  const Json metadata = Json::parse(ExportDhis2Metadata(rows));  // throws on a broken character
  for (const Json& each : metadata["dataElements"]) {
    EXPECT_LE(each["name"].get<std::string>().size(), 230u);
    EXPECT_LE(each["shortName"].get<std::string>().size(), 50u);
    EXPECT_LE(each["formName"].get<std::string>().size(), 230u);
  }
}

}  // namespace
}  // namespace aangan::federation
