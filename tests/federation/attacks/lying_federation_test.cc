// SPDX-License-Identifier: Apache-2.0
// The table of what a malicious federation can try (privacy-reference.md 8), row by row, against the real rooms of the
// nodes: what it is shown, a node either recomputes and believes, or refuses, notes as an alarm, and stays silent.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/signing.h"
#include "model/canonical_message.h"
#include "privacy/answer.h"
#include "privacy/complaint.h"
#include "tests/support/cheating_dealer.h"
#include "tests/support/lying_federation.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
using storage::node::AlarmKind;
using tests::AllBut;
using tests::IsOk;
using tests::kLiarQuarter;
using tests::LyingFederation;

std::vector<int64_t> SumOf(LyingFederation& liar, const std::vector<int>& places) {
  std::vector<int64_t> sum(liar.ground().holders->cells);
  for (const int place : places) {
    const std::vector<int64_t> vector = liar.VectorOf(place);
    for (size_t cell = 0; cell < sum.size(); ++cell) sum[cell] += vector[cell];
  }
  return sum;
}

bool HasAlarm(LyingFederation& liar, int place, AlarmKind kind) {
  const auto alarms = liar.AlarmsOf(place);
  return std::find(alarms.begin(), alarms.end(), kind) != alarms.end();
}

// Five collectives: f = 1, k = 4, m = 4.
class LyingFederationTest : public ::testing::Test {
 protected:
  void Begin() {
    liar_.Announce();
    liar_.ContributeAll();
    liar_.PassWindow();
  }
  void ExpectSilent(int place, const fed::Round& round, AlarmKind kind) {
    EXPECT_THAT(liar_.Show(place, round), IsOk());
    EXPECT_FALSE(liar_.answers().contains(place));
    EXPECT_FALSE(liar_.node(place).once->FindLock(kLiarQuarter)->has_value());
    EXPECT_TRUE(HasAlarm(liar_, place, kind));
  }
  LyingFederation liar_{5};
};

TEST_F(LyingFederationTest, AnHonestRoundGivesTheSumAndNothingElse) {
  Begin();
  const fed::Round frozen = liar_.Frozen(AllBut(5, {2}));
  // Collective 2 has a receipt, so it does not answer a freeze without it.
  std::vector<privacy::PlacedAnswer> answers;
  for (const int place : {0, 1, 3, 4}) {
    EXPECT_THAT(liar_.Show(place, frozen), IsOk());
    ASSERT_TRUE(liar_.WordsOf(place, frozen).has_value()) << place;
    answers.push_back(*liar_.WordsOf(place, frozen));
    EXPECT_TRUE(liar_.AlarmsOf(place).empty());
    EXPECT_FALSE((*liar_.node(place).round_keys->Find(kLiarQuarter)).has_value());  // destroyed
  }
  const auto national = privacy::Reconstruct(answers, liar_.ground().numbers);
  ASSERT_THAT(national.status(), IsOk());
  EXPECT_EQ(national->agreement, privacy::Agreement::kProvisional);
  EXPECT_EQ(national->values, SumOf(liar_, {0, 1, 3, 4}));
}

TEST_F(LyingFederationTest, AFreezeOfFewIsNotAnswered) {
  Begin();
  ExpectSilent(0, liar_.Frozen({0, 1, 2}), AlarmKind::kBadFreeze);
}

TEST_F(LyingFederationTest, AFreezeThatNamesOneTwiceOrAStrangerIsNotAnswered) {
  Begin();
  fed::Round twice = liar_.Frozen({0, 1, 2, 3});
  *twice.mutable_freeze()->mutable_contributions(3) = twice.freeze().contributions(2);
  ExpectSilent(0, liar_.SignFreeze(twice), AlarmKind::kBadFreeze);
  fed::Round stranger = liar_.Frozen({0, 1, 2, 3});
  stranger.mutable_freeze()->mutable_contributions(3)->set_collective("collective_99");
  ExpectSilent(1, liar_.SignFreeze(stranger), AlarmKind::kBadFreeze);
  fed::Round forged = liar_.Frozen({0, 1, 2, 3});
  forged.mutable_freeze()->mutable_contributions()->RemoveLast();
  ExpectSilent(2, forged, AlarmKind::kBadFreeze);  // the signature is of another freeze
}

