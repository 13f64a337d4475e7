// SPDX-License-Identifier: Apache-2.0
// Retention clocks: see retention.h.
#include "model/retention.h"

#include "base/check.h"

namespace aangan::model {

Day YearsAfter(Day day, int years) {
  CivilDay civil = CivilFromDay(day);
  civil.year += years;
  absl::StatusOr<Day> later = DayFromCivil(civil, "day");
  if (!later.ok()) {
    civil.day = 28;
    later = DayFromCivil(civil, "day");
  }
  AANGAN_CHECK(later.ok());
  return *later;
}

std::optional<Due> DueOf(const RetentionPolicy& policy, const RecordDays& days, Day today) {
  if (policy.days_after_withdrawal && days.keep) {
    const KeepConsent& keep = *days.keep;
    const bool ran_out = keep.given && keep.until != kNoDay && keep.until < today;
    if (!keep.given || ran_out) {
      const Day due = (ran_out ? keep.until + 1 : keep.decided) + *policy.days_after_withdrawal;
      if (due <= today) return Due{ran_out ? RetentionReason::kRanOut : RetentionReason::kWithdrawn, due};
    }
  }
  if (policy.years_after_last_record > 0 && days.last_record != kNoDay) {
    const Day due = YearsAfter(days.last_record, policy.years_after_last_record);
    if (due <= today) return Due{RetentionReason::kNoNewRecord, due};
  }
  if (policy.days_after_withdrawal && days.keep && days.keep->given && days.keep->until != kNoDay &&
      days.keep->until >= today && days.keep->until < today + kAskAgainDays)
    return Due{RetentionReason::kAskAgain, days.keep->until};
  return std::nullopt;
}

}  // namespace aangan::model
