// SPDX-License-Identifier: Apache-2.0
// Faults of one input, collected: see field_check.h.
#include "model/field_check.h"

#include "absl/strings/str_cat.h"
#include "base/problem.h"

namespace aangan::model {

FieldCheck::FieldCheck(absl::string_view prefix, Day today) : prefix_(prefix), today_(today) {}

void FieldCheck::Fault(absl::string_view field, Literal what) {
  faults_.emplace_back(prefix_.empty() ? std::string(field) : absl::StrCat(prefix_, ".", field), what);
  codes_alone_ = false;
}

Code FieldCheck::CodeOf(absl::string_view field, ListId list, absl::string_view text, Need need) {
  if (text.empty() && need == Need::kRequired) {
    Fault(field, "is required");
    return kUnknownCode;
  }
  if (text.empty()) return kUnknownCode;
  const std::optional<Code> code = FindCode(list, text);
  if (code.has_value()) return *code;
  const bool before = codes_alone_;
  Fault(field, "must be a code of its list");
  codes_alone_ = before;
  return kUnknownCode;
}

Day FieldCheck::AnyDay(absl::string_view field, const std::optional<CivilDay>& date, Need need) {
  if (!date.has_value()) {
    if (need == Need::kRequired) Fault(field, "is required");
    return kNoDay;
  }
  const absl::StatusOr<Day> day = DayFromCivil(*date, field);
  if (day.ok()) return *day;
  Fault(field, "must be a whole calendar day between 1900-01-01 and 2200-12-31");
  return kNoDay;
}

Day FieldCheck::PastDay(absl::string_view field, const std::optional<CivilDay>& date, Need need) {
  const Day day = AnyDay(field, date, need);
  if (day == kNoDay || day <= today_) return day;
  Fault(field, "must not be in the future");
  return kNoDay;
}

void FieldCheck::TextWithin(absl::string_view field, absl::string_view text, size_t characters_max, Need need) {
  if (text.empty() && need == Need::kRequired) Fault(field, "is required");
  size_t characters = 0;
  for (char c : text) characters += (static_cast<unsigned char>(c) & 0xc0) != 0x80;  // not a byte that continues one
  if (characters > characters_max) Fault(field, "is longer than its comment allows");
}

absl::Status FieldCheck::ToStatus() const {
  if (faults_.empty()) return absl::OkStatus();
  Problem problem = codes_alone_ ? Problem(absl::StatusCode::kInvalidArgument, Reason::kUnknownCode,
                                           "A code is not in its list; each field at fault is named.")
                                 : Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                                           "Fields are not right; each one at fault is named.");
  for (const auto& [path, what] : faults_) problem.Field(path, what);
  return problem.ToStatus();
}

}  // namespace aangan::model