TEST_F(LyingFederationTest, ACensoredCollectiveRefusesAndKeepsTheEvidence) {
  Begin();
  ExpectSilent(2, liar_.Frozen({0, 1, 3, 4}), AlarmKind::kContributionMissing);
  // The receipt and the signed freeze are kept, for all to see.
  EXPECT_NE(liar_.node(2).once->Alarms()->front().evidence.find("receipt"), std::string::npos);
}

TEST_F(LyingFederationTest, OtherBytesInItsNameAreNotAnswered) {
  Begin();
  fed::Round other = liar_.Frozen({0, 1, 2, 3});
  other.mutable_freeze()->mutable_contributions(1)->set_digest(std::string(32, 'x'));
  ExpectSilent(1, liar_.SignFreeze(other), AlarmKind::kBadFreeze);
  // For the others the named head is not the one that they are given: they ask again, and say nothing.
  EXPECT_FALSE(liar_.Show(0, liar_.SignFreeze(other)).ok());
  EXPECT_FALSE(liar_.answers().contains(0));
}

TEST_F(LyingFederationTest, NothingIsAnsweredBeforeTheWindowIsOver) {
  liar_.Announce();
  liar_.ContributeAll();
  EXPECT_THAT(liar_.Show(0, liar_.Frozen({0, 1, 2, 3, 4})), IsOk());
  EXPECT_FALSE(liar_.answers().contains(0));
  liar_.PassWindow();
  EXPECT_THAT(liar_.Show(0, liar_.Frozen({0, 1, 2, 3, 4})), IsOk());
  EXPECT_TRUE(liar_.answers().contains(0));
}

TEST_F(LyingFederationTest, ASecondFreezeIsNotAnsweredAndTheFirstAnswerStands) {
  Begin();
  const fed::Round first = liar_.Frozen({0, 1, 2, 3, 4});
  const fed::Round second = liar_.Frozen({0, 1, 2, 3});
  ASSERT_THAT(liar_.Show(0, first), IsOk());
  ASSERT_THAT(liar_.Show(0, second), IsOk());
  EXPECT_FALSE(liar_.WordsOf(0, second).has_value());
  EXPECT_TRUE(HasAlarm(liar_, 0, AlarmKind::kSecondFreeze));
  liar_.Reopen(0);
  ASSERT_THAT(liar_.Show(0, second), IsOk());
  ASSERT_THAT(liar_.Show(0, first), IsOk());
  EXPECT_EQ(liar_.answers().at(0).size(), 1u);
}

