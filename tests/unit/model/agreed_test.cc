// SPDX-License-Identifier: Apache-2.0
// What she had agreed to when a quarter was released, whatever she decided since.
#include "model/agreed.h"

#include <vector>

#include "gtest/gtest.h"

namespace aangan::model {
namespace {

constexpr Period kQuarter{2026, 3};

Day DayOf(int year, int month, int day) { return *DayFromCivil({year, month, day}, "day"); }
absl::Time On(Day day) { return StartOfDayInIndia(day) + absl::Hours(12); }

const absl::Time kReleased = On(DayOf(2026, 10, 10));

CountingDecision Decision(bool given, Day day, uint64_t order) { return {given, day, kNoDay, order, On(day)}; }

TEST(AgreedAt, AbsentIsNo) { EXPECT_FALSE(AgreedAt({}, kQuarter, kReleased)); }

TEST(AgreedAt, AWithdrawalAfterTheReleaseDoesNotChangeWhatWas) {
  const std::vector<CountingDecision> decisions = {Decision(true, DayOf(2026, 1, 1), 1),
                                                   Decision(false, DayOf(2026, 11, 1), 2)};
  EXPECT_TRUE(AgreedAt(decisions, kQuarter, kReleased));
  EXPECT_FALSE(AgreedAt(decisions, {2026, 4}, On(DayOf(2027, 1, 10))));
}

TEST(AgreedAt, WhatWasRecordedLaterCountedNotThen) {
  CountingDecision late = Decision(true, DayOf(2026, 1, 1), 1);
  late.recorded = On(DayOf(2026, 10, 11));  // dated back
  EXPECT_FALSE(AgreedAt({late}, kQuarter, kReleased));
}

TEST(AgreedAt, OfOneDayTheLaterDecisionHolds) {
  EXPECT_FALSE(
      AgreedAt({Decision(true, DayOf(2026, 2, 1), 1), Decision(false, DayOf(2026, 2, 1), 2)}, kQuarter, kReleased));
  EXPECT_TRUE(
      AgreedAt({Decision(true, DayOf(2026, 2, 1), 3), Decision(false, DayOf(2026, 2, 1), 2)}, kQuarter, kReleased));
}

TEST(AgreedAt, ItHoldsOnTheLastDayOfTheQuarterAndOnTheDayOfTheRelease) {
  EXPECT_FALSE(AgreedAt({Decision(true, DayOf(2026, 10, 1), 1)}, kQuarter, kReleased));
  CountingDecision ends = Decision(true, DayOf(2026, 1, 1), 1);
  ends.until = DayOf(2026, 10, 9);
  EXPECT_FALSE(AgreedAt({ends}, kQuarter, kReleased));
  ends.until = DayOf(2026, 10, 10);
  EXPECT_TRUE(AgreedAt({ends}, kQuarter, kReleased));
}

}  // namespace
}  // namespace aangan::model
