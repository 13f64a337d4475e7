// SPDX-License-Identifier: Apache-2.0
// Quarters and years in India's time.
#include "model/period.h"

#include "gtest/gtest.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::model {
namespace {

TEST(Period, DaysCountFrom1970) {
  EXPECT_EQ(DayOf(1970, 1, 1), 0);
  EXPECT_EQ(DayOf(2000, 3, 1), 11017);
  EXPECT_EQ(DayOf(1969, 12, 31), -1);
  const CivilDay back = CivilFromDay(DayOf(2024, 2, 29));
  EXPECT_EQ(back.year, 2024);
  EXPECT_EQ(back.month, 2);
  EXPECT_EQ(back.day, 29);
}

TEST(Period, DaysThatDoNotExistAreRefused) {
  for (const CivilDay& day : {CivilDay{2023, 2, 29},
                              {2023, 4, 31},
                              {2023, 13, 1},
                              {2023, 0, 1},
                              {2023, 1, 0},
                              {1899, 12, 31},
                              {2201, 1, 1},
                              {0, 0, 0},
                              {2023, 1, 32},
                              {-5, 1, 1}}) {
    EXPECT_EQ(FieldsOf(DayFromCivil(day, "date").status()), std::vector<std::string>{"date"});
  }
  EXPECT_TRUE(DayFromCivil({1900, 1, 1}, "date").ok());
  EXPECT_TRUE(DayFromCivil({2200, 12, 31}, "date").ok());
}

TEST(Period, ADayBeginsAtMidnightInIndia) {
  const Day day = DayOf(2026, 7, 1);
  const absl::Time start = StartOfDayInIndia(day);
  EXPECT_EQ(absl::FormatTime(absl::RFC3339_sec, start, absl::UTCTimeZone()), "2026-06-30T18:30:00+00:00");
  EXPECT_EQ(DayInIndia(start), day);
  EXPECT_EQ(DayInIndia(start - absl::Nanoseconds(1)), day - 1);
}

TEST(Period, QuartersHoldTheirDays) {
  const Period quarter{2026, 3};
  EXPECT_EQ(quarter.first_day(), DayOf(2026, 7, 1));
  EXPECT_EQ(quarter.last_day(), DayOf(2026, 9, 30));
  EXPECT_TRUE(quarter.Contains(DayOf(2026, 9, 30)));
  EXPECT_FALSE(quarter.Contains(DayOf(2026, 10, 1)));
  EXPECT_FALSE(quarter.Contains(DayOf(2026, 6, 30)));
  EXPECT_EQ(quarter.end(), StartOfDayInIndia(DayOf(2026, 10, 1)));
  EXPECT_EQ(quarter.Year(), (Period{2026, 0}));
}

TEST(Period, YearsHoldTheirDays) {
  const Period year{2024, 0};
  EXPECT_EQ(year.first_day(), DayOf(2024, 1, 1));
  EXPECT_EQ(year.last_day(), DayOf(2024, 12, 31));
  EXPECT_EQ(year.end(), StartOfDayInIndia(DayOf(2025, 1, 1)));
  EXPECT_EQ(year.Next(), (Period{2025, 0}));
  EXPECT_EQ(year.Previous(), (Period{2023, 0}));
}

TEST(Period, EveryDayIsInTheQuarterThatItSays) {
  for (Day day = DayOf(2023, 12, 1); day < DayOf(2025, 2, 1); ++day) {
    ASSERT_TRUE(QuarterOf(day).Contains(day));
    ASSERT_FALSE(QuarterOf(day).Next().Contains(day));
  }
}

TEST(Period, ConsecutiveQuartersDifferByOne) {
  const Period last{2026, 4};
  EXPECT_EQ(last.Next(), (Period{2027, 1}));
  EXPECT_EQ(last.Next().index(), last.index() + 1);
  EXPECT_EQ(last.Next().Previous(), last);
  EXPECT_EQ(QuarterFromIndex(last.index()), last);
}

TEST(Period, TextsComeBack) {
  for (const char* text : {"2026Q1", "2026Q4", "2026", "1900", "2200Q4"}) {
    EXPECT_EQ(PeriodText(ParsePeriod(text, "period").value()), text);
  }
  for (const char* text :
       {"", "2026Q0", "2026Q5", "2026q1", "26Q1", "2026-1", "2026Q12", "1899", "2201Q1", "20x6Q1", "+026", "2026Q"}) {
    EXPECT_EQ(FieldsOf(ParsePeriod(text, "period").status()), std::vector<std::string>{"period"}) << text;
  }
}

}  // namespace
}  // namespace aangan::model