TEST_F(LyingFederationTest, AnotherDescriptorIsNotJoined) {
  liar_.Announce();
  const auto refused = [&](auto change) {
    fed::Round round = liar_.Truth();
    change(*round.mutable_round_descriptor());
    const std::string canonical = *privacy::CanonicalDescriptor(round.round_descriptor());
    round.set_descriptor_signature(std::string(AsText(liar_.key().Sign(privacy::kDescriptorLabel, canonical))));
    return !liar_.Notice(0, round).ok();
  };
  EXPECT_TRUE(refused([](fed::RoundDescriptor& d) { d.set_m(3); }));
  EXPECT_TRUE(refused([](fed::RoundDescriptor& d) { d.set_k(3); }));
  EXPECT_TRUE(refused([](fed::RoundDescriptor& d) { d.set_form(fed::ROUND_FORM_DIRECT); }));
  EXPECT_TRUE(refused([](fed::RoundDescriptor& d) { d.mutable_variances(0)->set_numerator(1); }));
  EXPECT_TRUE(refused([](fed::RoundDescriptor& d) { d.set_period("2027Q2"); }));
  EXPECT_TRUE(refused([](fed::RoundDescriptor& d) { d.mutable_contribute_until()->set_seconds(0); }));
  EXPECT_TRUE(refused([](fed::RoundDescriptor& d) { d.set_recipient_keys(1, d.recipient_keys(0)); }));
  EXPECT_TRUE(refused([](fed::RoundDescriptor& d) { d.set_recipient_keys(1, ""); }));
  EXPECT_TRUE(refused([](fed::RoundDescriptor& d) { d.set_log_size(d.log_size() - 1); }));
  EXPECT_TRUE(refused([](fed::RoundDescriptor& d) { d.set_log_size(d.log_size() + 1); }));
  EXPECT_TRUE(refused([](fed::RoundDescriptor& d) { d.set_epoch(2); }));
  EXPECT_TRUE(refused([](fed::RoundDescriptor& d) { d.set_catalogue_version(2); }));
  fed::Round unsigned_round = liar_.Truth();
  unsigned_round.set_descriptor_signature(std::string(64, 'x'));
  EXPECT_FALSE(liar_.Notice(0, unsigned_round).ok());
  EXPECT_THAT(liar_.Notice(0, liar_.Truth()), IsOk());
}

TEST_F(LyingFederationTest, ARepeatedCiphertextOfAnotherSenderDoesNotOpen) {
  Begin();
  // The federation serves dealer 1's share under dealer 2's head: the hash differs, so nothing is opened or answered.
  liar_.tamper_shares = [](int, std::vector<fed::Share>& shares) { shares[2].set_sealed(shares[1].sealed()); };
  EXPECT_FALSE(liar_.Show(0, liar_.Frozen({0, 1, 2, 3, 4})).ok());
  EXPECT_FALSE(liar_.answers().contains(0));
  EXPECT_TRUE(liar_.complaints().empty());  // a wrong hash is no complaint: it is asked for again
  liar_.tamper_shares = nullptr;
  EXPECT_THAT(liar_.Show(0, liar_.Frozen({0, 1, 2, 3, 4})), IsOk());
  EXPECT_TRUE(liar_.answers().contains(0));
}

TEST_F(LyingFederationTest, AMisreportedSumAndAWithheldAnswerAreSeen) {
  Begin();
  const fed::Round frozen = liar_.Frozen({0, 1, 2, 3, 4});
  for (int place = 0; place < 5; ++place) ASSERT_THAT(liar_.Show(place, frozen), IsOk());
  std::vector<int64_t> sums = SumOf(liar_, {0, 1, 2, 3, 4});
  const fed::NationalRelease truth = liar_.Release(frozen, fed::RELEASE_STATE_CONFIRMED, sums);
  EXPECT_TRUE(*liar_.ShowRelease(0, frozen, truth));
  EXPECT_TRUE(liar_.AlarmsOf(0).empty());
  sums[3] += 1;
  EXPECT_FALSE(*liar_.ShowRelease(0, frozen, liar_.Release(frozen, fed::RELEASE_STATE_CONFIRMED, sums)));
  EXPECT_TRUE(HasAlarm(liar_, 0, AlarmKind::kWrongSum));
  // Confirmed, with answers that only make it provisional; and this node's own answer is not among them.
  liar_.tamper_answers = [](int, std::vector<fed::Answer>& answers) { answers.erase(answers.begin() + 1); };
  EXPECT_FALSE(*liar_.ShowRelease(1, frozen, truth));
  EXPECT_TRUE(HasAlarm(liar_, 1, AlarmKind::kAnswerMissing));
  EXPECT_TRUE(HasAlarm(liar_, 1, AlarmKind::kWrongSum));
}

