// SPDX-License-Identifier: Apache-2.0
// What a malicious federation can try over whole contacts, against a node's own agent: figures that nobody opened, a
// dispute or an answer withheld, a log kept short, another round than the one that was decided. A node that contributed
// nothing, or was restored, looks as closely as the others.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/problem.h"
#include "model/roster.h"
#include "privacy/answer.h"
#include "server/node/operator_rpc.h"
#include "tests/support/lying_federation.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
using storage::node::AlarmKind;
using storage::node::Stage;
using tests::AllBut;
using tests::IsOk;
using tests::kLiarQuarter;
using tests::LyingFederation;

class LyingContactTest : public ::testing::Test {
 protected:
  void Begin(const std::vector<int>& contributors) {
    liar_.Announce();
    for (const int place : contributors) liar_.Contribute(place);
    Freeze(contributors);
  }
  void Freeze(const std::vector<int>& contributors) {
    liar_.PassWindow();
    frozen_ = liar_.Frozen(contributors);
    sums_.assign(liar_.ground().holders->cells, 0);
    for (const int place : contributors) {
      const std::vector<int64_t> vector = liar_.VectorOf(place);
      for (size_t cell = 0; cell < sums_.size(); ++cell) sums_[cell] += vector[cell];
    }
  }
  void Answer(const std::vector<int>& places) {
    for (const int place : places) {
      ASSERT_THAT(liar_.Contact(place, {frozen_, {}}), IsOk());
      ASSERT_TRUE(liar_.answers().contains(place)) << place;
    }
  }
  absl::Status ContactWith(int place, fed::ReleaseState state, int64_t forged = 0) {
    std::vector<int64_t> sums = sums_;
    sums[3] += forged;
    fed::Round round = frozen_;
    round.set_state(state == fed::RELEASE_STATE_PROVISIONAL ? fed::ROUND_STATE_PROVISIONAL
                                                            : fed::ROUND_STATE_CONFIRMED);
    return liar_.Contact(place, {round, liar_.Release(round, state, sums)});
  }
  storage::node::RoundEntry Round(int place) { return *liar_.node(place).once->GetRound(kLiarQuarter); }
  bool HasAlarm(int place, AlarmKind kind) {
    const auto alarms = liar_.AlarmsOf(place);
    return std::find(alarms.begin(), alarms.end(), kind) != alarms.end();
  }
  // Well signed by the colluder at `place`, and wrong in one cell.
  fed::Answer FalseAnswer(int place) {
    privacy::AnswerHeader header;
    header.round_id = liar_.ground().round_id;
    header.freeze = *node::FreezeDigest(frozen_.freeze());
    header.node_id = model::NodeId(liar_.node(place).identity->key().public_key()).bytes;
    header.log = liar_.node(place).watch->position();
    std::vector<uint64_t> words = liar_.ColludersWords(place, frozen_).words;
    words[3] = words[3] == 1 ? 2 : 1;
    fed::Answer answer;
    answer.set_collective(liar_.node(place).id);
    answer.set_answer(privacy::BuildAnswer(header, words, liar_.node(place).identity->key()));
    return answer;
  }
  // The log without what comes after the first `size` entries, for this place alone.
  void KeepShort(int place, size_t size) {
    liar_.other_logs[place].assign(liar_.log().begin(), liar_.log().begin() + static_cast<std::ptrdiff_t>(size));
  }
  fed::Round frozen_;
  std::vector<int64_t> sums_;
  LyingFederation liar_{5};  // f = 1, k = 4, m = 4
};

// Each state of a release against each state of the answers, with the sums that they give and with others.
TEST_F(LyingContactTest, AReleaseInAnyStateSaysWhatTheAnswersSay) {
  Begin({0, 1, 2, 3, 4});
  Answer({0, 1, 2, 3, 4});
  enum Answers { kWaiting, kProvisional, kConfirmed, kDisputed };
  const auto serve = [&](Answers which) {
    liar_.tamper_answers = [this, which](int, std::vector<fed::Answer>& answers) {
      if (which == kWaiting) answers.resize(3);
      if (which == kProvisional) answers.resize(4);
      if (which == kDisputed) answers[4] = FalseAnswer(4);
    };
  };
  const std::vector<fed::ReleaseState> states = {fed::RELEASE_STATE_PROVISIONAL, fed::RELEASE_STATE_CONFIRMED,
                                                 fed::RELEASE_STATE_CORRECTED,   fed::RELEASE_STATE_DISPUTED,
                                                 fed::RELEASE_STATE_SUPERSEDED,  fed::RELEASE_STATE_UNSPECIFIED};
  // Two letters a state: true sums, others.
  const std::vector<std::pair<Answers, std::string>> expected = {
      {kWaiting, "-- -- -- -- -- --"},
      {kProvisional, "y- -- -- -- -- --"},
      {kConfirmed, "y- y- y- yy -- --"},
      {kDisputed, "-- -- -- yy -- --"},
  };
  std::vector<int64_t> others = sums_;
  others[3] += 1;
  for (const auto& [which, line] : expected) {
    serve(which);
    std::string said;
    for (const fed::ReleaseState state : states) {
      if (!said.empty()) said += ' ';
      for (const std::vector<int64_t>& sums : {sums_, others})
        said += *liar_.ShowRelease(0, frozen_, liar_.Release(frozen_, state, sums)) ? 'y' : '-';
    }
    EXPECT_EQ(said, line) << which;
  }
}

