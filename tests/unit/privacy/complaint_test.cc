// SPDX-License-Identifier: Apache-2.0
// Complaints prove themselves or prove nothing, and open nothing else.
#include "privacy/complaint.h"

#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "tests/unit/privacy/summed_round.h"

namespace aangan::privacy {
namespace {

using absl::StatusCode;
using tests::HasProblem;

constexpr int kDealer = 4;
constexpr int kWronged = 9;
constexpr int kOther = 2;

class ComplaintTest : public testing::Test {
 protected:
  ComplaintTest() { round_.Send(kDealer, round_.Spoilt(kDealer, {kWronged})); }

  SummedContribution Sent(int dealer) { return *ParseSummed(round_.Contribution(dealer), round_.holders(), dealer); }
  std::string Complain(int holder, const OpenedShare& opened, int dealer = kDealer) {
    const SummedContribution sent = Sent(dealer);
    return BuildComplaint(sent.head, round_.holders(), holder, opened, sent.sealed[static_cast<size_t>(holder)],
                          round_.key(holder));
  }
  absl::StatusOr<Verdict> Judge(const std::string& bytes, int complainer, int dealer = kDealer) {
    return JudgeComplaint(bytes, Sent(dealer).head, round_.holders(), complainer);
  }

  SummedRound round_{12, 10};
};

TEST_F(ComplaintTest, ABadShareIsProvenToEverybody) {
  const auto verdict = Judge(Complain(kWronged, round_.ShareOf(kWronged, kDealer)), kWronged);
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(*verdict, Verdict::kProven);
}

TEST_F(ComplaintTest, AGoodShareProvesNothingWhateverIsClaimed) {
  // She opens the true key of a share that is in order, and a key that she made up.
  const SummedContribution sent = Sent(kDealer);
  const std::string info = "not the info";
  OpenedShare claim{ShareFault::kBadShare, std::nullopt, {}};
  EXPECT_EQ(*Judge(Complain(kOther, claim), kOther), Verdict::kFalse);
  claim.opening.aead_key.fill(7);
  EXPECT_EQ(*Judge(Complain(kOther, claim), kOther), Verdict::kFalse);
  claim.opening = *OpeningKeyOf(round_.private_key(kOther), sent.sealed[kOther], info);
  EXPECT_EQ(*Judge(Complain(kOther, claim), kOther), Verdict::kFalse);
}

TEST_F(ComplaintTest, ACiphertextThatTheDealerDidNotSendProvesNothing) {
  const OpenedShare opened = round_.ShareOf(kWronged, kDealer);
  const SummedContribution sent = Sent(kDealer);
  std::string other(sent.sealed[kWronged]);
  other.back() = static_cast<char>(other.back() ^ 1);
  const std::string bytes = BuildComplaint(sent.head, round_.holders(), kWronged, opened, other, round_.key(kWronged));
  EXPECT_EQ(*Judge(bytes, kWronged), Verdict::kFalse);
}

TEST_F(ComplaintTest, DoesNotDecryptCarriesNoKeyAndProvesNothing) {
  const OpenedShare claim{ShareFault::kDoesNotDecrypt, std::nullopt, {}};
  const std::string bytes = Complain(kOther, claim);
  EXPECT_EQ(*Judge(bytes, kOther), Verdict::kUnproven);
  EXPECT_EQ(bytes.size(), size_t{1 + 32 + 16 + 16 + 32 + 1 + 64});  // there is no room for a key
}

TEST_F(ComplaintTest, TheOpenedKeyOpensNoOtherShare) {
  const OpeningKey opening = round_.ShareOf(kWronged, kDealer).opening;
  for (const int dealer : {kDealer, kOther}) {
    const SummedContribution sent = Sent(dealer);
    for (int holder = 0; holder < 12; ++holder) {
      const bool its_own = dealer == kDealer && holder == kWronged;
      EXPECT_EQ(Open(opening, AsText(sent.head.aad), sent.sealed[static_cast<size_t>(holder)]).ok(), its_own);
    }
  }
}

TEST_F(ComplaintTest, OfAnotherHolderDealerOrRoundOrCutOffIsRefused) {
  const std::string bytes = Complain(kWronged, round_.ShareOf(kWronged, kDealer));
  EXPECT_THAT(Judge(bytes, kOther).status(), HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
  EXPECT_THAT(Judge(bytes, kWronged, kOther).status(), HasProblem(StatusCode::kInvalidArgument, Reason::kWrongState));
  for (size_t size = 0; size < bytes.size(); size += 37) EXPECT_FALSE(Judge(bytes.substr(0, size), kWronged).ok());
}

}  // namespace
}  // namespace aangan::privacy
