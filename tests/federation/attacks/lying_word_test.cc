// SPDX-License-Identifier: Apache-2.0
// A federation that says what nobody has decided: that a round is void, or that a catalogue for direct rounds is in
// force. A node goes by signatures and by its own clock, and loses nothing by what it is told.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/problem.h"
#include "base/signing.h"
#include "model/published.h"
#include "model/roster.h"
#include "tests/support/lying_federation.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
using storage::node::AlarmKind;
using tests::IsOk;
using tests::kLiarQuarter;
using tests::LyingFederation;

// Five collectives: f = 1, k = 4, m = 4.
class LyingWordTest : public ::testing::Test {
 protected:
  void ExpectAlarm(int place, const fed::Round& round) {
    EXPECT_THAT(liar_.Show(place, round), IsOk());
    EXPECT_FALSE(liar_.node(place).once->FindLock(kLiarQuarter)->has_value());
    EXPECT_TRUE(HasAlarm(place));
  }
  bool HasAlarm(int place) {
    const auto alarms = liar_.AlarmsOf(place);
    return std::find(alarms.begin(), alarms.end(), AlarmKind::kBadVoid) != alarms.end();
  }
  LyingFederation liar_{5};
};

TEST_F(LyingWordTest, ALyingVoidDestroysNothingAndARightOneDoes) {
  liar_.Announce();
  liar_.ContributeAll();
  liar_.PassWindow();  // the extension is not over
  const auto has_key = [&](int place) { return liar_.node(place).round_keys->Find(kLiarQuarter)->has_value(); };
  // Too early by the node's own clock, whatever the descriptor says that comes with it.
  fed::Round early = liar_.Voided();
  early.mutable_round_descriptor()->mutable_extend_until()->set_seconds(0);
  ExpectAlarm(0, early);
  EXPECT_TRUE(has_key(0));
  // Node 1 answers, and is told afterwards that nothing was frozen.
  const fed::Round frozen = liar_.Frozen({0, 1, 2, 3, 4});
  ASSERT_THAT(liar_.Show(1, frozen), IsOk());
  liar_.clock().Advance(absl::Hours(24 * 60));
  EXPECT_THAT(liar_.Show(1, liar_.Voided()), IsOk());
  EXPECT_TRUE(HasAlarm(1));
  EXPECT_TRUE(liar_.WordsOf(1, frozen).has_value());
  // In time, but unsigned; signed by somebody else; signed as something else, or of another round.
  const auto signed_with = [&](const SigningKey& key, Literal label, fed::Void word) {
    fed::Round round = liar_.Voided();
    round.set_void_signature(std::string(AsText(key.Sign(label, *model::CanonicalVoid(word)))));
    return round;
  };
  fed::Void word;
  word.set_round_id(std::string(AsText(liar_.ground().round_id)));
  word.set_period("2027Q1");
  fed::Void other = word;
  other.set_round_id(std::string(32, 'x'));
  fed::Void other_period = word;
  other_period.set_period("2027Q2");
  fed::Round without = liar_.Voided();
  without.clear_void_signature();
  for (const fed::Round& lie :
       {without, signed_with(liar_.node(3).identity->key(), model::kVoidLabel, word),
        signed_with(liar_.key(), model::kFreezeLabel, word), signed_with(liar_.key(), model::kVoidLabel, other),
        signed_with(liar_.key(), model::kVoidLabel, other_period)}) {
    ExpectAlarm(2, lie);
    EXPECT_TRUE(has_key(2));
  }
  // Nothing is lost by a lie: both go on with the round as it is.
  for (const int place : {0, 2}) {
    ASSERT_THAT(liar_.Show(place, frozen), IsOk());
    EXPECT_TRUE(liar_.WordsOf(place, frozen).has_value());
  }
  // The truth, as the next one hears it for the first time.
  EXPECT_TRUE(has_key(3));
  ASSERT_THAT(liar_.Show(3, signed_with(liar_.key(), model::kVoidLabel, word)), IsOk());
  EXPECT_FALSE(has_key(3));
  EXPECT_TRUE(liar_.AlarmsOf(3).empty());
  ASSERT_THAT(liar_.Show(3, frozen), IsOk());
  EXPECT_FALSE(liar_.answers().contains(3));
}

// All but one have signed a catalogue for direct rounds, and the federation says that it is in force.
TEST_F(LyingWordTest, ADirectRoundNeedsACatalogueThatAllHaveSigned) {
  liar_.Announce();
  fed::SignedCatalogue summed, direct;
  *summed.mutable_catalogue() = *liar_.node(0).book->CatalogueInForce(kLiarQuarter);
  *direct.mutable_catalogue() = summed.catalogue();
  direct.mutable_catalogue()->set_version(2);
  direct.mutable_catalogue()->set_form(fed::ROUND_FORM_DIRECT);
  direct.set_in_force(true);
  const auto sign = [&](fed::SignedCatalogue& catalogue, int place) {
    const std::string canonical = *model::CanonicalCatalogue(catalogue.catalogue());
    fed::CollectiveSignature& yes = *catalogue.add_signatures();
    yes.set_collective(liar_.node(place).id);
    yes.set_signature(std::string(AsText(liar_.node(place).identity->key().Sign(model::kCatalogueLabel, canonical))));
  };
  for (int place = 0; place < 5; ++place) sign(summed, place);
  for (int place = 0; place < 4; ++place) sign(direct, place);
  fed::SignedRoster roster;
  *roster.mutable_roster() = liar_.roster();
  fed::Round round = liar_.Truth();
  const auto compiled = *model::CompileCatalogue(direct.catalogue());
  *round.mutable_round_descriptor() = *privacy::MakeDescriptor(liar_.roster(), *compiled, kLiarQuarter, {});
  ASSERT_EQ(round.round_descriptor().form(), fed::ROUND_FORM_DIRECT);
  const std::string canonical = *privacy::CanonicalDescriptor(round.round_descriptor());
  round.set_descriptor_signature(std::string(AsText(liar_.key().Sign(privacy::kDescriptorLabel, canonical))));
  // Shown to one that has not noted the round of the quarter yet.
  const auto check = [&] {
    const node::LogEntries log = liar_.node(0).watch->entries();
    return node::CheckAnnounced(round, *liar_.node(0).book, {*log, static_cast<int64_t>(log->size())},
                                liar_.key().public_key());
  };
  ASSERT_THAT(liar_.node(0).book->TakeOffers(roster, {summed, direct}), IsOk());
  EXPECT_TRUE(HasReason(check().status(), Reason::kWrongState));
  EXPECT_EQ(liar_.node(0).book->CatalogueInForce(kLiarQuarter)->version(), 1);
  // Nor with a fifth signature that is not the fifth collective's.
  fed::SignedCatalogue forged = direct;
  *forged.add_signatures() = direct.signatures(3);
  forged.mutable_signatures(4)->set_collective(liar_.node(4).id);
  ASSERT_THAT(liar_.node(0).book->TakeOffers(roster, {summed, forged}), IsOk());
  EXPECT_TRUE(HasReason(check().status(), Reason::kWrongState));
  sign(direct, 4);
  ASSERT_THAT(liar_.node(0).book->TakeOffers(roster, {summed, direct}), IsOk());
  EXPECT_THAT(check().status(), IsOk());
}

}  // namespace
}  // namespace aangan