TEST_F(LyingContactTest, InventedProvisionalSumsAreSeen) {
  Begin({0, 1, 2, 3, 4});
  Answer({0, 1, 2, 3, 4});
  ASSERT_THAT(ContactWith(0, fed::RELEASE_STATE_PROVISIONAL, 1), IsOk());
  EXPECT_FALSE(Round(0).sum_agrees);
  EXPECT_TRUE(HasAlarm(0, AlarmKind::kWrongSum));
  ASSERT_THAT(ContactWith(1, fed::RELEASE_STATE_PROVISIONAL), IsOk());
  EXPECT_TRUE(Round(1).sum_agrees);
  EXPECT_TRUE(liar_.AlarmsOf(1).empty());
}

TEST_F(LyingContactTest, WhoContributedNothingRecomputesToo) {
  Begin({0, 1, 2, 3});
  Answer({0, 1, 2, 3, 4});
  ASSERT_THAT(ContactWith(4, fed::RELEASE_STATE_CONFIRMED), IsOk());
  EXPECT_EQ(Round(4).stage, Stage::kLeftOut);
  EXPECT_TRUE(Round(4).sum_agrees);
  EXPECT_TRUE(liar_.AlarmsOf(4).empty());
  liar_.tamper_answers = [](int, std::vector<fed::Answer>& answers) { answers.pop_back(); };
  ASSERT_THAT(ContactWith(4, fed::RELEASE_STATE_PROVISIONAL, 1), IsOk());
  EXPECT_EQ(Round(4).stage, Stage::kLeftOut);
  EXPECT_FALSE(Round(4).sum_agrees);
  EXPECT_TRUE(HasAlarm(4, AlarmKind::kWrongSum));
  EXPECT_TRUE(HasAlarm(4, AlarmKind::kAnswerMissing));
}

TEST_F(LyingContactTest, WhoRefusedRecomputesToo) {
  liar_.Announce();
  ASSERT_THAT(liar_.node(4).once->Refuse(kLiarQuarter), IsOk());
  for (const int place : {0, 1, 2, 3}) liar_.Contribute(place);
  Freeze({0, 1, 2, 3});
  Answer({0, 1, 2, 3, 4});
  ASSERT_THAT(ContactWith(4, fed::RELEASE_STATE_CONFIRMED), IsOk());
  EXPECT_EQ(Round(4).stage, Stage::kRefused);
  EXPECT_TRUE(Round(4).sum_agrees);
  ASSERT_THAT(ContactWith(4, fed::RELEASE_STATE_PROVISIONAL, 1), IsOk());
  EXPECT_TRUE(HasAlarm(4, AlarmKind::kWrongSum));
}

TEST_F(LyingContactTest, ADisputeThatIsWithheldIsSeenWithTheNextContact) {
  Begin({0, 1, 2, 3, 4});
  Answer({0, 1, 2, 3});
  ASSERT_THAT(ContactWith(0, fed::RELEASE_STATE_PROVISIONAL), IsOk());
  EXPECT_TRUE(Round(0).sum_agrees);
  liar_.tamper_answers = [this](int, std::vector<fed::Answer>& answers) { answers.push_back(FalseAnswer(4)); };
  ASSERT_THAT(ContactWith(0, fed::RELEASE_STATE_PROVISIONAL), IsOk());  // byte for byte the same
  EXPECT_FALSE(Round(0).sum_agrees);
  EXPECT_TRUE(HasAlarm(0, AlarmKind::kDisputed));
  // It may be that the federation has not looked yet.
  EXPECT_FALSE(HasAlarm(0, AlarmKind::kWrongSum));
}

TEST_F(LyingContactTest, AnAnswerThatIsDroppedAfterTheFiguresCameIsSeen) {
  Begin({0, 1, 2, 3, 4});
  Answer({0, 1, 2, 3});
  ASSERT_THAT(ContactWith(0, fed::RELEASE_STATE_PROVISIONAL), IsOk());
  EXPECT_TRUE(liar_.AlarmsOf(0).empty());
  liar_.tamper_answers = [](int, std::vector<fed::Answer>& answers) { answers.erase(answers.begin()); };
  ASSERT_THAT(ContactWith(0, fed::RELEASE_STATE_PROVISIONAL), IsOk());
  EXPECT_TRUE(HasAlarm(0, AlarmKind::kAnswerMissing));
}

