// SPDX-License-Identifier: Apache-2.0
// What can be watched from outside does not hang on the members (privacy-reference.md 3, rows 2 and 22; 12, 13). Noise
// is drawn before a count is read, by a function that is given none; the randomness that a node asks for, request by
// request, and the length of all that it sends are the same for a full node and an empty one; and an empty one takes
// part like every other, with noise in its cells.
#include <gtest/gtest.h>

#include <algorithm>
#include <type_traits>

#include "model/roster.h"
#include "privacy/release.h"
#include "tests/support/lying_federation.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

using tests::AllBut;
using tests::IsOk;
using tests::kLiarQuarter;
using tests::LyingFederation;

static_assert(
    std::is_same_v<decltype(&privacy::Draw), privacy::NoiseDraw (*)(const privacy::NoisePlan&, RandomSource&)>,
    "the draw is given a plan and randomness, and no counts");
static_assert(std::is_same_v<decltype(&privacy::PlanNoise),
                             privacy::NoisePlan (*)(const Digest&, const model::CompiledCatalogue&,
                                                    const model::Period&, const privacy::RoundNumbers&)>,
              "the plan follows from public things");

constexpr int kFull = 0;
constexpr int kEmpty = 1;

class DataIndependence : public ::testing::Test {
 protected:
  DataIndependence() {
    for (int i = 0; i < 40; ++i) liar_.AddMember(kFull);
    liar_.Announce();
  }
  // The node's own steps with randomness that the test holds.
  node::CloseAgent AgentOf(int place, RandomSource* random) {
    tests::LiarNode& node = liar_.node(place);
    return node::CloseAgent({node.store.get(), node.once.get(), node.identity.get(), node.book.get(), node.watch.get(),
                             &liar_.clock(), random, false});
  }
  // The size of each request for randomness from the close of the quarter to the bytes that are sent.
  std::vector<size_t> RequestsOf(int place) {
    std::vector<size_t> requests;
    tests::SeededRandom seeded(5);
    tests::WatchedRandom watched(&seeded);
    watched.before_fill = [&](size_t bytes) { requests.push_back(bytes); };
    node::CloseAgent agent = AgentOf(place, &watched);
    EXPECT_THAT(agent.Close(kLiarQuarter, "tokens/test"), IsOk());
    const auto preview = agent.Look(kLiarQuarter);
    EXPECT_THAT(preview, IsOk());
    const int64_t counted = *std::max_element(preview->exact.counts.begin(), preview->exact.counts.end());
    EXPECT_EQ(counted, place == kFull ? 40 : 0);
    EXPECT_THAT(agent.Approve(kLiarQuarter, AsText(preview->entry.proposal_digest), "tokens/test"), IsOk());
    return requests;
  }
  LyingFederation liar_{5};
};

TEST_F(DataIndependence, TheRandomnessAskedForAndTheLengthSentAreThoseOfAnEmptyNode) {
  const std::vector<size_t> full = RequestsOf(kFull);
  const std::vector<size_t> empty = RequestsOf(kEmpty);
  EXPECT_GT(full.size(), 1000u);
  EXPECT_EQ(full, empty);
  const auto sent = [&](int place) { return liar_.node(place).once->GetRound(kLiarQuarter)->contribution; };
  EXPECT_EQ(sent(kFull).size(), sent(kEmpty).size());
}

// A member who comes while the noise is being drawn is in the counts: they are read afterwards.
TEST_F(DataIndependence, CountsAreReadWhenTheDrawIsDone) {
  tests::WatchedRandom watched;
  bool added = false;
  watched.before_fill = [&](size_t) {
    if (!std::exchange(added, true)) liar_.AddMember(kEmpty);
  };
  node::CloseAgent agent = AgentOf(kEmpty, &watched);
  const auto closed = agent.Close(kLiarQuarter, "tokens/test");
  ASSERT_THAT(closed, IsOk());
  EXPECT_TRUE(added);
  const auto preview = agent.Look(kLiarQuarter);
  ASSERT_THAT(preview, IsOk());
  EXPECT_EQ(*std::max_element(preview->exact.counts.begin(), preview->exact.counts.end()), 1);
  EXPECT_EQ(closed->proposal_digest, preview->entry.proposal_digest);
}

TEST_F(DataIndependence, ANodeWithoutAMemberContributesNoiseAndAnswersLikeEveryOther) {
  liar_.ContributeAll();
  const std::vector<int64_t> vector = liar_.VectorOf(kEmpty);
  const auto zeros = static_cast<size_t>(std::count(vector.begin(), vector.end(), 0));
  EXPECT_LT(zeros, vector.size() / 4);  // sigma of a part is above ten: a zero in some thirty cells
  liar_.PassWindow();
  ASSERT_THAT(liar_.Show(kEmpty, liar_.Frozen(AllBut(5, {}))), IsOk());
  EXPECT_EQ(liar_.answers().at(kEmpty).size(), 1u);
}

}  // namespace
}  // namespace aangan
