// SPDX-License-Identifier: Apache-2.0
// Who must have signed what: first rosters by all, successors by k of the epoch before, catalogues by k, by all, by
// states.
#include <functional>

#include "base/problem.h"
#include "gtest/gtest.h"
#include "model/catalogue_lint.h"
#include "model/roster.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::model {
namespace {

namespace fed = federation::v1;

void Sign(const RosterWithKeys& signers, int count, fed::SignedRoster& signed_roster) {
  const std::string canonical = CanonicalRoster(signed_roster.roster()).value();
  for (int i = 0; i < count; ++i) {
    fed::RosterSignature& signature = *signed_roster.add_signatures();
    signature.set_collective(signers.roster.collectives(i).id());
    signature.set_signature(std::string(AsText(signers.keys[static_cast<size_t>(i)].Sign(kRosterLabel, canonical))));
  }
}

void Sign(const RosterWithKeys& signers, int from, int count, fed::SignedCatalogue& signed_catalogue) {
  const std::string canonical = CanonicalCatalogue(signed_catalogue.catalogue()).value();
  for (int i = from; i < from + count; ++i) {
    fed::CollectiveSignature& signature = *signed_catalogue.add_signatures();
    signature.set_collective(signers.roster.collectives(i).id());
    signature.set_signature(std::string(AsText(signers.keys[static_cast<size_t>(i)].Sign(kCatalogueLabel, canonical))));
  }
}

fed::SignedRoster Successor(const RosterWithKeys& previous) {
  fed::SignedRoster next;
  *next.mutable_roster() = previous.roster;
  next.mutable_roster()->set_epoch(2);
  next.mutable_roster()->set_previous_digest(std::string(AsText(RosterDigest(previous.roster).value())));
  return next;
}

TEST(RosterSignatures, TheFirstRosterNeedsAll) {
  const RosterWithKeys made = MakeRoster(5, 2);
  for (int count = 0; count <= 5; ++count) {
    fed::SignedRoster first;
    *first.mutable_roster() = made.roster;
    Sign(made, count, first);
    const absl::Status status = CheckRosterSignatures(first, nullptr);
    EXPECT_EQ(status.ok(), count == 5) << status;
    EXPECT_EQ(HasReason(status, Reason::kNotEnoughSignatures), count < 5);
  }
}

TEST(RosterSignatures, ASuccessorNeedsKOfTheEpochBefore) {
  const RosterWithKeys made = MakeRoster(12, 3);
  for (int count : {0, 7, 8, 12}) {
    fed::SignedRoster next = Successor(made);
    Sign(made, count, next);
    EXPECT_EQ(CheckRosterSignatures(next, &made.roster).ok(), count >= 8) << count;
  }
}

TEST(RosterSignatures, SignaturesOfThoseWhoJoinDoNotMakeUpForMissingOnes) {
  const RosterWithKeys made = MakeRoster(5, 4);
  const RosterWithKeys more = MakeRoster(7, 4);  // the first five are the same
  ASSERT_EQ(more.roster.collectives(4).signing_key(), made.roster.collectives(4).signing_key());
  fed::SignedRoster next = Successor(made);
  *next.mutable_roster()->mutable_collectives() = more.roster.collectives();
  Sign(more, 7, next);
  EXPECT_TRUE(CheckRosterSignatures(next, &made.roster).ok());
  next.mutable_signatures()->DeleteSubrange(0, 2);  // three old ones and two new are left; k is 4
  EXPECT_TRUE(HasReason(CheckRosterSignatures(next, &made.roster), Reason::kNotEnoughSignatures));
}

TEST(RosterSignatures, ASuccessorFollowsByRosterEpochAndDigest) {
  const RosterWithKeys made = MakeRoster(5, 5);
  const std::pair<std::string, std::function<void(fed::Roster&)>> breaches[] = {
      {"roster.roster", [](auto& r) { r.set_roster("nepal"); }},
      {"roster.epoch", [](auto& r) { r.set_epoch(3); }},
      {"roster.previous_digest", [](auto& r) { r.set_previous_digest(std::string(32, 'x')); }}};
  for (const auto& [field, break_it] : breaches) {
    fed::SignedRoster next = Successor(made);
    break_it(*next.mutable_roster());
    Sign(made, 5, next);
    EXPECT_EQ(FieldsOf(CheckRosterSignatures(next, &made.roster)), std::vector<std::string>{field});
  }
  fed::SignedRoster later = Successor(made);
  Sign(made, 5, later);
  EXPECT_EQ(FieldsOf(CheckRosterSignatures(later, nullptr)), std::vector<std::string>{"roster.epoch"});
}

TEST(RosterSignatures, AWrongSignatureSpoilsTheWhole) {
  const RosterWithKeys made = MakeRoster(5, 6);
  fed::SignedRoster first;
  *first.mutable_roster() = made.roster;
  Sign(made, 5, first);
  fed::SignedRoster forged = first;
  (*forged.mutable_signatures(2)->mutable_signature())[10] ^= 1;
  EXPECT_TRUE(HasReason(CheckRosterSignatures(forged, nullptr), Reason::kBadSignature));
  fed::SignedRoster short_one = first;
  short_one.mutable_signatures(2)->set_signature("short");
  EXPECT_TRUE(HasReason(CheckRosterSignatures(short_one, nullptr), Reason::kBadSignature));
  fed::SignedRoster twice = first;
  *twice.mutable_signatures(1) = twice.signatures(0);
  EXPECT_TRUE(HasReason(CheckRosterSignatures(twice, nullptr), Reason::kBadSignature));
  fed::SignedRoster stranger = first;
  stranger.mutable_signatures(1)->set_collective("nobody");
  EXPECT_TRUE(HasReason(CheckRosterSignatures(stranger, nullptr), Reason::kBadSignature));
  fed::SignedRoster altered = first;
  altered.mutable_roster()->mutable_collectives(0)->set_title("Another");
  EXPECT_TRUE(HasReason(CheckRosterSignatures(altered, nullptr), Reason::kBadSignature));
}

fed::SignedCatalogue ACatalogue(fed::RoundForm form) {
  fed::SignedCatalogue signed_catalogue;
  *signed_catalogue.mutable_catalogue() = SmallCatalogue();
  signed_catalogue.mutable_catalogue()->set_form(form);
  return signed_catalogue;
}

bool InForce(const RosterWithKeys& made, const fed::SignedCatalogue& unsigned_one, int count) {
  fed::SignedCatalogue signed_catalogue = unsigned_one;
  Sign(made, 0, count, signed_catalogue);
  const absl::Status status = CheckCatalogueSignatures(signed_catalogue, made.roster);
  EXPECT_TRUE(status.ok() || HasReason(status, Reason::kNotEnoughSignatures)) << status;
  return status.ok();
}

TEST(CatalogueSignatures, ASummedCatalogueNeedsK) {
  const RosterWithKeys made = MakeRoster(12, 7);
  EXPECT_FALSE(InForce(made, ACatalogue(fed::ROUND_FORM_SUMMED), 7));
  EXPECT_TRUE(InForce(made, ACatalogue(fed::ROUND_FORM_SUMMED), 8));
}

TEST(CatalogueSignatures, ADirectCatalogueNeedsAllFromFiveOn) {
  const RosterWithKeys five = MakeRoster(5, 8);
  EXPECT_FALSE(InForce(five, ACatalogue(fed::ROUND_FORM_DIRECT), 4));
  EXPECT_TRUE(InForce(five, ACatalogue(fed::ROUND_FORM_DIRECT), 5));
  const RosterWithKeys four = MakeRoster(4, 8);
  EXPECT_FALSE(InForce(four, ACatalogue(fed::ROUND_FORM_DIRECT), 2));
  EXPECT_TRUE(InForce(four, ACatalogue(fed::ROUND_FORM_DIRECT), 3));
}

TEST(CatalogueSignatures, ACapAboveEpsilonTwoNeedsAll) {
  const RosterWithKeys made = MakeRoster(12, 9);
  fed::SignedCatalogue at = ACatalogue(fed::ROUND_FORM_SUMMED);
  at.mutable_catalogue()->set_nano_rho_cap(kNanoRhoCapByAll);
  EXPECT_TRUE(InForce(made, at, 8));
  at.mutable_catalogue()->set_nano_rho_cap(kNanoRhoCapByAll + 1);
  EXPECT_FALSE(InForce(made, at, 11));
  EXPECT_TRUE(InForce(made, at, 12));
}

TEST(CatalogueSignatures, AStateNeedsTheYesOfEachOfItsCollectives) {
  RosterWithKeys made = MakeRoster(12, 10);
  made.roster.mutable_collectives(11)->set_state("bihar");
  made.roster.mutable_collectives(10)->set_state("bihar");
  made.roster.mutable_collectives(3)->set_state("goa");
  fed::SignedCatalogue with_state = ACatalogue(fed::ROUND_FORM_SUMMED);
  fed::Place& place = *with_state.mutable_catalogue()->mutable_places(1);
  place.set_id("bihar");
  place.set_kind(fed::PLACE_KIND_STATE);
  place.clear_collectives();
  place.add_collectives("c11");
  place.add_collectives("c12");
  EXPECT_FALSE(InForce(made, with_state, 8)) << "k have signed, but not those of the state";
  EXPECT_FALSE(InForce(made, with_state, 11)) << "one of two";
  EXPECT_TRUE(InForce(made, with_state, 12));
}

TEST(CatalogueSignatures, AStateIsExactlyTheRostersState) {
  RosterWithKeys made = MakeRoster(12, 11);
  made.roster.mutable_collectives(10)->set_state("bihar");
  fed::SignedCatalogue with_state = ACatalogue(fed::ROUND_FORM_SUMMED);
  fed::Place& place = *with_state.mutable_catalogue()->mutable_places(1);
  place.set_id("bihar");
  place.set_kind(fed::PLACE_KIND_STATE);
  place.clear_collectives();
  place.add_collectives("c11");  // c04 is in Bihar too
  const absl::Status status = CheckCatalogueStates(with_state.catalogue(), made.roster);
  EXPECT_TRUE(HasReason(status, Reason::kCatalogueRefused));
  EXPECT_EQ(FieldsOf(status), std::vector<std::string>{"catalogue.places[1].collectives"});
}

TEST(CatalogueSignatures, WhoLeftCountsNoMoreAndBreaksNothing) {
  RosterWithKeys made = MakeRoster(12, 13);
  fed::SignedCatalogue signed_catalogue = ACatalogue(fed::ROUND_FORM_SUMMED);
  Sign(made, 0, 9, signed_catalogue);
  EXPECT_TRUE(CheckCatalogueSignatures(signed_catalogue, made.roster).ok());
  made.roster.mutable_collectives()->DeleteSubrange(0, 1);  // of the nine, one has left: eight of eleven
  EXPECT_TRUE(CheckCatalogueSignatures(signed_catalogue, made.roster).ok());
  made.roster.mutable_collectives()->DeleteSubrange(0, 2);  // six of nine decide, and six of those stayed
  EXPECT_TRUE(CheckCatalogueSignatures(signed_catalogue, made.roster).ok());
  made.roster.mutable_collectives()->DeleteSubrange(0, 3);  // four of six decide, three stayed
  EXPECT_TRUE(HasReason(CheckCatalogueSignatures(signed_catalogue, made.roster), Reason::kNotEnoughSignatures));
}

TEST(CatalogueSignatures, AReplacedKeyCountsNoMoreAndBreaksNothing) {
  RosterWithKeys made = MakeRoster(12, 14);
  fed::SignedCatalogue nine = ACatalogue(fed::ROUND_FORM_SUMMED);
  Sign(made, 0, 9, nine);
  fed::SignedCatalogue direct = ACatalogue(fed::ROUND_FORM_DIRECT);
  Sign(made, 0, 12, direct);
  EXPECT_TRUE(CheckCatalogueSignatures(direct, made.roster).ok());
  const std::string new_key(32, 'n');
  made.roster.mutable_collectives(0)->set_signing_key(new_key);
  EXPECT_TRUE(CheckCatalogueSignatures(nine, made.roster).ok());  // eight are left, which is k
  EXPECT_TRUE(HasReason(CheckCatalogueSignatures(direct, made.roster), Reason::kNotEnoughSignatures));
  made.roster.mutable_collectives(1)->set_signing_key(std::string(32, 'm'));
  EXPECT_TRUE(HasReason(CheckCatalogueSignatures(nine, made.roster), Reason::kNotEnoughSignatures));
}

TEST(CatalogueSignatures, ASignatureUnderARosterIsNoneUnderACatalogue) {
  const RosterWithKeys made = MakeRoster(5, 12);
  fed::SignedCatalogue signed_catalogue = ACatalogue(fed::ROUND_FORM_SUMMED);
  Sign(made, 0, 5, signed_catalogue);
  const std::string canonical = CanonicalCatalogue(signed_catalogue.catalogue()).value();
  signed_catalogue.mutable_signatures(0)->set_signature(
      std::string(AsText(made.keys[0].Sign(kRosterLabel, canonical))));
  EXPECT_TRUE(CheckCatalogueSignatures(signed_catalogue, made.roster).ok());  // four are left, which is k
  signed_catalogue.mutable_signatures()->DeleteSubrange(4, 1);
  EXPECT_TRUE(HasReason(CheckCatalogueSignatures(signed_catalogue, made.roster), Reason::kNotEnoughSignatures));
  EXPECT_TRUE(
      CheckOneSignature(made.roster, "c02", kCatalogueLabel, canonical, signed_catalogue.signatures(1).signature())
          .ok());
}

TEST(CatalogueSignatures, ACatalogueOfAnotherRosterIsRefused) {
  const RosterWithKeys made = MakeRoster(5, 13);
  fed::SignedCatalogue other = ACatalogue(fed::ROUND_FORM_SUMMED);
  other.mutable_catalogue()->set_roster("nepal");
  Sign(made, 0, 5, other);
  EXPECT_EQ(FieldsOf(CheckCatalogueSignatures(other, made.roster)), std::vector<std::string>{"catalogue.roster"});
}

}  // namespace
}  // namespace aangan::model