// Its earlier contribution is in the freeze, and it knows nothing of it: that is no lie of the federation.
TEST_F(LyingContactTest, ARestoredNodeRecomputesAndAccusesNobody) {
  const tests::TempDir images;
  const std::string image = images / "image";
  liar_.SaveImage(1, image);
  Begin({0, 1, 2, 3, 4});
  liar_.RestoreImage(1, image, LyingFederation::Image::kWithoutLocks);
  ASSERT_TRUE(liar_.node(1).once->SitsOut(kLiarQuarter));
  Answer({0, 2, 3, 4});
  EXPECT_THAT(liar_.Contact(1, {frozen_, {}}), IsOk());
  EXPECT_THAT(ContactWith(1, fed::RELEASE_STATE_PROVISIONAL), IsOk());
  EXPECT_TRUE(Round(1).sum_agrees);
  EXPECT_EQ(Round(1).stage, Stage::kAnnounced);  // it took no part, and was not left out
  EXPECT_TRUE(liar_.AlarmsOf(1).empty());
  EXPECT_TRUE(liar_.node(1).sync->last_contact().has_value());
  EXPECT_FALSE(liar_.answers().contains(1));
  ASSERT_THAT(ContactWith(1, fed::RELEASE_STATE_PROVISIONAL, 1), IsOk());
  EXPECT_TRUE(HasAlarm(1, AlarmKind::kWrongSum));
}

TEST_F(LyingContactTest, ALogKeptShortForOneIsSeenWithTheSecondContact) {
  Begin({0, 1, 2, 3, 4});
  KeepShort(0, liar_.log().size());
  Answer({1, 2, 3, 4});  // each publishes keys before, so their heads are longer
  ASSERT_GT(liar_.log().size(), liar_.other_logs[0].size());
  ASSERT_THAT(ContactWith(0, fed::RELEASE_STATE_PROVISIONAL), IsOk());
  EXPECT_TRUE(liar_.AlarmsOf(0).empty());
  ASSERT_THAT(ContactWith(0, fed::RELEASE_STATE_PROVISIONAL), IsOk());
  EXPECT_TRUE(HasAlarm(0, AlarmKind::kLogRollback));
  EXPECT_FALSE(HasAlarm(0, AlarmKind::kLogFork));
}

TEST_F(LyingContactTest, ALogThatOthersSawAMomentBeforeIsNoAlarm) {
  Begin({0, 1, 2, 3, 4});
  KeepShort(0, liar_.log().size());
  Answer({1, 2, 3, 4});
  ASSERT_THAT(ContactWith(0, fed::RELEASE_STATE_PROVISIONAL), IsOk());
  liar_.other_logs.clear();
  for (int contact = 0; contact < 3; ++contact) ASSERT_THAT(ContactWith(0, fed::RELEASE_STATE_PROVISIONAL), IsOk());
  EXPECT_TRUE(liar_.AlarmsOf(0).empty());
  EXPECT_EQ(liar_.node(0).watch->position().size, liar_.log().size());
}

// First short, then another one: what the others signed is judged as soon as the log reaches that far, also when the
// answers are not looked at any more.
TEST_F(LyingContactTest, AForkBehindAShortLogIsSeenWhenTheLogHasGrown) {
  Begin({0, 1, 2, 3, 4});
  KeepShort(0, liar_.log().size());
  Answer({0, 1, 2, 3, 4});
  ASSERT_THAT(ContactWith(0, fed::RELEASE_STATE_CONFIRMED), IsOk());
  EXPECT_TRUE(Round(0).sum_agrees);
  const size_t kept = liar_.other_logs[0].size();
  liar_.other_logs[0] = liar_.log();
  liar_.other_logs[0][kept].set_signature(std::string(64, 'x'));
  ASSERT_THAT(ContactWith(0, fed::RELEASE_STATE_CONFIRMED), IsOk());
  EXPECT_TRUE(HasAlarm(0, AlarmKind::kLogFork));
}

