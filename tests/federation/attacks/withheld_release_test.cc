// SPDX-License-Identifier: Apache-2.0
// A federation that keeps back what enough have answered, and serves no figures: seen 14 days after the freeze by each
// node's own clock. A dispute without a release is seen at once, and a round that waits for holders accuses nobody.
#include <gtest/gtest.h>

#include <algorithm>

#include "model/roster.h"
#include "privacy/answer.h"
#include "tests/support/lying_federation.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
using storage::node::AlarmKind;
using tests::IsOk;
using tests::kLiarQuarter;
using tests::LyingFederation;

constexpr absl::Duration kTwoWeeks = absl::Hours(24 * 14);

class WithheldReleaseTest : public ::testing::Test {
 protected:
  WithheldReleaseTest() {
    liar_.Announce();
    liar_.ContributeAll();
    liar_.PassWindow();
    frozen_ = liar_.Frozen({0, 1, 2, 3, 4});
  }
  void Answer(const std::vector<int>& places) {
    for (const int place : places) {
      ASSERT_THAT(liar_.Contact(place, {frozen_, {}}), IsOk());
      ASSERT_TRUE(liar_.answers().contains(place)) << place;
    }
  }
  fed::Round Shown(fed::RoundState state, const std::vector<int>& answered) {
    fed::Round round = frozen_;
    round.set_state(state);
    for (const int place : answered) round.add_answered(liar_.node(place).id);
    return round;
  }
  bool HasAlarm(int place, AlarmKind kind) {
    const auto alarms = liar_.AlarmsOf(place);
    return std::find(alarms.begin(), alarms.end(), kind) != alarms.end();
  }
  LyingFederation liar_{5};  // f = 1, k = 4, m = 4
  fed::Round frozen_;
};

TEST_F(WithheldReleaseTest, EnoughAnsweredLongAgoAndNothingIsServed) {
  Answer({0, 1, 2, 3});
  const fed::Round shown = Shown(fed::ROUND_STATE_FROZEN, {0, 1, 2, 3});
  liar_.clock().Advance(kTwoWeeks - absl::Seconds(1));
  ASSERT_THAT(liar_.Contact(0, {shown, {}}), IsOk());
  EXPECT_TRUE(liar_.AlarmsOf(0).empty());
  // The days go on over a start of the program.
  liar_.Reopen(0);
  liar_.clock().Advance(absl::Seconds(1));
  ASSERT_THAT(liar_.Contact(0, {shown, {}}), IsOk());
  EXPECT_EQ(liar_.AlarmsOf(0), std::vector<AlarmKind>{AlarmKind::kReleaseWithheld});
  // With what shows it: the freeze and the answers, signed.
  const std::string evidence = liar_.node(0).once->Alarms()->front().evidence;
  EXPECT_NE(evidence.find(shown.freeze_signature()), std::string::npos);
  EXPECT_NE(evidence.find(liar_.answers().at(3).front()), std::string::npos);
  ASSERT_THAT(liar_.Contact(0, {shown, {}}), IsOk());
  EXPECT_EQ(liar_.AlarmsOf(0).size(), 1u);
}

TEST_F(WithheldReleaseTest, TheLogSaysItWhereTheRoundDoesNot) {
  Answer({0, 1, 2, 3});
  std::vector<fed::LogEntry> log = liar_.log();
  for (const int place : {0, 1, 2, 3}) {
    fed::LogEntry entry;
    entry.set_number(static_cast<int64_t>(log.size()) + 1);
    entry.set_kind(fed::LOG_ENTRY_KIND_ANSWER);
    entry.set_subject(model::PeriodText(kLiarQuarter));
    entry.set_author(liar_.node(place).id);
    entry.set_digest(std::string(AsText(Sha256("an answer"))));
    log.push_back(entry);
  }
  liar_.clock().Advance(kTwoWeeks);
  ASSERT_THAT(liar_.Contact(0, {frozen_, {}}), IsOk());
  EXPECT_FALSE(HasAlarm(0, AlarmKind::kReleaseWithheld));  // it knows of three too few
  liar_.other_logs[0] = log;
  ASSERT_THAT(liar_.Contact(0, {frozen_, {}}), IsOk());
  EXPECT_TRUE(HasAlarm(0, AlarmKind::kReleaseWithheld));
}

