// SPDX-License-Identifier: Apache-2.0
// A collective that shares words that are no counts: nobody can see it in a share, every node sees it in the sum.
#include <gtest/gtest.h>

#include <algorithm>

#include "privacy/field.h"
#include "privacy/reconstruction.h"
#include "privacy/summed_contribution.h"
#include "tests/support/lying_federation.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
using storage::node::AlarmKind;
using tests::IsOk;
using tests::LyingFederation;

// Five collectives: f = 1, k = 4. Dealer 4 contributes this in its first cell; the four others answer and read the sum.
std::vector<AlarmKind> AlarmsAfter(int64_t first_cell) {
  LyingFederation liar(5);
  liar.Announce();
  liar.ContributeAll();
  const privacy::Holders& holders = *liar.ground().holders;
  std::vector<int64_t> values = liar.VectorOf(4);
  values[0] = first_cell;
  privacy::ContributionHeader header;
  header.round_id = holders.round_id;
  header.node_id = holders.id(4).bytes;
  header.log = liar.node(4).watch->position();
  const auto vector = *privacy::ProtectedVector::Decode(privacy::EncodeWords(values));
  liar.sent()[4] = *privacy::BuildSummed(header, holders, vector, liar.node(4).identity->key(), liar.random());
  liar.PassWindow();
  const fed::Round frozen = liar.Frozen({0, 1, 2, 3, 4});
  std::vector<privacy::PlacedAnswer> answers;
  for (int place = 0; place < 4; ++place) {
    EXPECT_THAT(liar.Show(place, frozen), IsOk());
    answers.push_back(*liar.WordsOf(place, frozen));
  }
  const auto sum = *privacy::Reconstruct(answers, liar.ground().numbers);
  const fed::NationalRelease release = liar.Release(frozen, fed::RELEASE_STATE_PROVISIONAL, sum.values);
  // What it says is true: the sum is what the answers give.
  for (const int again : {0, 0}) EXPECT_TRUE(*liar.ShowRelease(again, frozen, release));
  return liar.AlarmsOf(0);
}

TEST(SpoiltTable, ASumThatNoCountsCanGiveIsShownToPeopleOnce) {
  EXPECT_EQ(AlarmsAfter(int64_t{1} << 61), std::vector<AlarmKind>{AlarmKind::kSpoiltTable});
  EXPECT_EQ(AlarmsAfter(-(int64_t{1} << 61)), std::vector<AlarmKind>{AlarmKind::kSpoiltTable});
}

TEST(SpoiltTable, WithinTheBoundOfACellNobodyCanTell) { EXPECT_TRUE(AlarmsAfter(5000).empty()); }

}  // namespace
}  // namespace aangan