// The program ends between the word and the log that shows it to be another one, or that stays short.
TEST_F(LyingContactTest, WhatOthersSawIsKnownAfterAStartOfTheProgramToo) {
  Begin({0, 1, 2, 3, 4});
  for (const int place : {0, 1}) KeepShort(place, liar_.log().size());
  Answer({0, 1, 2, 3, 4});
  for (const int place : {0, 1}) {
    ASSERT_THAT(liar_.Contact(place, {frozen_, {}}), IsOk());
    ASSERT_THAT(ContactWith(place, fed::RELEASE_STATE_CONFIRMED), IsOk());
    EXPECT_FALSE(liar_.node(place).once->LogWords()->empty());
  }
  const size_t kept = liar_.other_logs[0].size();
  liar_.other_logs[0] = liar_.log();
  liar_.other_logs[0][kept].set_signature(std::string(64, 'x'));
  const bool told_before = HasAlarm(0, AlarmKind::kLogFork);
  liar_.Reopen(0);
  ASSERT_THAT(ContactWith(0, fed::RELEASE_STATE_CONFIRMED), IsOk());
  EXPECT_FALSE(told_before);
  EXPECT_TRUE(HasAlarm(0, AlarmKind::kLogFork));
  EXPECT_TRUE(liar_.node(0).once->LogWords()->empty());  // judged
  liar_.Reopen(1);
  liar_.other_logs.erase(1);
  ASSERT_THAT(ContactWith(1, fed::RELEASE_STATE_CONFIRMED), IsOk());
  EXPECT_FALSE(HasAlarm(1, AlarmKind::kLogFork));
  EXPECT_TRUE(liar_.node(1).once->LogWords()->empty());
}

// Heads stand in contributions as well: a node that is shown shares sees them before anybody has answered.
TEST_F(LyingContactTest, AHeadInAContributionIsComparedToo) {
  liar_.Announce();
  const size_t size = liar_.log().size();
  ASSERT_THAT(liar_.Contact(1, {liar_.Truth(), {}}), IsOk());  // keys of the running quarter
  ASSERT_GT(liar_.log().size(), size);
  for (int place = 1; place < 5; ++place) ASSERT_THAT(liar_.Notice(place, liar_.Truth()), IsOk());
  liar_.ContributeAll();
  KeepShort(0, size);
  for (int contact = 0; contact < 2; ++contact) ASSERT_THAT(liar_.Contact(0, {liar_.Truth(), {}}), IsOk());
  EXPECT_TRUE(HasAlarm(0, AlarmKind::kLogRollback));
}

TEST_F(LyingContactTest, AnotherDescriptorIsNotJoinedAndTheAlarmIsKeptAndShown) {
  liar_.Announce(4);
  fed::Round other = liar_.Truth();
  other.mutable_round_descriptor()->set_m(3);
  const std::string canonical = *privacy::CanonicalDescriptor(other.round_descriptor());
  other.set_descriptor_signature(std::string(AsText(liar_.key().Sign(privacy::kDescriptorLabel, canonical))));
  EXPECT_TRUE(HasReason(liar_.Contact(4, {other, {}}), Reason::kWrongState));
  EXPECT_TRUE(absl::IsNotFound(liar_.node(4).once->GetRound(kLiarQuarter).status()));
  liar_.Reopen(4);
  node::v1::GetStatusResponse status;
  ASSERT_THAT(node::AddAlarms(*liar_.node(4).once, status), IsOk());
  ASSERT_EQ(status.alarms_size(), 1);
  EXPECT_EQ(status.alarms(0).kind(), node::v1::ALARM_KIND_BAD_DESCRIPTOR);
  EXPECT_EQ(status.alarms(0).period(), "2027Q1");
  EXPECT_EQ(status.alarms(0).evidence_digest(), AsText(Sha256(other.SerializeAsString())));
  // The round as it was decided is joined all the same.
  EXPECT_THAT(liar_.Contact(4, {liar_.Truth(), {}}), IsOk());
  EXPECT_EQ(Round(4).stage, Stage::kAnnounced);
}

// The program ended between taking a freeze and the lock; the federation shows another one.
TEST_F(LyingContactTest, AnotherFreezeThanTheOneThatWasBegunIsAnAlarm) {
  Begin({0, 1, 2, 3, 4});
  fed::Round begun;
  *begun.mutable_freeze() = frozen_.freeze();
  begun.set_freeze_signature(frozen_.freeze_signature());
  for (const int place : {0, 1})
    ASSERT_THAT(liar_.node(place).once->KeepFreeze(kLiarQuarter, begun.SerializeAsString()), IsOk());
  EXPECT_THAT(liar_.Contact(0, {liar_.Frozen({0, 1, 2, 3}), {}}), IsOk());
  EXPECT_FALSE(liar_.answers().contains(0));
  EXPECT_TRUE(HasAlarm(0, AlarmKind::kSecondFreeze));
  // The one that was begun is answered.
  EXPECT_THAT(liar_.Contact(1, {frozen_, {}}), IsOk());
  EXPECT_TRUE(liar_.answers().contains(1));
  EXPECT_TRUE(liar_.AlarmsOf(1).empty());
}

}  // namespace
}  // namespace aangan