TEST_F(WithheldReleaseTest, ARoundThatWaitsForHoldersAccusesNobody) {
  Answer({0, 1, 2});
  liar_.clock().Advance(absl::Hours(24 * 200));
  ASSERT_THAT(liar_.Contact(0, {Shown(fed::ROUND_STATE_FROZEN, {0, 1, 2}), {}}), IsOk());
  EXPECT_TRUE(liar_.AlarmsOf(0).empty());
}

TEST_F(WithheldReleaseTest, AStateBeyondFrozenWithoutAReleaseIsWithheldToo) {
  Answer({0, 1, 2, 3});
  const fed::Round shown = Shown(fed::ROUND_STATE_CONFIRMED, {});
  ASSERT_THAT(liar_.Contact(0, {shown, {}}), IsOk());
  EXPECT_TRUE(liar_.AlarmsOf(0).empty());
  liar_.clock().Advance(kTwoWeeks);
  ASSERT_THAT(liar_.Contact(0, {shown, {}}), IsOk());
  EXPECT_TRUE(HasAlarm(0, AlarmKind::kReleaseWithheld));
}

TEST_F(WithheldReleaseTest, ADisputeWithoutAReleaseIsSeenAtOnce) {
  Answer({0, 1, 2, 3});
  ASSERT_THAT(liar_.Contact(0, {Shown(fed::ROUND_STATE_DISPUTED, {0, 1, 2, 3}), {}}), IsOk());
  EXPECT_EQ(liar_.AlarmsOf(0), std::vector<AlarmKind>{AlarmKind::kDisputed});
}

TEST_F(WithheldReleaseTest, ADisputeThatIsCalledFrozenIsADispute) {
  Answer({0, 1, 2, 3, 4});
  liar_.tamper_answers = [this](int, std::vector<fed::Answer>& answers) {
    privacy::AnswerHeader header;
    header.round_id = liar_.ground().round_id;
    header.freeze = *node::FreezeDigest(frozen_.freeze());
    header.node_id = model::NodeId(liar_.node(4).identity->key().public_key()).bytes;
    header.log = liar_.node(4).watch->position();
    std::vector<uint64_t> words = liar_.ColludersWords(4, frozen_).words;
    words[3] = words[3] == 1 ? 2 : 1;
    for (fed::Answer& each : answers) {
      if (each.collective() == liar_.node(4).id)
        each.set_answer(privacy::BuildAnswer(header, words, liar_.node(4).identity->key()));
    }
  };
  liar_.clock().Advance(kTwoWeeks);
  ASSERT_THAT(liar_.Contact(0, {Shown(fed::ROUND_STATE_FROZEN, {0, 1, 2, 3, 4}), {}}), IsOk());
  EXPECT_TRUE(HasAlarm(0, AlarmKind::kDisputed));
  EXPECT_FALSE(HasAlarm(0, AlarmKind::kReleaseWithheld));
}

TEST_F(WithheldReleaseTest, WhatCameInTimeIsNotWithheldWhenItGoes) {
  Answer({0, 1, 2, 3, 4});
  std::vector<int64_t> sums(liar_.ground().holders->cells, 0);
  for (int place = 0; place < 5; ++place) {
    const std::vector<int64_t> vector = liar_.VectorOf(place);
    for (size_t cell = 0; cell < sums.size(); ++cell) sums[cell] += vector[cell];
  }
  const fed::Round shown = Shown(fed::ROUND_STATE_CONFIRMED, {0, 1, 2, 3, 4});
  ASSERT_THAT(liar_.Contact(0, {shown, liar_.Release(shown, fed::RELEASE_STATE_CONFIRMED, sums)}), IsOk());
  EXPECT_TRUE(liar_.AlarmsOf(0).empty());
  liar_.clock().Advance(kTwoWeeks);
  ASSERT_THAT(liar_.Contact(0, {shown, {}}), IsOk());
  EXPECT_TRUE(liar_.AlarmsOf(0).empty());
}

}  // namespace
}  // namespace aangan
