// SPDX-License-Identifier: Apache-2.0
// Rules of members and consents: see check_member.h.
#include "model/check_member.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "model/field_check.h"

namespace aangan::model {
namespace {

constexpr size_t kNameCharactersMax = 200;
constexpr size_t kOtherNamesMax = 10;
constexpr size_t kAddressCharactersMax = 500;
constexpr size_t kNotesCharactersMax = 4000;
constexpr size_t kDistrictDigitsMax = 10;
constexpr size_t kNoticeCharactersMax = 40;
constexpr int kAgeMax = 120;
constexpr int kPurposeMax = 4;  // aangan.node.v1.CONSENT_PURPOSE_RESEARCH
constexpr int kGiven = 1;       // aangan.node.v1.CONSENT_DECISION_GIVEN
constexpr int kWithdrawn = 2;   // aangan.node.v1.CONSENT_DECISION_WITHDRAWN

void CheckDetails(const MemberInput& input, FieldCheck& check) {
  check.TextWithin("details.full_name", input.full_name, kNameCharactersMax, Need::kOptional);
  if (input.other_names.size() > kOtherNamesMax) check.Fault("details.other_names", "must be at most 10");
  for (size_t i = 0; i < std::min(input.other_names.size(), kOtherNamesMax); ++i) {
    check.TextWithin(absl::StrCat("details.other_names[", i, "]"), input.other_names[i], kNameCharactersMax,
                     Need::kOptional);
  }
  check.TextWithin("details.contact", input.contact, kNameCharactersMax, Need::kOptional);
  check.TextWithin("details.address", input.address, kAddressCharactersMax, Need::kOptional);
  check.TextWithin("details.notes", input.notes, kNotesCharactersMax, Need::kOptional);
}

}  // namespace

absl::StatusOr<MemberFacts> CheckMember(const MemberInput& input, Day today) {
  FieldCheck check("member", today);
  MemberFacts facts;
  const int year = CivilFromDay(today).year;
  if (input.birth_year != 0 && (input.birth_year < year - kAgeMax || input.birth_year > year))
    check.Fault("birth_year", "must be 0 for unknown, or a year of the last 120 that is not in the future");
  else
    facts.birth_year = static_cast<int16_t>(input.birth_year);
  facts.gender = check.CodeOf("gender", ListId::kGender, input.gender, Need::kOptional);
  facts.exploitation_type =
      check.CodeOf("exploitation_type", ListId::kExploitationType, input.exploitation_type, Need::kOptional);
  const absl::StatusOr<Period> enrolled = ParsePeriod(input.enrolment_quarter, "enrolment_quarter");
  if (!enrolled.ok() || enrolled->is_year())
    check.Fault("enrolment_quarter", "must be a quarter like 2026Q3");
  else if (enrolled->first_day() > today)
    check.Fault("enrolment_quarter", "must not be in the future");
  else
    facts.enrolled = *enrolled;
  if (facts.enrolled.year != 0 && facts.birth_year > facts.enrolled.year)
    check.Fault("birth_year", "must not be after the quarter of enrolment");
  check.CodeOf("home_state", ListId::kState, input.home_state, Need::kOptional);
  const bool digits =
      std::all_of(input.home_district.begin(), input.home_district.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || input.home_district.size() > kDistrictDigitsMax)
    check.Fault("home_district", "must be the digits of a Local Government Directory code");
  CheckDetails(input, check);
  RETURN_IF_ERROR(check.ToStatus());
  return facts;
}

absl::StatusOr<CheckedConsent> CheckConsent(const ConsentInput& input, Day today, absl::string_view path) {
  FieldCheck check(path, today);
  CheckedConsent consent;
  if (input.purpose < 1 || input.purpose > kPurposeMax) check.Fault("purpose", "must be a purpose");
  if (input.decision != kGiven && input.decision != kWithdrawn) check.Fault("decision", "must be given or withdrawn");
  consent.purpose = input.purpose;
  consent.given = input.decision == kGiven;
  consent.decision_day = check.PastDay("decision_date", input.decision_date, Need::kRequired);
  consent.until_day = check.AnyDay("until_date", input.until_date, Need::kOptional);
  if (input.until_date.has_value() && input.decision == kWithdrawn)
    check.Fault("until_date", "must be unset where consent is withdrawn");
  else if (consent.until_day != kNoDay && consent.decision_day != kNoDay && consent.until_day < consent.decision_day)
    check.Fault("until_date", "must not be before decision_date");
  // Withdrawing needs nothing that giving does not: neither a notice nor its language.
  const Need notice = input.decision == kWithdrawn ? Need::kOptional : Need::kRequired;
  check.TextWithin("notice_version", input.notice_version, kNoticeCharactersMax, notice);
  check.CodeOf("language", ListId::kLanguage, input.language, notice);
  RETURN_IF_ERROR(check.ToStatus());
  return consent;
}

}  // namespace aangan::model
