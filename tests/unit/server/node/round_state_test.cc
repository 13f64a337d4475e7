// SPDX-License-Identifier: Apache-2.0
// Which steps a round may take on this node, and which quarters may be contributed.
#include "server/node/round_state.h"

#include <vector>

#include "base/problem.h"
#include "gtest/gtest.h"

namespace aangan::node {
namespace {

using storage::node::RoundEntry;
using storage::node::Stage;

const std::vector<Stage> kAll = {Stage::kAnnounced, Stage::kProposed, Stage::kApproved, Stage::kSent,
                                 Stage::kReceived,  Stage::kRefused,  Stage::kVoid,     Stage::kLeftOut};

absl::Time Noon(int year, int month, int day) {
  return model::StartOfDayInIndia(*model::DayFromCivil({year, month, day}, "day")) + absl::Hours(12);
}

TEST(RoundState, NothingLeadsBackFromAnApproval) {
  for (const Stage to : {Stage::kAnnounced, Stage::kProposed, Stage::kApproved, Stage::kRefused}) {
    EXPECT_FALSE(CanStep(Stage::kApproved, to));
    EXPECT_FALSE(CanStep(Stage::kSent, to));
  }
}

TEST(RoundState, WhatIsOverStaysOver) {
  for (const Stage from : {Stage::kReceived, Stage::kRefused, Stage::kVoid, Stage::kLeftOut}) {
    for (const Stage to : kAll) EXPECT_FALSE(CanStep(from, to));
  }
}

TEST(RoundState, NothingIsSentThatWasNotApproved) {
  for (const Stage from : kAll) EXPECT_EQ(CanStep(from, Stage::kSent), from == Stage::kApproved);
  for (const Stage from : kAll) EXPECT_EQ(CanStep(from, Stage::kApproved), from == Stage::kProposed);
}

TEST(RoundState, AQuarterIsClosedWhenItIsOverInIndia) {
  RoundEntry entry;
  entry.period = {2026, 3};
  EXPECT_EQ(NextOf(entry, entry.period.end() - absl::Seconds(1)), Next::kNothing);
  EXPECT_EQ(NextOf(entry, entry.period.end()), Next::kClose);
  entry.stage = Stage::kProposed;
  EXPECT_EQ(NextOf(entry, entry.period.end()), Next::kApprove);
  entry.stage = Stage::kApproved;
  EXPECT_EQ(NextOf(entry, entry.period.end()), Next::kSend);
}

TEST(RoundState, OnlyTheLastFourEndedQuartersCanBeContributed) {
  const absl::Time now = Noon(2026, 11, 24);
  EXPECT_TRUE(HasReason(CheckPeriod({2026, 4}, now), Reason::kPeriodNotEnded));
  EXPECT_TRUE(HasReason(CheckPeriod({2027, 1}, now), Reason::kPeriodNotEnded));
  for (const model::Period period : {model::Period{2026, 3}, {2026, 2}, {2026, 1}, {2025, 4}})
    EXPECT_TRUE(CheckPeriod(period, now).ok()) << model::PeriodText(period);
  EXPECT_TRUE(HasReason(CheckPeriod({2025, 3}, now), Reason::kPeriodTooOld));
  EXPECT_TRUE(HasReason(CheckPeriod({2026, 0}, now), Reason::kInvalidField));
}

TEST(RoundState, ARehearsalNeedsTheNodesOwnYes) {
  EXPECT_TRUE(HasReason(CheckRehearsal(true, false), Reason::kRehearsalNotAllowed));
  EXPECT_TRUE(CheckRehearsal(true, true).ok());
  EXPECT_TRUE(CheckRehearsal(false, false).ok());
}

}  // namespace
}  // namespace aangan::node
