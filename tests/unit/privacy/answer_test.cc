// SPDX-License-Identifier: Apache-2.0
// Answers and what anybody makes of them: provisional, confirmed, corrected, disputed.
#include "privacy/answer.h"

#include <gtest/gtest.h>

#include <bit>

#include "privacy/field.h"
#include "privacy/prime_field.h"
#include "privacy/shamir.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/privacy/summed_round.h"

namespace aangan::privacy {
namespace {

using absl::StatusCode;
using tests::HasProblem;

constexpr size_t kCells = 3;
const std::vector<bool>& NoneLeftOut() {
  static const std::vector<bool> kNone(kCells, false);
  return kNone;
}

std::vector<PlacedAnswer> Answers(SummedRound& round, int count, const std::vector<int>& dealers) {
  std::vector<PlacedAnswer> answers;
  for (int holder = 0; holder < count; ++holder) answers.push_back(round.AnswerOf(holder, dealers, NoneLeftOut()));
  return answers;
}

TEST(ReconstructionTest, EveryRosterGoesFromWaitingOverProvisionalToConfirmedWithTheSameIntegers) {
  for (int n = 5; n <= 14; ++n) {
    SummedRound round(n, kCells, static_cast<uint64_t>(n));
    const RoundNumbers numbers = round.holders().numbers;
    std::vector<int> dealers = Places(n);
    dealers.resize(static_cast<size_t>(numbers.m));
    const std::vector<PlacedAnswer> all = Answers(round, n, dealers);
    for (int count = 0; count <= n; ++count) {
      const auto result = Reconstruct({all.begin(), all.begin() + count}, numbers);
      ASSERT_TRUE(result.ok());
      if (count < numbers.k) {
        EXPECT_EQ(result->agreement, Agreement::kWaiting);
        EXPECT_TRUE(result->values.empty());
        continue;
      }
      EXPECT_EQ(result->agreement, count >= numbers.k + numbers.f ? Agreement::kConfirmed : Agreement::kProvisional);
      EXPECT_EQ(result->values, round.SumOf(dealers));
    }
  }
}

TEST(ReconstructionTest, LeftOutCellsAreInNoAnswer) {
  SummedRound round(5, kCells);
  std::vector<PlacedAnswer> answers;
  for (int holder = 0; holder < 5; ++holder)
    answers.push_back(round.AnswerOf(holder, {0, 1, 2, 3}, {false, true, false}));
  const auto result = Reconstruct(answers, round.holders().numbers);
  const std::vector<int64_t> whole = round.SumOf({0, 1, 2, 3});
  EXPECT_EQ(result->values, (std::vector<int64_t>{whole[0], whole[2]}));
}

TEST(ReconstructionTest, OneLiarOfTwelveIsNamedAndTheSumIsRight) {
  SummedRound round(12, kCells);
  std::vector<PlacedAnswer> answers = Answers(round, 12, Places(12));
  answers[6].words[1] = Field64::Add(answers[6].words[1], 1);
  const auto result = Reconstruct(answers, round.holders().numbers);
  EXPECT_EQ(result->agreement, Agreement::kConfirmed);
  EXPECT_EQ(result->differing, std::vector<int>{6});
  EXPECT_EQ(result->values, round.SumOf(Places(12)));
}

TEST(ReconstructionTest, OneLiarOfTenIsSeenAndNobodyIsNamed) {
  SummedRound round(10, kCells);
  std::vector<PlacedAnswer> answers = Answers(round, 10, Places(10));
  answers[0].words[0] = Field64::Add(answers[0].words[0], 1000);
  const auto result = Reconstruct(answers, round.holders().numbers);
  EXPECT_EQ(result->agreement, Agreement::kDisputed);
  EXPECT_TRUE(result->values.empty());
  EXPECT_TRUE(result->differing.empty());
}

// What the liars add to their answers: a polynomial of the degree of the sharing that is 1000 at 0 and 0 at as many
// other places as its degree allows. There is no better shift.
uint64_t ShiftAt(int place, unsigned liars, const RoundNumbers& numbers) {
  uint64_t shift = 1000;
  int roots = 0;
  for (int other = 0; other < numbers.n && roots < numbers.k - 1; ++other) {
    if ((liars >> other & 1) != 0) continue;
    ++roots;
    shift = Field64::Multiply(shift, Field64::Subtract(PointOfPlace(other), PointOfPlace(place)));
    shift = Field64::Multiply(shift, Field64::Inverse(PointOfPlace(other)));
  }
  return shift;
}

// Up to three of twelve, whoever they are, however many answers are in.
TEST(ReconstructionTest, ThreeColludersOfTwelveNeverMoveAConfirmedSumNorGetAnHonestNodeNamed) {
  SummedRound round(12, kCells);
  const RoundNumbers numbers = round.holders().numbers;
  const std::vector<PlacedAnswer> honest = Answers(round, 12, Places(12));
  const std::vector<int64_t> truth = round.SumOf(Places(12));
  int confirmed_against_a_liar = 0;
  for (unsigned liars = 1; liars < 1u << 12; ++liars) {
    if (std::popcount(liars) > numbers.f) continue;
    for (int count = numbers.k; count <= 12; ++count) {
      std::vector<PlacedAnswer> answers(honest.begin(), honest.begin() + count);
      for (PlacedAnswer& answer : answers) {
        if ((liars >> answer.place & 1) == 0) continue;
        answer.words[0] = Field64::Add(answer.words[0], ShiftAt(answer.place, liars, numbers));
      }
      const auto result = Reconstruct(answers, numbers);
      ASSERT_TRUE(result.ok());
      if (result->agreement == Agreement::kConfirmed) {
        EXPECT_EQ(result->values, truth);
      }
      if (!result->differing.empty()) ++confirmed_against_a_liar;
      for (const int named : result->differing) EXPECT_NE(liars >> named & 1, 0u);
    }
  }
  EXPECT_EQ(confirmed_against_a_liar, 12);  // each of twelve alone, when all answer
}

// The test of the test: without the rule of k+f, the same three move a sum.
TEST(ReconstructionTest, AProvisionalSumCanBeMoved) {
  SummedRound round(12, kCells);
  std::vector<PlacedAnswer> answers = Answers(round, 8, Places(12));
  answers[7].words[0] = Field64::Add(answers[7].words[0], 5);
  const auto result = Reconstruct(answers, round.holders().numbers);
  EXPECT_EQ(result->agreement, Agreement::kProvisional);
  EXPECT_NE(result->values, round.SumOf(Places(12)));
}

TEST(ReconstructionTest, TwoAnswersOfOnePlaceOrOfDifferentLengthsAreRefused) {
  SummedRound round(5, kCells);
  std::vector<PlacedAnswer> answers = Answers(round, 5, Places(5));
  answers[1].place = 0;
  EXPECT_THAT(Reconstruct(answers, round.holders().numbers).status(),
              HasProblem(StatusCode::kInvalidArgument, Reason::kWrongLength));
  answers[1].place = 5;
  EXPECT_FALSE(Reconstruct(answers, round.holders().numbers).ok());
  answers[1].place = 1;
  answers[1].words.pop_back();
  EXPECT_FALSE(Reconstruct(answers, round.holders().numbers).ok());
}

TEST(AnswerTest, ComesBackAsItWasAndEveryDamageIsFound) {
  SummedRound round(5, kCells);
  AnswerHeader header;
  header.round_id = round.holders().round_id;
  header.freeze = Sha256("a freeze");
  header.node_id = round.holders().id(3).bytes;
  header.log = {31, Sha256("a log")};
  header.counter = 9;
  const PlacedAnswer placed = round.AnswerOf(3, Places(5), NoneLeftOut());
  const std::string bytes = BuildAnswer(header, placed.words, round.key(3));
  const auto parse = [&](const std::string& text) {
    return ParseAnswer(text, header.round_id, header.freeze, round.key(3).public_key(), kCells);
  };
  const auto back = parse(bytes);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->words, placed.words);
  EXPECT_EQ(back->header.log, header.log);
  EXPECT_EQ(back->header.counter, 9u);
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    EXPECT_FALSE(parse(damaged).ok()) << at;
  }
  for (size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(parse(bytes.substr(0, size)).ok());
}

TEST(AnswerTest, OfAnotherRoundOrFreezeIsRefused) {
  SummedRound round(5, kCells);
  AnswerHeader header;
  header.round_id = round.holders().round_id;
  header.freeze = Sha256("a freeze");
  header.node_id = round.holders().id(3).bytes;
  const std::vector<uint64_t> words(kCells, 1);
  const std::string bytes = BuildAnswer(header, words, round.key(3));
  EXPECT_THAT(ParseAnswer(bytes, header.round_id, Sha256("another"), round.key(3).public_key(), kCells).status(),
              HasProblem(StatusCode::kInvalidArgument, Reason::kWrongState));
  EXPECT_THAT(ParseAnswer(bytes, Sha256("another"), header.freeze, round.key(3).public_key(), kCells).status(),
              HasProblem(StatusCode::kInvalidArgument, Reason::kWrongState));
  EXPECT_THAT(ParseAnswer(bytes, header.round_id, header.freeze, round.key(2).public_key(), kCells).status(),
              HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
}

}  // namespace
}  // namespace aangan::privacy