TEST_F(LyingFederationTest, AForkAndARollbackOfTheLogAreSeen) {
  Begin();
  // To node 1 the federation shows another last entry, well signed.
  liar_.tamper_log = [&](int place, node::LogPage& page) {
    if (place != 1) return;
    page.head.set_size(page.head.size() - 1);
    page.head_signature =
        std::string(AsText(liar_.key().Sign(privacy::kLogHeadLabel, *model::CanonicalMessage(page.head))));
    page.entries.clear();
  };
  ASSERT_THAT(liar_.Show(1, liar_.Frozen({0, 1, 2, 3, 4})), IsOk());
  EXPECT_TRUE(HasAlarm(liar_, 1, AlarmKind::kLogRollback));
  liar_.tamper_log = [&](int place, node::LogPage& page) {
    if (place != 2) return;
    page.head.set_head(std::string(32, 'x'));
    page.head_signature =
        std::string(AsText(liar_.key().Sign(privacy::kLogHeadLabel, *model::CanonicalMessage(page.head))));
  };
  ASSERT_THAT(liar_.Show(2, liar_.Frozen({0, 1, 2, 3, 4})), IsOk());
  EXPECT_TRUE(HasAlarm(liar_, 2, AlarmKind::kLogFork));
  // What others signed to have seen tells as well.
  EXPECT_THAT(liar_.node(0).watch->Compare({1, Digest{}}, "2027Q1", "a signed answer"), IsOk());
  EXPECT_TRUE(HasAlarm(liar_, 0, AlarmKind::kLogFork));
  // A head that the federation did not sign is no evidence of anything.
  liar_.tamper_log = [&](int, node::LogPage& page) { page.head_signature = std::string(64, 'x'); };
  EXPECT_FALSE(liar_.Show(3, liar_.Frozen({0, 1, 2, 3, 4})).ok());
  EXPECT_TRUE(liar_.AlarmsOf(3).empty());
}

std::vector<const SecretBytes*> KeysOf(const LyingFederation& liar) {
  std::vector<const SecretBytes*> keys;
  for (const SecretBytes& key : liar.colluders_keys) keys.push_back(&key);
  return keys;
}

// Dealer 4 cheats these holders, and the federation takes it in.
void Cheat(LyingFederation& liar, const std::vector<int>& holders, tests::Cheat how,
           const std::vector<std::string>& other = {}) {
  liar.sent()[4] = tests::Spoil(liar.contributions().at(4), *liar.ground().holders, 4, liar.node(4).identity->key(),
                                KeysOf(liar), holders, how, liar.random(), other);
}

privacy::Verdict VerdictOn(LyingFederation& liar, const LyingFederation::SentComplaint& complaint) {
  const privacy::Holders& holders = *liar.ground().holders;
  const auto dealt = *privacy::ParseSummed(liar.contributions().at(4), holders, 4);
  return *privacy::JudgeComplaint(complaint.bytes, dealt.head, holders, complaint.complainer);
}

TEST_F(LyingFederationTest, ADealerWithABadShareIsNamedBeforeTheFreezeByAProof) {
  liar_.Announce();
  liar_.ContributeAll();
  Cheat(liar_, {0}, tests::Cheat::kRandomShare);
  for (int place = 0; place < 4; ++place) ASSERT_THAT(liar_.Show(place, liar_.Truth()), IsOk());
  ASSERT_EQ(liar_.complaints().size(), 1u);  // of the one who was cheated, about the one who cheated
  EXPECT_EQ(liar_.complaints()[0].complainer, 0);
  EXPECT_EQ(liar_.complaints()[0].dealer, liar_.node(4).id);
  EXPECT_EQ(VerdictOn(liar_, liar_.complaints()[0]), privacy::Verdict::kProven);
  // Without the cheat the round goes its way, and the one who complained answers like the others.
  liar_.PassWindow();
  const fed::Round frozen = liar_.Frozen({0, 1, 2, 3});
  for (int place = 0; place < 4; ++place) ASSERT_THAT(liar_.Show(place, frozen), IsOk());
  EXPECT_EQ(liar_.answers().size(), 4u);
}

