// SPDX-License-Identifier: Apache-2.0
// Retention clocks: off at first, exact to the day, and never due for a consent that was not asked for.
#include "model/retention.h"

#include "gtest/gtest.h"

namespace aangan::model {
namespace {

Day DayOf(int year, int month, int day) { return *DayFromCivil({year, month, day}, "day"); }

TEST(Retention, WithoutAPolicyNothingIsEverDue) {
  const RecordDays long_ago{DayOf(1990, 1, 1), KeepConsent{false, DayOf(1990, 1, 1), kNoDay}};
  EXPECT_TRUE(RetentionPolicy().off());
  EXPECT_FALSE(DueOf({}, long_ago, DayOf(2026, 1, 1)).has_value());
}

TEST(Retention, YearsRunFromTheLastRecord) {
  const RetentionPolicy policy{3, std::nullopt};
  const RecordDays days{DayOf(2023, 5, 7), std::nullopt};
  EXPECT_FALSE(DueOf(policy, days, DayOf(2026, 5, 6)).has_value());
  const auto due = DueOf(policy, days, DayOf(2026, 5, 7));
  ASSERT_TRUE(due.has_value());
  EXPECT_EQ(due->reason, RetentionReason::kNoNewRecord);
  EXPECT_EQ(due->day, DayOf(2026, 5, 7));
  EXPECT_TRUE(due->erases());
}

TEST(Retention, ALeapDayEndsOnThe28thAndBackOnThe29th) {
  EXPECT_EQ(YearsAfter(DayOf(2024, 2, 29), 1), DayOf(2025, 2, 28));
  EXPECT_EQ(YearsAfter(DayOf(2024, 2, 29), 4), DayOf(2028, 2, 29));
}

TEST(Retention, AWithdrawalIsDueAfterItsDaysWhateverTheYearsSay) {
  const RetentionPolicy policy{10, 5};
  const RecordDays days{DayOf(2026, 4, 1), KeepConsent{false, DayOf(2026, 4, 1), kNoDay}};
  EXPECT_FALSE(DueOf(policy, days, DayOf(2026, 4, 5)).has_value());
  const auto due = DueOf(policy, days, DayOf(2026, 4, 6));
  ASSERT_TRUE(due.has_value());
  EXPECT_EQ(due->reason, RetentionReason::kWithdrawn);
}

TEST(Retention, AConsentIsAskedForAgainBeforeItRunsOutAndDueAfter) {
  const RetentionPolicy policy{0, 0};
  const RecordDays days{DayOf(2026, 4, 1), KeepConsent{true, DayOf(2026, 4, 1), DayOf(2026, 6, 30)}};
  EXPECT_FALSE(DueOf(policy, days, DayOf(2026, 5, 31)).has_value());
  const auto ask = DueOf(policy, days, DayOf(2026, 6, 1));
  ASSERT_TRUE(ask.has_value());
  EXPECT_FALSE(ask->erases());
  EXPECT_FALSE(DueOf(policy, days, DayOf(2026, 6, 30))->erases()) << "its last day still holds";
  const auto due = DueOf(policy, days, DayOf(2026, 7, 1));
  ASSERT_TRUE(due.has_value());
  EXPECT_EQ(due->reason, RetentionReason::kRanOut);
  EXPECT_EQ(due->day, DayOf(2026, 7, 1));
}

TEST(Retention, WhoWasNeverAskedIsNotDueForAWithdrawal) {
  EXPECT_FALSE(DueOf({0, 0}, {DayOf(2001, 1, 1), std::nullopt}, DayOf(2026, 1, 1)).has_value());
}

}  // namespace
}  // namespace aangan::model
