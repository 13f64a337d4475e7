// SPDX-License-Identifier: Apache-2.0
// Members and consents as callers say them: good ones become facts, bad ones are told whole, and no value comes back.
#include "model/check_member.h"

#include "aangan/node/v1/members.pb.h"
#include "base/problem.h"
#include "gtest/gtest.h"
#include "model/codes.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::model {
namespace {

const Day kToday = DayOf(2026, 11, 24);
using Fields = std::vector<std::string>;

MemberInput Good() {
  MemberInput input;
  input.birth_year = 1999;
  input.gender = "woman";
  input.exploitation_type = "forced_criminality";
  input.enrolment_quarter = "2026Q4";
  input.home_state = "bihar";
  input.home_district = "203";
  input.full_name = "Meena";
  return input;
}

Fields FaultsOf(const MemberInput& input) { return FieldsOf(CheckMember(input, kToday).status()); }

TEST(CheckMember, AGoodMemberBecomesFacts) {
  const MemberFacts facts = CheckMember(Good(), kToday).value();
  EXPECT_EQ(facts.birth_year, 1999);
  EXPECT_EQ(CodeText(ListId::kGender, facts.gender), "woman");
  EXPECT_EQ(CodeText(ListId::kExploitationType, facts.exploitation_type), "forced_criminality");
  EXPECT_EQ(facts.enrolled, (Period{2026, 4}));
  EXPECT_FALSE(facts.consent.given);
  EXPECT_TRUE(facts.services.empty());
}

TEST(CheckMember, OnlyTheQuarterIsRequired) {
  MemberInput input;
  input.enrolment_quarter = "2019Q1";
  const MemberFacts facts = CheckMember(input, kToday).value();
  EXPECT_EQ(facts.gender, kUnknownCode);
  EXPECT_EQ(facts.exploitation_type, kUnknownCode);
  EXPECT_EQ(facts.birth_year, 0);
  EXPECT_EQ(FaultsOf({}), Fields{"member.enrolment_quarter"});
}

TEST(CheckMember, BirthYearsOutOfRangeAreRefused) {
  for (int64_t year : {int64_t{-1}, int64_t{99}, int64_t{1905}, int64_t{2027}, int64_t{65536 + 2000}, INT64_MAX}) {
    MemberInput input = Good();
    input.birth_year = year;
    EXPECT_EQ(FaultsOf(input), Fields{"member.birth_year"}) << year;
  }
  for (int64_t year : {0, 1906, 2026}) {
    MemberInput input = Good();
    input.birth_year = year;
    EXPECT_EQ(FaultsOf(input), Fields{}) << year;
  }
  MemberInput input = Good();
  input.enrolment_quarter = "2020Q1";
  input.birth_year = 2021;
  EXPECT_EQ(FaultsOf(input), Fields{"member.birth_year"}) << "born after she was enrolled";
}

TEST(CheckMember, QuartersOfTheFutureYearsAndNonsenseAreRefused) {
  for (const char* quarter : {"2027Q1", "2026", "2026-Q1", ""}) {
    MemberInput input = Good();
    input.enrolment_quarter = quarter;
    EXPECT_EQ(FaultsOf(input), Fields{"member.enrolment_quarter"}) << quarter;
  }
}

TEST(CheckMember, UnknownCodesAreAReasonOfTheirOwn) {
  MemberInput input = Good();
  input.gender = "female";
  input.exploitation_type = "Sexual Exploitation";
  input.home_state = "Bombay";
  const absl::Status status = CheckMember(input, kToday).status();
  EXPECT_TRUE(HasReason(status, Reason::kUnknownCode));
  EXPECT_EQ(FieldsOf(status), (Fields{"member.gender", "member.exploitation_type", "member.home_state"}));
  EXPECT_EQ(status.ToString().find("Bombay"), std::string::npos) << "what was sent is never repeated";
}

TEST(CheckMember, TextsHaveTheirBounds) {
  const std::string s201(201, 'x'), s501(501, 'x'), s4001(4001, 'x');
  MemberInput input = Good();
  input.full_name = s201;
  input.other_names = {"Mina", s201};
  input.contact = s201;
  input.address = s501;
  input.notes = s4001;
  input.home_district = "12a";
  EXPECT_EQ(FaultsOf(input),
            (Fields{"member.home_district", "member.details.full_name", "member.details.other_names[1]",
                    "member.details.contact", "member.details.address", "member.details.notes"}));
  MemberInput many = Good();
  many.other_names.resize(11);
  EXPECT_EQ(FaultsOf(many), Fields{"member.details.other_names"});
  MemberInput district = Good();
  district.home_district = "12345678901";
  EXPECT_EQ(FaultsOf(district), Fields{"member.home_district"});
}

ConsentInput GoodConsent() {
  ConsentInput input;
  input.purpose = node::v1::CONSENT_PURPOSE_BE_COUNTED;
  input.decision = node::v1::CONSENT_DECISION_GIVEN;
  input.decision_date = CivilDay{2026, 11, 1};
  input.until_date = CivilDay{2028, 10, 31};
  input.notice_version = "2026-1";
  input.language = "hi";
  return input;
}

Fields FaultsOf(const ConsentInput& input) { return FieldsOf(CheckConsent(input, kToday, "consent").status()); }

TEST(CheckConsent, AGoodConsentKeepsItsDays) {
  const CheckedConsent consent = CheckConsent(GoodConsent(), kToday, "consent").value();
  EXPECT_EQ(consent,
            (CheckedConsent{node::v1::CONSENT_PURPOSE_BE_COUNTED, true, DayOf(2026, 11, 1), DayOf(2028, 10, 31)}));
  ConsentInput withdrawn = GoodConsent();
  withdrawn.decision = node::v1::CONSENT_DECISION_WITHDRAWN;
  withdrawn.until_date.reset();
  EXPECT_FALSE(CheckConsent(withdrawn, kToday, "consent")->given);
  EXPECT_EQ(CheckConsent(withdrawn, kToday, "consent")->until_day, kNoDay);
}

TEST(CheckConsent, NothingOfItMayBeMissing) {
  EXPECT_EQ(FaultsOf(ConsentInput{}), (Fields{"consent.purpose", "consent.decision", "consent.decision_date",
                                              "consent.notice_version", "consent.language"}));
  EXPECT_EQ(FieldsOf(CheckConsent({}, kToday, "consents[1]").status()).front(), "consents[1].purpose");
}

TEST(CheckConsent, WithdrawingNeedsNoNotice) {
  ConsentInput withdrawn = GoodConsent();
  withdrawn.decision = node::v1::CONSENT_DECISION_WITHDRAWN;
  withdrawn.until_date.reset();
  withdrawn.notice_version = "";
  withdrawn.language = "";
  EXPECT_EQ(FaultsOf(withdrawn), Fields{});
}

TEST(CheckConsent, PurposesAndDecisionsAreThoseOfTheApi) {
  for (int purpose = -1; purpose <= node::v1::ConsentPurpose_MAX + 1; ++purpose) {
    ConsentInput input = GoodConsent();
    input.purpose = purpose;
    const bool fine = purpose > 0 && node::v1::ConsentPurpose_IsValid(purpose);
    EXPECT_EQ(FaultsOf(input), fine ? Fields{} : Fields{"consent.purpose"}) << purpose;
  }
  for (int decision = -1; decision <= node::v1::ConsentDecision_MAX + 1; ++decision) {
    ConsentInput input = GoodConsent();
    input.decision = decision;
    input.until_date.reset();
    const bool fine = decision > 0 && node::v1::ConsentDecision_IsValid(decision);
    EXPECT_EQ(FaultsOf(input), fine ? Fields{} : Fields{"consent.decision"}) << decision;
  }
}

TEST(CheckConsent, ItsDaysAreInOrderAndDecidedByNow) {
  ConsentInput future = GoodConsent();
  future.decision_date = CivilDay{2026, 11, 25};
  EXPECT_EQ(FaultsOf(future), Fields{"consent.decision_date"});
  ConsentInput backwards = GoodConsent();
  backwards.until_date = CivilDay{2026, 10, 31};
  EXPECT_EQ(FaultsOf(backwards), Fields{"consent.until_date"});
  ConsentInput withdrawn = GoodConsent();
  withdrawn.decision = node::v1::CONSENT_DECISION_WITHDRAWN;
  EXPECT_EQ(FaultsOf(withdrawn), Fields{"consent.until_date"});
  ConsentInput notice = GoodConsent();
  const std::string s41(41, 'x');
  notice.notice_version = s41;
  notice.language = "xx";
  EXPECT_EQ(FaultsOf(notice), (Fields{"consent.notice_version", "consent.language"}));
}

}  // namespace
}  // namespace aangan::model
