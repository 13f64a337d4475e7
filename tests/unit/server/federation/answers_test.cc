// SPDX-License-Identifier: Apache-2.0
// Summed rounds at the federation's own port: answers in every order and state, complaints, keys and the log.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/server/federation/six_collectives.h"

namespace aangan::federation {
namespace {

using absl::StatusCode;
using tests::FederationClient;
using tests::HasProblem;
using tests::IsOk;

class Answers : public SixCollectives {};

TEST_F(Answers, FourSayIt_FiveConfirmIt_AndALiarAfterwardsIsNamed) {
  Begin();
  SendAll();
  Freeze();
  const std::vector<int64_t> sum(federation_.cells(), 10 + 20 + 30 + 40 + 50 + 60);
  for (int place = 0; place < 3; ++place) ASSERT_THAT(SendAnswer(place, AnswerOf(place)), IsOk());
  EXPECT_EQ(federation_.Round()->state(), v1::ROUND_STATE_FROZEN);
  EXPECT_EQ(AllReleases().national_releases_size(), 0);
  ASSERT_THAT(SendAnswer(3, AnswerOf(3)), IsOk());
  ASSERT_TRUE(federation_.AwaitState(v1::ROUND_STATE_PROVISIONAL));
  const v1::NationalRelease provisional = ReleaseNow();
  EXPECT_EQ(std::vector<int64_t>(provisional.sums().begin(), provisional.sums().end()), sum);
  v1::ListFiguresRequest question;
  question.set_period(federation_.period());
  EXPECT_EQ(federation_.Figures(question).figures(0).state(), v1::RELEASE_STATE_PROVISIONAL);
  ASSERT_THAT(SendAnswer(4, AnswerOf(4)), IsOk());
  ASSERT_TRUE(federation_.AwaitState(v1::ROUND_STATE_CONFIRMED));
  const v1::NationalRelease confirmed = ReleaseNow();
  EXPECT_EQ(confirmed.number(), provisional.number());
  EXPECT_EQ(confirmed.state(), v1::RELEASE_STATE_CONFIRMED);
  EXPECT_TRUE(std::equal(sum.begin(), sum.end(), confirmed.sums().begin(), confirmed.sums().end()));
  EXPECT_EQ(federation_.Figures(question).figures(0).state(), v1::RELEASE_STATE_CONFIRMED);
  ASSERT_THAT(SendAnswer(5, AnswerOf(5, 1000)), IsOk());
  ASSERT_TRUE(tests::Eventually(absl::Seconds(20), [&] { return federation_.Round()->differing_size() == 1; }));
  EXPECT_EQ(federation_.Round()->differing(0), At(5).id);
  EXPECT_EQ(ReleaseNow().SerializeAsString(), confirmed.SerializeAsString());
}

TEST_F(Answers, ALiarAmongTheFirstFourIsDisputedThenCorrectedAndNamed) {
  Begin();
  SendAll();
  Freeze();
  const int64_t sum = 10 + 20 + 30 + 40 + 50 + 60;
  for (int place = 0; place < 4; ++place) ASSERT_THAT(SendAnswer(place, AnswerOf(place, place == 0 ? 5 : 0)), IsOk());
  ASSERT_TRUE(federation_.AwaitState(v1::ROUND_STATE_PROVISIONAL));
  const v1::NationalRelease wrong = ReleaseNow();
  EXPECT_NE(wrong.sums(0), sum);  // four of four say it, so nobody can know
  ASSERT_THAT(SendAnswer(4, AnswerOf(4)), IsOk());
  ASSERT_TRUE(federation_.AwaitState(v1::ROUND_STATE_DISPUTED));
  EXPECT_EQ(ReleaseNow().state(), v1::RELEASE_STATE_DISPUTED);
  EXPECT_EQ(federation_.Round()->differing_size(), 0);  // nobody is named
  v1::ListFiguresRequest question;
  question.set_period(federation_.period());
  const v1::ListFiguresResponse withdrawn = federation_.Figures(question);
  for (const v1::Figure& figure : withdrawn.figures()) {
    EXPECT_EQ(figure.value(), v1::FIGURE_VALUE_NOT_REPORTED);
    EXPECT_FALSE(figure.has_raw());
  }
  ASSERT_THAT(SendAnswer(5, AnswerOf(5)), IsOk());
  ASSERT_TRUE(federation_.AwaitState(v1::ROUND_STATE_CORRECTED));
  const v1::NationalRelease corrected = ReleaseNow();
  EXPECT_EQ(corrected.sums(0), sum);
  EXPECT_EQ(corrected.state(), v1::RELEASE_STATE_CORRECTED);
  EXPECT_EQ(corrected.number(), wrong.number() + 1);
  EXPECT_EQ(corrected.supersedes(), wrong.number());
  EXPECT_EQ(federation_.Round()->differing_size(), 1);
  EXPECT_EQ(federation_.Round()->differing(0), At(0).id);
  // The old number is kept, and marked.
  const auto all = AllReleases();
  ASSERT_EQ(all.national_releases_size(), 2);
  EXPECT_EQ(all.national_releases(0).state(), v1::RELEASE_STATE_SUPERSEDED);
  EXPECT_EQ(all.national_releases(0).number(), wrong.number());
  // After a restart it is all there.
  federation_.Restart();
  EXPECT_EQ(ReleaseNow().SerializeAsString(), corrected.SerializeAsString());
}

TEST_F(Answers, AnAnswerIsCheckedAndTakenOnce) {
  Begin();
  SendAll();
  EXPECT_THAT(SendAnswer(0, "too early"), HasProblem(StatusCode::kFailedPrecondition, Reason::kWrongState));
  Freeze();
  const std::string good = AnswerOf(0);
  EXPECT_THAT(SendAnswer(0, ""), HasProblem(StatusCode::kInvalidArgument, Reason::kWrongLength));
  EXPECT_THAT(SendAnswer(0, good + "x"), HasProblem(StatusCode::kInvalidArgument, Reason::kWrongLength));
  EXPECT_THAT(SendAnswer(0, AnswerOf(1)), HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
  std::string flipped = good;
  flipped[200] = static_cast<char>(flipped[200] ^ 1);
  EXPECT_THAT(SendAnswer(0, flipped), HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
  freeze_[0] ^= 1;
  EXPECT_THAT(SendAnswer(0, AnswerOf(0)), HasProblem(StatusCode::kInvalidArgument, Reason::kWrongState));
  freeze_[0] ^= 1;
  ASSERT_THAT(SendAnswer(0, good), IsOk());
  ASSERT_THAT(SendAnswer(0, good), IsOk());
  EXPECT_THAT(SendAnswer(0, AnswerOf(0, 1)), HasProblem(StatusCode::kAlreadyExists, Reason::kWrongState));
  EXPECT_EQ(federation_.Round()->answered_size(), 1);
}

TEST_F(Answers, AProofTakesTheDealerOutBeforeTheFreeze) {
  Begin();
  for (int place = 0; place < 5; ++place) Send(place, Dealt(place));
  Send(5, Spoilt(5, {2}, tests::Cheat::kRandomShare));
  EXPECT_EQ(*Complain(2, 5, ComplaintAbout(2, 5)), v1::COMPLAINT_VERDICT_PROVEN);
  const v1::Round round = *federation_.Round();
  ASSERT_EQ(round.excluded_size(), 1);
  EXPECT_EQ(round.excluded(0), At(5).id);
  EXPECT_EQ(round.contributors_size(), 5);
  EXPECT_EQ(*Complain(2, 5, ComplaintAbout(2, 5)), v1::COMPLAINT_VERDICT_PROVEN);  // again changes nothing
  // What was taken out does not come back.
  v1::Upload upload;
  EXPECT_THAT(federation_.Upload(At(5), contributions_[5], &upload), IsOk());
  EXPECT_EQ(federation_.Round()->contributors_size(), 5);
  Freeze();
  EXPECT_EQ(frozen_, std::vector<int>({0, 1, 2, 3, 4}));
}

TEST_F(Answers, WhatDoesNotDecryptTakesOutOnlyByMoreThanF) {
  Begin();
  for (int place = 0; place < 5; ++place) Send(place, Dealt(place));
  Send(5, Spoilt(5, {2, 3}, tests::Cheat::kDoesNotDecrypt));
  EXPECT_EQ(*Complain(2, 5, ComplaintAbout(2, 5)), v1::COMPLAINT_VERDICT_UNPROVEN);
  EXPECT_EQ(*Complain(2, 5, ComplaintAbout(2, 5)), v1::COMPLAINT_VERDICT_UNPROVEN);  // one voice, however often
  EXPECT_EQ(federation_.Round()->excluded_size(), 0);
  EXPECT_EQ(*Complain(3, 5, ComplaintAbout(3, 5)), v1::COMPLAINT_VERDICT_UNPROVEN);
  EXPECT_EQ(federation_.Round()->excluded_size(), 1);
}

TEST_F(Answers, AFalseComplaintOrOneInAnothersNameExcludesNobody) {
  Begin();
  SendAll();
  const auto dealt = *privacy::ParseSummed(contributions_.at(1), holders_, 1);
  privacy::OpenedShare claimed;
  claimed.fault = privacy::ShareFault::kBadShare;
  const std::string lie = privacy::BuildComplaint(dealt.head, holders_, 0, claimed, dealt.sealed[0], At(0).key);
  EXPECT_EQ(*Complain(0, 1, lie), v1::COMPLAINT_VERDICT_FALSE);
  EXPECT_THAT(Complain(2, 1, lie), HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
  EXPECT_FALSE(Complain(0, 2, lie).ok());  // it is about another dealer's head
  EXPECT_EQ(federation_.Round()->excluded_size(), 0);
  EXPECT_EQ(federation_.Round()->contributors_size(), 6);
  // For all to see.
  const FederationClient staff = federation_.Staff();
  v1::ListComplaintsRequest request;
  request.set_parent(RoundName());
  v1::ListComplaintsResponse listed;
  ASSERT_THAT(staff.Call(*staff.answers, &v1::AnswerService::Stub::ListComplaints, request, &listed), IsOk());
  ASSERT_EQ(listed.complaints_size(), 1);
  EXPECT_EQ(listed.complaints(0).complainer(), At(0).id);
  EXPECT_EQ(listed.complaints(0).verdict(), v1::COMPLAINT_VERDICT_FALSE);
}

TEST_F(Answers, SharesAndAnswersAreForNodesAlone) {
  Begin();
  SendAll();
  const FederationClient staff = federation_.Staff();
  v1::ListSharesRequest shares;
  shares.set_parent(RoundName());
  v1::ListSharesResponse none;
  EXPECT_THAT(staff.Call(*staff.answers, &v1::AnswerService::Stub::ListShares, shares, &none),
              HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
  v1::ListAnswersRequest answers;
  answers.set_parent(RoundName());
  v1::ListAnswersResponse no_answers;
  EXPECT_THAT(staff.Call(*staff.answers, &v1::AnswerService::Stub::ListAnswers, answers, &no_answers),
              HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
  // Each gets what is sealed to her, and nothing that is sealed to another.
  const std::vector<v1::Share> first = SharesOf(0), second = SharesOf(1);
  ASSERT_EQ(first.size(), 6u);
  for (size_t dealer = 0; dealer < 6; ++dealer) {
    EXPECT_EQ(first[dealer].head(), second[dealer].head());
    EXPECT_NE(first[dealer].sealed(), second[dealer].sealed());
  }
}

TEST_F(Answers, NoRoundIsAnnouncedBeforeKHavePublishedKeys) {
  federation_.Enrol();
  federation_.SignRoster();
  for (int place = 0; place < 3; ++place) Publish(place);
  federation_.OfferCatalogue();
  // Several looks have gone by when the newest catalogue stands in the log.
  ASSERT_TRUE(tests::Eventually(absl::Seconds(20), [&] { return LogKinds().contains(v1::LOG_ENTRY_KIND_CATALOGUE); }));
  EXPECT_FALSE(federation_.Round().ok());
  Publish(3);
  ASSERT_TRUE(federation_.AwaitState(v1::ROUND_STATE_ANNOUNCED));
  holders_ = HoldersNow();
  EXPECT_TRUE(holders_.recipient_keys[3].has_value());
  EXPECT_FALSE(holders_.recipient_keys[4].has_value());
}

TEST_F(Answers, ABatchOfKeysIsTheCallersOwnAndSigned) {
  federation_.Enrol();
  const SecretBytes key = SecretBytes::Random(32, federation_.random());
  EXPECT_THAT(Publish(0, Batch(1, key), At(1).key), HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
  EXPECT_THAT(Publish(0, Batch(0, key), At(1).key), HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
  v1::KeyBatch short_batch = Batch(0, key);
  short_batch.mutable_keys()->RemoveLast();
  EXPECT_THAT(Publish(0, short_batch, At(0).key), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  ASSERT_THAT(Publish(0, Batch(0, key), At(0).key), IsOk());
  ASSERT_THAT(Publish(0, Batch(0, key), At(0).key), IsOk());
  EXPECT_EQ(LogNow().head().size(), 1);  // the same batch stands once
}

TEST_F(Answers, TheLogHoldsAllThatWasSignedAndItsHeadIsThatOfItsEntries) {
  Begin();
  SendAll();
  Freeze();
  for (int place = 0; place < 5; ++place) ASSERT_THAT(SendAnswer(place, AnswerOf(place)), IsOk());
  ASSERT_TRUE(federation_.AwaitState(v1::ROUND_STATE_CONFIRMED));
  const auto kinds = LogKinds();
  EXPECT_EQ(kinds.count(v1::LOG_ENTRY_KIND_KEY_BATCH), 6u);
  EXPECT_EQ(kinds.count(v1::LOG_ENTRY_KIND_ROSTER), 1u);
  EXPECT_EQ(kinds.count(v1::LOG_ENTRY_KIND_CATALOGUE), 1u);
  EXPECT_EQ(kinds.count(v1::LOG_ENTRY_KIND_DESCRIPTOR), 1u);
  EXPECT_EQ(kinds.count(v1::LOG_ENTRY_KIND_CONTRIBUTION), 6u);
  EXPECT_EQ(kinds.count(v1::LOG_ENTRY_KIND_FREEZE), 1u);
  EXPECT_EQ(kinds.count(v1::LOG_ENTRY_KIND_ANSWER), 5u);
  EXPECT_GE(kinds.count(v1::LOG_ENTRY_KIND_RELEASE), 1u);
  const v1::ListLogEntriesResponse log = LogNow();
  std::vector<std::string> leaves;
  for (const v1::LogEntry& entry : log.entries()) {
    EXPECT_EQ(entry.number(), static_cast<int64_t>(leaves.size()) + 1);
    leaves.push_back(*privacy::LeafOf(entry));
  }
  EXPECT_EQ(log.head().head(), AsText(privacy::LogHead(leaves)));
}

}  // namespace
}  // namespace aangan::federation