TEST_F(LyingFederationTest, AHolderOfABadShareIsSilentAfterTheFreezeAndNobodyElseIs) {
  Begin();
  Cheat(liar_, {0, 1}, tests::Cheat::kRandomShare);
  // Dealer 4 itself is in league: its own contribution is what it says.
  const fed::Round frozen = liar_.Frozen({0, 1, 2, 3, 4});
  for (int place = 0; place < 4; ++place) ASSERT_THAT(liar_.Show(place, frozen), IsOk());
  EXPECT_EQ(liar_.answers().size(), 2u);
  EXPECT_TRUE(liar_.WordsOf(2, frozen).has_value());
  EXPECT_TRUE(liar_.WordsOf(3, frozen).has_value());
  ASSERT_EQ(liar_.complaints().size(), 2u);
  for (const auto& complaint : liar_.complaints())
    EXPECT_EQ(VerdictOn(liar_, complaint), privacy::Verdict::kProven) << complaint.complainer;
  for (const int place : {0, 1}) {
    const auto lock = *liar_.node(place).once->FindLock(kLiarQuarter);
    ASSERT_TRUE(lock.has_value());
    EXPECT_TRUE(lock->answer.empty());
    EXPECT_FALSE(liar_.node(place).round_keys->Find(kLiarQuarter)->has_value());
    // A freeze without the cheat comes too late for them.
    ASSERT_THAT(liar_.Show(place, liar_.Frozen({0, 1, 2, 3})), IsOk());
    EXPECT_FALSE(liar_.answers().contains(place));
  }
}

TEST_F(LyingFederationTest, ACopiedEncapsulationGainsNothing) {
  liar_.Announce();
  liar_.ContributeAll();
  // Dealer 4 puts the ciphertexts of honest dealer 1 into its own contribution, to have them complained of and opened.
  const privacy::Holders& holders = *liar_.ground().holders;
  const auto honest = *privacy::ParseSummed(liar_.contributions().at(1), holders, 1);
  std::vector<std::string> others(honest.sealed.begin(), honest.sealed.end());
  Cheat(liar_, {0, 1, 2, 3}, tests::Cheat::kCopiedEncapsulation, others);
  for (int place = 0; place < 4; ++place) ASSERT_THAT(liar_.Show(place, liar_.Truth()), IsOk());
  ASSERT_EQ(liar_.complaints().size(), 4u);
  for (const auto& complaint : liar_.complaints()) {
    // "Does not decrypt": it carries no key, because the two senders are in the key schedule.
    EXPECT_EQ(VerdictOn(liar_, complaint), privacy::Verdict::kUnproven);
    EXPECT_LT(complaint.bytes.size(), 250u);
  }
}

TEST_F(LyingFederationTest, AFalseComplaintProvesNothing) {
  Begin();
  const privacy::Holders& holders = *liar_.ground().holders;
  // Holder 3 claims that honest dealer 4 dealt badly, with an opening key of its own making.
  const auto dealt = *privacy::ParseSummed(liar_.contributions().at(4), holders, 4);
  privacy::OpenedShare claimed;
  claimed.fault = privacy::ShareFault::kBadShare;
  const std::string bytes =
      privacy::BuildComplaint(dealt.head, holders, 3, claimed, dealt.sealed[3], liar_.node(3).identity->key());
  EXPECT_EQ(*privacy::JudgeComplaint(bytes, dealt.head, holders, 3), privacy::Verdict::kFalse);
}

