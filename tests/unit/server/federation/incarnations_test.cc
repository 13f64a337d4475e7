// SPDX-License-Identifier: Apache-2.0
// Original and copy at the federation's door: what is seen, what is kept of it, and what is no twin. No round stops.
#include <gtest/gtest.h>

#include <algorithm>

#include "model/canonical_message.h"
#include "server/federation/incarnation_book.h"
#include "tests/unit/server/federation/six_collectives.h"

namespace aangan::federation {
namespace {

using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;

class Incarnations : public SixCollectives {
 protected:
  v1::ListIncarnationsResponse Listed() { return Listed(federation_.Staff()); }
  static v1::ListIncarnationsResponse Listed(const tests::FederationClient& to) {
    v1::ListIncarnationsRequest request;
    request.set_parent("rosters/india");
    v1::ListIncarnationsResponse response;
    EXPECT_THAT(to.Call(*to.log, &v1::LogService::Stub::ListIncarnations, request, &response), IsOk());
    return response;
  }
  v1::CollectiveIncarnations Of(int place) {
    const v1::ListIncarnationsResponse all = Listed();
    for (const v1::CollectiveIncarnations& each : all.collectives()) {
      if (each.collective() == At(place).id) return each;
    }
    return {};
  }
  int TwinsInLog() { return static_cast<int>(LogKinds().count(v1::LOG_ENTRY_KIND_TWIN)); }
  // Refused, as a second contribution always was.
  void SendSecond(int place, const std::string& bytes) {
    EXPECT_THAT(federation_.Upload(At(place), bytes), HasProblem(StatusCode::kAlreadyExists, Reason::kWrongState));
  }
};

TEST_F(Incarnations, AnHonestRoundWithRetriesShowsSixNodesAndNoTwin) {
  Begin();
  SendAll();
  for (int place = 0; place < 6; ++place) EXPECT_THAT(federation_.Upload(At(place), contributions_[place]), IsOk());
  Freeze();
  for (int place = 0; place < 6; ++place) {
    const std::string answer = AnswerOf(place);
    ASSERT_THAT(SendAnswer(place, answer), IsOk());
    ASSERT_THAT(SendAnswer(place, answer), IsOk());
  }
  ASSERT_TRUE(federation_.AwaitState(v1::ROUND_STATE_CONFIRMED));
  const v1::ListIncarnationsResponse all = Listed();
  ASSERT_EQ(all.collectives_size(), 6);
  for (const v1::CollectiveIncarnations& each : all.collectives()) {
    EXPECT_EQ(each.twins_size(), 0) << each.collective();
    ASSERT_EQ(each.incarnations_size(), 1) << each.collective();
    EXPECT_EQ(each.incarnations(0).counter(), 2) << each.collective();
  }
  EXPECT_EQ(TwinsInLog(), 0);
}

TEST_F(Incarnations, StaffSeeWhatCameLastOfEachNodeAndNodesDoNot) {
  Begin();
  EXPECT_FALSE(Of(0).has_last_object());
  SendAll();
  const int64_t sent = absl::ToUnixSeconds(federation_.clock().Now());
  EXPECT_EQ(Of(1).last_object().kind(), v1::LOG_ENTRY_KIND_CONTRIBUTION);
  EXPECT_EQ(Of(1).last_object().period(), federation_.period());
  EXPECT_EQ(Of(1).last_object().receive_time().seconds(), sent);
  Freeze();
  ASSERT_THAT(SendAnswer(0, AnswerOf(0)), IsOk());
  EXPECT_EQ(Of(0).last_object().kind(), v1::LOG_ENTRY_KIND_ANSWER);
  EXPECT_EQ(Of(0).last_object().receive_time().seconds(), absl::ToUnixSeconds(federation_.clock().Now()));
  EXPECT_EQ(Of(1).last_object().receive_time().seconds(), sent);
  const v1::ListIncarnationsResponse to_node = Listed(federation_.As(At(1)));
  ASSERT_EQ(to_node.collectives_size(), 6);
  for (const v1::CollectiveIncarnations& each : to_node.collectives()) EXPECT_FALSE(each.has_last_object());
}

TEST_F(Incarnations, ACopyBesideTheOriginalIsSeenKeptAndStopsNothing) {
  Begin();
  SendAll();
  lives_[2].counter = 0;  // the copy was taken before
  const std::string copys = Dealt(2);
  SendSecond(2, copys);
  const v1::CollectiveIncarnations seen = Of(2);
  ASSERT_EQ(seen.twins_size(), 1);
  const v1::Twin& twin = seen.twins(0);
  EXPECT_EQ(twin.kind(), v1::TWIN_KIND_SAME_COUNTER);
  const size_t head = privacy::SummedHeadBytes(holders_);
  EXPECT_EQ(twin.first().digest(), AsText(Sha256(contributions_[2].substr(0, head))));
  EXPECT_EQ(twin.second().digest(), AsText(Sha256(copys.substr(0, head))));
  EXPECT_EQ(twin.second().period(), federation_.period());
  EXPECT_EQ(twin.second().receive_time().seconds(), absl::ToUnixSeconds(federation_.clock().Now()));
  // All nodes read it in the log, with the digest of what is served.
  const v1::ListLogEntriesResponse log = LogNow();
  const v1::LogEntry& entry = *log.entries().rbegin();
  EXPECT_EQ(entry.kind(), v1::LOG_ENTRY_KIND_TWIN);
  EXPECT_EQ(entry.author(), At(2).id);
  EXPECT_EQ(entry.subject(), federation_.period());
  EXPECT_EQ(entry.digest(), AsText(Sha256(*model::CanonicalMessage(twin))));
  // The same again, of either, is no news; nor is a start.
  SendSecond(2, copys);
  EXPECT_THAT(federation_.Upload(At(2), contributions_[2]), IsOk());
  federation_.Restart();
  SendSecond(2, copys);
  EXPECT_EQ(Of(2).SerializeAsString(), seen.SerializeAsString());
  EXPECT_EQ(TwinsInLog(), 1);
  // Nobody is kept out of anything.
  Freeze();
  EXPECT_EQ(frozen_, std::vector<int>({0, 1, 2, 3, 4, 5}));
  for (int place = 0; place < 6; ++place) ASSERT_THAT(SendAnswer(place, AnswerOf(place)), IsOk());
  EXPECT_TRUE(federation_.AwaitState(v1::ROUND_STATE_CONFIRMED));
}

TEST_F(Incarnations, TwoAnswersAreTwoNodes) {
  Begin();
  SendAll();
  Freeze();
  ASSERT_THAT(SendAnswer(1, AnswerOf(1)), IsOk());
  const std::string second = AnswerOf(1);
  EXPECT_THAT(SendAnswer(1, second), HasProblem(StatusCode::kAlreadyExists, Reason::kWrongState));
  ASSERT_EQ(Of(1).twins_size(), 1);
  EXPECT_EQ(Of(1).twins(0).kind(), v1::TWIN_KIND_SAME_PERIOD);
  EXPECT_EQ(Of(1).twins(0).second().digest(), AsText(Sha256(second)));
}

TEST_F(Incarnations, WhatComesTooLateIsLookedAtToo) {
  Begin();
  for (int place = 0; place < 5; ++place) Send(place, Dealt(place));
  Freeze();
  lives_[5].counter = 0;
  const std::string originals = Dealt(5);
  lives_[5].counter = 0;
  const std::string copys = Dealt(5);
  for (const std::string& each : {originals, copys})
    EXPECT_THAT(federation_.Upload(At(5), each), HasProblem(StatusCode::kFailedPrecondition, Reason::kRoundFrozen));
  ASSERT_EQ(Of(5).twins_size(), 1);
  EXPECT_EQ(Of(5).twins(0).kind(), v1::TWIN_KIND_SAME_COUNTER);
}

TEST_F(Incarnations, WhatTheCollectiveDidNotSignSaysNothing) {
  Begin();
  SendAll();
  std::string flipped = contributions_[3];
  flipped[20] = static_cast<char>(flipped[20] ^ 1);
  SendSecond(3, flipped);
  SendSecond(3, Dealt(4));
  SendSecond(3, "short");
  EXPECT_EQ(Of(3).twins_size(), 0);
  EXPECT_EQ(TwinsInLog(), 0);
}

TEST_F(Incarnations, ARestoredNodeIsOneMoreIncarnation) {
  Begin();
  SendAll();
  Freeze();
  lives_[4] = {.incarnation = 2, .counter = 0};
  ASSERT_THAT(SendAnswer(4, AnswerOf(4)), IsOk());
  const v1::CollectiveIncarnations seen = Of(4);
  EXPECT_EQ(seen.twins_size(), 0);
  ASSERT_EQ(seen.incarnations_size(), 2);
  EXPECT_EQ(seen.incarnations(0).id(), std::string(16, '\1'));
  EXPECT_EQ(seen.incarnations(1).id(), std::string(16, '\2'));
  EXPECT_EQ(TwinsInLog(), 0);
}

// --- the book alone: what takes more than one round at the door

v1::SeenObject Object(const std::string& period, char incarnation, int64_t counter, int64_t log_size = 10) {
  v1::SeenObject object;
  object.set_kind(v1::LOG_ENTRY_KIND_CONTRIBUTION);
  object.set_period(period);
  object.set_incarnation(std::string(16, incarnation));
  object.set_counter(counter);
  object.set_log_size(log_size);
  object.set_digest(absl::StrCat(period, "/", int{incarnation}, "/", counter, "/", log_size));
  return object;
}

TEST(IncarnationBook, AnOldIncarnationThatSpeaksAgainIsSeen) {
  store::v1::StoredIncarnations kept;
  EXPECT_EQ(TakeIn("a", Object("2026Q1", 'A', 1), kept).kind(), v1::TWIN_KIND_UNSPECIFIED);
  EXPECT_EQ(TakeIn("a", Object("2026Q2", 'B', 1), kept).kind(), v1::TWIN_KIND_UNSPECIFIED);
  // Its old bytes again are no news; new ones are.
  EXPECT_EQ(TakeIn("a", Object("2026Q1", 'A', 1), kept).kind(), v1::TWIN_KIND_UNSPECIFIED);
  const v1::Twin twin = TakeIn("a", Object("2026Q3", 'A', 2), kept);
  EXPECT_EQ(twin.kind(), v1::TWIN_KIND_OLD_INCARNATION);
  EXPECT_EQ(twin.collective(), "a");
  EXPECT_EQ(twin.first().SerializeAsString(), Object("2026Q2", 'B', 1).SerializeAsString());
  EXPECT_EQ(twin.second().SerializeAsString(), Object("2026Q3", 'A', 2).SerializeAsString());
  // The newest goes on without a word, and so does a further restore.
  EXPECT_EQ(TakeIn("a", Object("2026Q4", 'B', 2), kept).kind(), v1::TWIN_KIND_UNSPECIFIED);
  EXPECT_EQ(TakeIn("a", Object("2027Q1", 'C', 1), kept).kind(), v1::TWIN_KIND_UNSPECIFIED);
  EXPECT_EQ(kept.seen().twins_size(), 1);
  EXPECT_EQ(kept.seen().incarnations_size(), 3);
}

TEST(IncarnationBook, ACounterThatFellIsSeenAndALateArrivalIsNot) {
  store::v1::StoredIncarnations kept;
  EXPECT_EQ(TakeIn("a", Object("2026Q1", 'A', 5, 20), kept).kind(), v1::TWIN_KIND_UNSPECIFIED);
  EXPECT_EQ(TakeIn("a", Object("2026Q2", 'A', 4, 20), kept).kind(), v1::TWIN_KIND_UNSPECIFIED);
  EXPECT_EQ(TakeIn("a", Object("2026Q3", 'A', 3, 30), kept).kind(), v1::TWIN_KIND_COUNTER_FELL);
}

TEST(IncarnationBook, WhatOneCollectiveCanFillIsBounded) {
  store::v1::StoredIncarnations kept;
  int twins = 0;
  for (int i = 0; i < 3 * kSeenObjectsMax; ++i) {
    // Each a period and an incarnation of its own, and each beside one of the same counter.
    const std::string period = absl::StrCat(2000 + i / 2, "Q", 1 + i % 2);
    for (int64_t log_size : {1, 2})
      twins += TakeIn("a", Object(period, static_cast<char>(i), i, log_size), kept).kind() != v1::TWIN_KIND_UNSPECIFIED;
  }
  EXPECT_EQ(twins, kTwinsMax);
  EXPECT_EQ(kept.seen().twins_size(), kTwinsMax);
  EXPECT_EQ(kept.seen().incarnations_size(), kIncarnationsMax);
  EXPECT_EQ(kept.objects_size(), kSeenObjectsMax);
  EXPECT_LT(kept.ByteSizeLong(), 128u << 10);
}

}  // namespace
}  // namespace aangan::federation
