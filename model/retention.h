// SPDX-License-Identifier: Apache-2.0
// Retention clocks: what a policy asks for about one member, from days alone. The report and the daily run both ask
// here, so that nothing is erased that a report would not have said.
// Threads: pure. Units: days as in model/period.
#ifndef AANGAN_MODEL_RETENTION_H_
#define AANGAN_MODEL_RETENTION_H_

#include <cstdint>
#include <optional>

#include "model/period.h"

namespace aangan::model {

inline constexpr int kRetentionYearsMax = 50;
inline constexpr int kRetentionDaysMax = 3650;
inline constexpr int kGraceDaysMin = 7;
inline constexpr int kGraceDaysMax = 365;
inline constexpr int kGraceDaysDefault = 30;
// A grievance is answered within so many days.
inline constexpr int kGrievanceDaysMax = 90;
inline constexpr int kGrievanceDaysDefault = 30;
// A consent to keep a record that runs out within so many days is to be asked for again.
inline constexpr int kAskAgainDays = 30;

// As it is at first, nothing is ever due.
struct RetentionPolicy {
  int years_after_last_record = 0;           // 0: never
  std::optional<int> days_after_withdrawal;  // none: never
  bool off() const { return years_after_last_record == 0 && !days_after_withdrawal.has_value(); }
};

// The newest decision about keeping a record.
struct KeepConsent {
  bool given = false;
  Day decided = kNoDay;
  Day until = kNoDay;  // kNoDay: no end
};

// All that the clocks see of a member.
struct RecordDays {
  Day last_record = kNoDay;  // the latest day on which anything about her was recorded or happened
  std::optional<KeepConsent> keep;
};

// Numbers of aangan.node.v1.RetentionReason; on disk.
enum class RetentionReason : uint8_t { kNoNewRecord = 1, kWithdrawn = 2, kRanOut = 3, kAskAgain = 4 };

struct Due {
  RetentionReason reason = RetentionReason::kNoNewRecord;
  Day day = kNoDay;  // on which the clock was over; of kAskAgain her consent's last day
  bool erases() const { return reason != RetentionReason::kAskAgain; }
};

// None when the policy asks for nothing on `today`.
std::optional<Due> DueOf(const RetentionPolicy& policy, const RecordDays& days, Day today);

// The same date so many years later; 29 February becomes 28 where there is none.
Day YearsAfter(Day day, int years);

}  // namespace aangan::model

#endif  // AANGAN_MODEL_RETENTION_H_