// The order of an answer, broken off after each step: the bytes never change, and nothing is answered twice.
TEST_F(LyingFederationTest, AnAnswerThatDidNotArriveIsSentAgainByteForByte) {
  Begin();
  const fed::Round frozen = liar_.Frozen({0, 1, 2, 3, 4});
  liar_.answers_lost = 1;
  EXPECT_FALSE(liar_.Show(0, frozen).ok());
  const auto lock = *liar_.node(0).once->FindLock(kLiarQuarter);
  ASSERT_TRUE(lock.has_value());
  EXPECT_FALSE(lock->sent);
  EXPECT_FALSE(liar_.node(0).round_keys->Find(kLiarQuarter)->has_value());  // gone before it was sent
  liar_.Reopen(0);
  ASSERT_THAT(liar_.Show(0, frozen), IsOk());
  ASSERT_EQ(liar_.answers().at(0).size(), 1u);
  EXPECT_EQ(liar_.answers().at(0).front(), lock->answer);
  ASSERT_THAT(liar_.Show(0, frozen), IsOk());
  EXPECT_EQ(liar_.answers().at(0).size(), 1u);
}

TEST_F(LyingFederationTest, ALockWhoseKeyOutlivedACrashLosesItAtTheNextStart) {
  Begin();
  const fed::Round frozen = liar_.Frozen({0, 1, 2, 3, 4});
  // As after a crash between the lock and the end of the key.
  storage::node::AnswerLock lock;
  lock.period = kLiarQuarter;
  lock.round_id = liar_.ground().round_id;
  lock.freeze = *node::FreezeDigest(frozen.freeze());
  lock.answer = "an answer";
  ASSERT_THAT(liar_.node(0).once->Lock(lock), IsOk());
  ASSERT_TRUE(liar_.node(0).round_keys->Find(kLiarQuarter)->has_value());
  liar_.Reopen(0);
  EXPECT_FALSE(liar_.node(0).round_keys->Find(kLiarQuarter)->has_value());
  ASSERT_THAT(liar_.Show(0, frozen), IsOk());
  EXPECT_EQ(liar_.answers().at(0), std::vector<std::string>{"an answer"});
}

// A second partition within a year, offered by a federation that has stopped to show the first: the collective gave its
// word on that one, remembers it, and does not give it on the other.
TEST_F(LyingFederationTest, ASecondPartitionWithinAYearOrARevisionOfABegunPeriodIsNotSigned) {
  node::GovernanceBook& book = *liar_.node(0).book;
  const auto offer = [&](int version, const std::string& place, const std::string& first) {
    fed::SignedCatalogue offered = book.catalogues().back().signed_catalogue;  // version 1
    offered.clear_signatures();
    fed::Catalogue& catalogue = *offered.mutable_catalogue();
    catalogue.set_version(version);
    catalogue.set_first_period(first);
    catalogue.set_last_period("2028Q4");
    fed::Place& zone = *catalogue.add_places();
    zone.set_id(place);
    zone.set_title("A zone");
    zone.set_kind(fed::PLACE_KIND_ZONE);
    for (const fed::Collective& each : liar_.roster().collectives()) zone.add_collectives(each.id());
    return offered;
  };
  const auto accept = [&](const fed::SignedCatalogue& offered) {
    fed::SignedRoster roster = book.offered_roster()->signed_roster;
    roster.clear_in_force();
    roster.clear_digest();
    EXPECT_THAT(book.TakeOffers(roster, {offered}), IsOk());
    const std::string canonical = *model::CanonicalCatalogue(offered.catalogue());
    return book.AcceptCatalogue(offered.catalogue().version(), AsText(Sha256(canonical)), "tokens/test").status();
  };
  ASSERT_THAT(accept(offer(2, "north", "2027Q2")), IsOk());  // version 1 has no places
  EXPECT_TRUE(HasReason(accept(offer(3, "south", "2027Q3")), Reason::kCatalogueRefused));
  EXPECT_THAT(accept(offer(4, "south", "2028Q1")), IsOk());
  EXPECT_TRUE(HasReason(accept(offer(5, "south", "2026Q4")), Reason::kWrongState));  // that quarter is running
}

}  // namespace
}  // namespace aangan
