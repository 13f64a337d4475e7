// SPDX-License-Identifier: Apache-2.0
// Shares as they travel: sizes, what everybody can check, what a holder finds when a dealer cheats.
#include "privacy/summed_contribution.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/status_matchers.h"
#include "tests/unit/privacy/summed_round.h"

namespace aangan::privacy {
namespace {

using absl::StatusCode;
using tests::HasProblem;

TEST(SummedContributionTest, AThousandCellsForTwelveAreBelow64KiB) {
  SummedRound round(12, 1000);
  EXPECT_EQ(round.Contribution(0).size(), SummedContributionBytes(round.holders()));
  EXPECT_LT(round.Contribution(0).size(), size_t{64} << 10);
  EXPECT_NEAR(static_cast<double>(round.Contribution(0).size()), 41'500, 500);  // protocol.md 4: 41.5 KB
}

TEST(SummedContributionTest, ItsLengthSaysNothingOfItsContent) {
  SummedRound one(7, 20, 1);
  SummedRound other(7, 20, 2);
  EXPECT_EQ(one.Contribution(3).size(), other.Contribution(3).size());
  EXPECT_NE(one.Contribution(3), other.Contribution(3));
}

TEST(SummedContributionTest, EveryHolderOpensHerShareAndNobodyElses) {
  SummedRound round(7, 5);
  const SummedContribution parsed = *ParseSummed(round.Contribution(2), round.holders(), 2);
  for (int holder = 0; holder < 7; ++holder) {
    EXPECT_EQ(round.ShareOf(holder, 2).fault, ShareFault::kNone);
    const int other = (holder + 1) % 7;
    const auto stolen = OpenShare(parsed.head, round.holders(), holder, parsed.sealed[static_cast<size_t>(holder)],
                                  round.private_key(other));
    ASSERT_TRUE(stolen.ok());
    EXPECT_EQ(stolen->fault, ShareFault::kDoesNotDecrypt);
  }
}

TEST(SummedContributionTest, APlaceWithoutAKeyGetsNothingAndTheSumIsThereAllTheSame) {
  SummedRound round(6, 4);
  round.holders().recipient_keys[0].reset();  // a place that would get a seed
  round.holders().recipient_keys[5].reset();
  const auto parsed = ParseSummed(round.Contribution(1), round.holders(), 1);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->head.hashes[0], Digest{});
  EXPECT_TRUE(parsed->sealed[5].empty());
  std::vector<PlacedAnswer> answers;
  for (const int holder : {1, 2, 3, 4}) answers.push_back(round.AnswerOf(holder, {1, 2}, std::vector<bool>(4, false)));
  const auto sum = Reconstruct(answers, round.holders().numbers);
  ASSERT_TRUE(sum.ok());
  EXPECT_EQ(sum->values, round.SumOf({1, 2}));
}

TEST(SummedContributionTest, AFlippedBitAnywhereIsFound) {
  SummedRound round(5, 2);
  const std::string bytes = round.Contribution(0);
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    EXPECT_FALSE(ParseSummed(damaged, round.holders(), 0).ok()) << at;
  }
}

TEST(SummedContributionTest, AnotherLengthSenderRoundOrFormIsRefused) {
  SummedRound round(5, 2);
  const std::string bytes = round.Contribution(0);
  EXPECT_THAT(ParseSummed(bytes.substr(1), round.holders(), 0).status(),
              HasProblem(StatusCode::kInvalidArgument, Reason::kWrongLength));
  EXPECT_THAT(ParseSummed(bytes + "x", round.holders(), 0).status(),
              HasProblem(StatusCode::kInvalidArgument, Reason::kWrongLength));
  EXPECT_THAT(ParseSummed("", round.holders(), 0).status(),
              HasProblem(StatusCode::kInvalidArgument, Reason::kWrongLength));
  EXPECT_THAT(ParseSummed(bytes, round.holders(), 1).status(),
              HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
  Holders other = round.holders();
  other.round_id[0] ^= 1;
  EXPECT_THAT(ParseSummed(bytes, other, 0).status(), HasProblem(StatusCode::kInvalidArgument, Reason::kWrongState));
}

TEST(SummedContributionTest, BadSharesAreFoundByTheirHoldersAndByNobodyElse) {
  for (const std::vector<int>& bad : {std::vector<int>{9}, std::vector<int>{2}, std::vector<int>{0, 2, 3, 7, 9, 11}}) {
    SummedRound round(12, 10);
    round.Send(4, round.Spoilt(4, bad));
    ASSERT_TRUE(ParseSummed(round.Contribution(4), round.holders(), 4).ok());
    for (int holder = 0; holder < 12; ++holder) {
      const bool wronged = std::find(bad.begin(), bad.end(), holder) != bad.end();
      EXPECT_EQ(round.ShareOf(holder, 4).fault, wronged ? ShareFault::kBadShare : ShareFault::kNone) << holder;
    }
  }
}

TEST(SummedContributionTest, ACopiedEncapsulationOpensNothing) {
  SummedRound round(5, 3);
  const SummedContribution honest = *ParseSummed(round.Contribution(0), round.holders(), 0);
  const SummedContribution copier = *ParseSummed(round.Contribution(1), round.holders(), 1);
  // The copier puts the honest dealer's sealed share into her own contribution: it is bound to its sender.
  SummedHead forged = copier.head;
  forged.hashes[2] = honest.head.hashes[2];
  const auto opened = OpenShare(forged, round.holders(), 2, honest.sealed[2], round.private_key(2));
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->fault, ShareFault::kDoesNotDecrypt);
  EXPECT_EQ(opened->opening.aead_key, (std::array<uint8_t, 32>{}));
}

}  // namespace
}  // namespace aangan::privacy
