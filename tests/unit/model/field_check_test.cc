// SPDX-License-Identifier: Apache-2.0
// Faults of one input: all at once, by path, with the reason that fits all of them.
#include "model/field_check.h"

#include "base/problem.h"
#include "gtest/gtest.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::model {
namespace {

const Day kToday = DayOf(2026, 11, 24);

TEST(FieldCheck, WithoutFaultAllIsWell) {
  FieldCheck check("member", kToday);
  EXPECT_EQ(check.CodeOf("gender", ListId::kGender, "woman", Need::kRequired), 1);
  EXPECT_EQ(check.CodeOf("gender", ListId::kGender, "", Need::kOptional), kUnknownCode);
  EXPECT_EQ(check.PastDay("day", CivilDay{2026, 11, 24}, Need::kRequired), kToday);
  EXPECT_EQ(check.PastDay("day", std::nullopt, Need::kOptional), kNoDay);
  EXPECT_EQ(check.AnyDay("day", CivilDay{2030, 1, 1}, Need::kOptional), DayOf(2030, 1, 1));
  EXPECT_EQ(check.today(), kToday);
  EXPECT_TRUE(check.ToStatus().ok());
}

TEST(FieldCheck, FaultsOfCodesAloneAreUnknownCode) {
  FieldCheck check("service", kToday);
  check.CodeOf("domain", ListId::kDomain, "helth", Need::kRequired);
  check.CodeOf("type", ListId::kServiceType, "x", Need::kOptional);
  EXPECT_TRUE(HasReason(check.ToStatus(), Reason::kUnknownCode));
  EXPECT_EQ(FieldsOf(check.ToStatus()), (std::vector<std::string>{"service.domain", "service.type"}));
  check.Fault("score", "must be 1 to 5");
  EXPECT_TRUE(HasReason(check.ToStatus(), Reason::kInvalidField));
  EXPECT_EQ(FieldsOf(check.ToStatus()).size(), 3u);
}

TEST(FieldCheck, AMissingCodeIsAFieldNotACode) {
  FieldCheck check("service", kToday);
  check.CodeOf("domain", ListId::kDomain, "", Need::kRequired);
  check.CodeOf("type", ListId::kServiceType, "x", Need::kRequired);
  EXPECT_TRUE(HasReason(check.ToStatus(), Reason::kInvalidField));
}

TEST(FieldCheck, DaysInTheFutureBefore1900AndNonsenseAreFaults) {
  for (const CivilDay& day : {CivilDay{2026, 11, 25}, {1899, 12, 31}, {2026, 2, 30}, {2026, 0, 0}}) {
    FieldCheck check("service", kToday);
    EXPECT_EQ(check.PastDay("received_date", day, Need::kOptional), kNoDay);
    EXPECT_EQ(FieldsOf(check.ToStatus()), std::vector<std::string>{"service.received_date"});
  }
  FieldCheck check("service", kToday);
  check.PastDay("received_date", std::nullopt, Need::kRequired);
  EXPECT_FALSE(check.ToStatus().ok());
}

TEST(FieldCheck, TextIsCountedInCharactersNotBytes) {
  FieldCheck check("member", kToday);
  check.TextWithin("name", "\xe0\xa4\xae\xe0\xa5\x80\xe0\xa4\xa8\xe0\xa4\xbe", 4, Need::kRequired);  // four letters
  EXPECT_TRUE(check.ToStatus().ok());
  check.TextWithin("name", "Meena", 4, Need::kRequired);
  check.TextWithin("other", "", 4, Need::kRequired);
  EXPECT_EQ(FieldsOf(check.ToStatus()), (std::vector<std::string>{"member.name", "member.other"}));
}

}  // namespace
}  // namespace aangan::model
