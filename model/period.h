// SPDX-License-Identifier: Apache-2.0
// Periods: calendar quarters ("2026Q3") and years ("2026") in India's time, fixed UTC+05:30 (no tzdata is needed). A
// day is a number of days since 1970-01-01. Threads: pure.
#ifndef AANGAN_MODEL_PERIOD_H_
#define AANGAN_MODEL_PERIOD_H_

#include <compare>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace aangan::model {

// Days since 1970-01-01 in the proleptic Gregorian calendar. kNoDay means "not given".
using Day = int32_t;
inline constexpr Day kNoDay = INT32_MIN;

struct CivilDay {
  int year, month, day;
};
// INVALID_ARGUMENT with `field` when there is no such day, or the year is outside 1900..2200.
absl::StatusOr<Day> DayFromCivil(const CivilDay& civil, absl::string_view field);
CivilDay CivilFromDay(Day day);
Day DayInIndia(absl::Time time);
absl::Time StartOfDayInIndia(Day day);

// quarter 1..4, or 0 for the whole calendar year.
struct Period {
  int16_t year = 0;
  int8_t quarter = 0;
  auto operator<=>(const Period&) const = default;

  bool is_year() const { return quarter == 0; }
  Day first_day() const;
  Day last_day() const;  // inclusive
  bool Contains(Day day) const { return day >= first_day() && day <= last_day(); }
  absl::Time end() const;  // the first moment after it
  // Quarters since year 0; for quarters alone. Consecutive quarters differ by one.
  int index() const { return year * 4 + quarter - 1; }
  Period Next() const;      // of the same kind
  Period Previous() const;  // of the same kind
  Period Year() const { return {year, 0}; }
};

Period QuarterOf(Day day);
Period QuarterFromIndex(int index);
std::string PeriodText(const Period& period);
absl::StatusOr<Period> ParsePeriod(absl::string_view text, absl::string_view field);  // "2026Q3" or "2026"

}  // namespace aangan::model

#endif  // AANGAN_MODEL_PERIOD_H_
