// SPDX-License-Identifier: Apache-2.0
// Quarters, years and days in India's time: see period.h.
#include "model/period.h"

#include <cstdio>

#include "absl/time/civil_time.h"
#include "base/check.h"
#include "base/problem.h"

namespace aangan::model {
namespace {

constexpr int kYearMin = 1900;
constexpr int kYearMax = 2200;
constexpr absl::CivilDay kEpoch(1970, 1, 1);

absl::TimeZone India() { return absl::FixedTimeZone(5 * 3600 + 30 * 60); }

Day DayOf(const absl::CivilDay& civil) { return static_cast<Day>(civil - kEpoch); }

// -1 when it is no number of exactly these digits.
int Digits(absl::string_view text) {
  int value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return text.empty() ? -1 : value;
}

}  // namespace

absl::StatusOr<Day> DayFromCivil(const CivilDay& civil, absl::string_view field) {
  const bool in_range = civil.year >= kYearMin && civil.year <= kYearMax && civil.month >= 1 && civil.month <= 12 &&
                        civil.day >= 1 && civil.day <= 31;
  if (in_range) {
    const absl::CivilDay normal(civil.year, civil.month, civil.day);
    if (normal.month() == civil.month && normal.day() == civil.day) return DayOf(normal);
  }
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "There is no such day.")
      .Field(field, "must be a whole calendar day between 1900-01-01 and 2200-12-31")
      .ToStatus();
}

CivilDay CivilFromDay(Day day) {
  const absl::CivilDay civil = kEpoch + day;
  return {static_cast<int>(civil.year()), civil.month(), civil.day()};
}

Day DayInIndia(absl::Time time) { return DayOf(absl::ToCivilDay(time, India())); }

absl::Time StartOfDayInIndia(Day day) { return absl::FromCivil(kEpoch + day, India()); }

Day Period::first_day() const { return DayOf(absl::CivilDay(year, is_year() ? 1 : quarter * 3 - 2, 1)); }

Day Period::last_day() const { return Next().first_day() - 1; }

absl::Time Period::end() const { return StartOfDayInIndia(Next().first_day()); }

Period Period::Next() const {
  if (is_year()) return {static_cast<int16_t>(year + 1), 0};
  return QuarterFromIndex(index() + 1);
}

Period Period::Previous() const {
  if (is_year()) return {static_cast<int16_t>(year - 1), 0};
  return QuarterFromIndex(index() - 1);
}

Period QuarterOf(Day day) {
  const CivilDay civil = CivilFromDay(day);
  return {static_cast<int16_t>(civil.year), static_cast<int8_t>((civil.month + 2) / 3)};
}

Period QuarterFromIndex(int index) {
  AANGAN_CHECK(index >= 0);
  return {static_cast<int16_t>(index / 4), static_cast<int8_t>(index % 4 + 1)};
}

std::string PeriodText(const Period& period) {
  char text[16];
  const int size = period.is_year() ? std::snprintf(text, sizeof(text), "%04d", period.year)
                                    : std::snprintf(text, sizeof(text), "%04dQ%d", period.year, period.quarter);
  return std::string(text, static_cast<size_t>(size));
}

absl::StatusOr<Period> ParsePeriod(absl::string_view text, absl::string_view field) {
  const bool is_year = text.size() == 4;
  const bool is_quarter = text.size() == 6 && text[4] == 'Q' && text[5] >= '1' && text[5] <= '4';
  const int year = is_year || is_quarter ? Digits(text.substr(0, 4)) : -1;
  if (year < kYearMin || year > kYearMax) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is not a period.")
        .Field(field, "must be a calendar quarter like 2026Q3, or a calendar year like 2026 where years are asked for")
        .ToStatus();
  }
  return Period{static_cast<int16_t>(year), static_cast<int8_t>(is_quarter ? text[5] - '0' : 0)};
}

}  // namespace aangan::model
