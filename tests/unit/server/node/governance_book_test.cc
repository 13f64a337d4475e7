// SPDX-License-Identifier: Apache-2.0
// How a node follows epochs of the roster: those it was away for, the first one it is in, and one with its new key.
#include "server/node/governance_book.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/files.h"
#include "base/problem.h"
#include "gtest/gtest.h"
#include "model/roster.h"
#include "server/node/catalogue_cost.h"
#include "server/node/own_authority.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/store_key_lock.h"
#include "tests/support/temp_dir.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;
using tests::HasProblem;
using tests::IsOk;

constexpr model::Period kQuarter = {2027, 3};

// This node is c1; c0, c2, c3 and c4 are the test's.
class GovernanceBookTest : public ::testing::Test {
 protected:
  GovernanceBookTest() : clock_(absl::FromUnixSeconds(1'800'000'000)) {
    for (int i = 0; i < 5; ++i) others_.push_back(SigningKey::Generate(random_));
    storage::node::StoreOptions options;
    options.folder = folder_.path();
    options.key_lock = &tests::TestKeyLock();
    options.clock = &clock_;
    options.random = &random_;
    options.disk_reserve_bytes = 1 << 20;
    store_ = *storage::node::NodeStore::Open(options);
    identity_ = *Identity::Open(folder_.path(), random_);
    const OwnCertificate pair = *OpenOwnAuthority(folder_ / "tls", clock_, random_);
    EXPECT_THAT(identity_->Join({"india", "c1", "localhost:1", federation_.public_key(), pair.authority_pem,
                                 pair.certificate_pem, pair.key_pem}),
                IsOk());
    book_ = *GovernanceBook::Open(folder_.path(), store_.get(), identity_.get(), &clock_);
  }
  const SigningKey& KeyOf(int i) const { return i == 1 ? identity_->key() : others_[static_cast<size_t>(i)]; }

  fed::SignedRoster Epoch(int epoch, const fed::SignedRoster* before, const std::vector<int>& collectives) {
    fed::SignedRoster made;
    fed::Roster& roster = *made.mutable_roster();
    roster.set_roster("india");
    roster.set_epoch(epoch);
    if (before != nullptr) roster.set_previous_digest(std::string(AsText(*model::RosterDigest(before->roster()))));
    roster.mutable_expire_time()->set_seconds(absl::ToUnixSeconds(clock_.Now() + absl::Hours(24 * 365)));
    roster.set_federation_key(std::string(AsText(federation_.public_key())));
    for (const int i : collectives) {
      fed::Collective& each = *roster.add_collectives();
      each.set_id(absl::StrCat("c", i));
      each.set_title(each.id());
      each.set_state("assam");
      each.set_run_by(each.id());
      each.set_signing_key(std::string(AsText(KeyOf(i).public_key())));
      each.set_certificate_fingerprint(std::string(AsText(Sha256(each.id()))));
    }
    return made;
  }
  void Sign(fed::SignedRoster& roster, const std::vector<int>& signers) const {
    const std::string canonical = *model::CanonicalRoster(roster.roster());
    for (const int i : signers) {
      fed::RosterSignature& signature = *roster.add_signatures();
      signature.set_collective(absl::StrCat("c", i));
      signature.set_signature(std::string(AsText(KeyOf(i).Sign(model::kRosterLabel, canonical))));
    }
  }
  // The shipped one without places, for 2027 and 2028, signed.
  fed::SignedCatalogue Catalogue(int version, const std::vector<int>& signers) const {
    fed::SignedCatalogue made;
    fed::Catalogue& catalogue = *made.mutable_catalogue();
    catalogue = *model::ParseCatalogueText(*ReadFile(AANGAN_DEFAULT_CATALOGUE, 256 << 10));
    catalogue.set_roster("india");
    catalogue.set_version(version);
    catalogue.clear_places();
    catalogue.set_first_period("2027Q2");
    catalogue.set_last_period("2028Q4");
    auto* tables = catalogue.mutable_tables();
    tables->erase(std::remove_if(tables->begin(), tables->end(),
                                 [](const fed::Table& table) {
                                   return absl::c_linear_search(table.dimensions(), fed::DIMENSION_PLACE);
                                 }),
                  tables->end());
    SignCatalogue(made, signers);
    return made;
  }
  void SignCatalogue(fed::SignedCatalogue& catalogue, const std::vector<int>& signers) const {
    const std::string canonical = *model::CanonicalCatalogue(catalogue.catalogue());
    for (const int i : signers) {
      fed::CollectiveSignature& signature = *catalogue.add_signatures();
      signature.set_collective(absl::StrCat("c", i));
      signature.set_signature(std::string(AsText(KeyOf(i).Sign(model::kCatalogueLabel, canonical))));
    }
  }
  static Digest DigestOf(const fed::SignedCatalogue& catalogue) {
    return Sha256(*model::CanonicalCatalogue(catalogue.catalogue()));
  }
  static fed::SignedCatalogue Stripped(fed::SignedCatalogue catalogue) {
    catalogue.clear_signatures();
    return catalogue;
  }
  fed::SignedRoster FiveInForce() {
    fed::SignedRoster first = Epoch(1, nullptr, {0, 1, 2, 3, 4});
    Sign(first, {0, 1, 2, 3, 4});
    EXPECT_THAT(book_->TakeOffers(first, {}), IsOk());
    EXPECT_EQ(InForce(), 1);
    return first;
  }
  int VersionInForce() const {
    const auto catalogue = book_->CatalogueInForce(kQuarter);
    return catalogue.ok() ? catalogue->version() : 0;
  }
  void Reopen() { book_ = *GovernanceBook::Open(folder_.path(), store_.get(), identity_.get(), &clock_); }
  int InForce() const {
    const auto roster = book_->roster_in_force();
    return roster ? roster->epoch() : 0;
  }
  absl::Status SignHere(const fed::SignedRoster& roster) {
    return book_->SignRoster(AsText(*model::RosterDigest(roster.roster())), "tokens/test").status();
  }

  const tests::TempDir folder_;
  tests::FakeClock clock_;
  SystemRandom random_;
  const SigningKey federation_ = SigningKey::Generate(random_);
  std::vector<SigningKey> others_;
  std::unique_ptr<storage::node::NodeStore> store_;
  std::unique_ptr<Identity> identity_;
  std::unique_ptr<GovernanceBook> book_;
};

TEST_F(GovernanceBookTest, WhoWasAwayFollowsTheEpochsBetween) {
  fed::SignedRoster first = Epoch(1, nullptr, {0, 1, 2, 3});
  Sign(first, {0, 1, 2, 3});
  ASSERT_THAT(book_->TakeOffers(first, {}), IsOk());
  EXPECT_EQ(book_->next_epoch(), 2);
  fed::SignedRoster second = Epoch(2, &first, {0, 2, 3});  // without this node
  Sign(second, {0, 2, 3});
  fed::SignedRoster third = Epoch(3, &second, {0, 1, 2, 3});
  Sign(third, {0, 2});  // of three, two decide
  ASSERT_THAT(book_->TakeOffers(third, {}), IsOk());
  EXPECT_EQ(InForce(), 1);  // nothing leads from the first to the third
  fed::SignedRoster weak = second;
  weak.mutable_signatures()->DeleteSubrange(0, 1);  // two of four
  ASSERT_THAT(book_->TakeOffers(third, {}, {weak}), IsOk());
  EXPECT_EQ(InForce(), 1);
  ASSERT_THAT(book_->TakeOffers(second, {}), IsOk());
  EXPECT_EQ(InForce(), 1);  // it is not in it
  ASSERT_THAT(book_->TakeOffers(third, {}, {second}), IsOk());
  EXPECT_EQ(InForce(), 3);
  EXPECT_THAT(book_->RosterOfEpoch(1).status(), IsOk());  // its rounds end under it
  EXPECT_FALSE(book_->RosterOfEpoch(2).ok());
}

TEST_F(GovernanceBookTest, WhoJoinsGoesByARosterThatItsStewardHasSigned) {
  fed::SignedRoster first = Epoch(1, nullptr, {0, 2, 3, 4});
  Sign(first, {0, 2, 3, 4});
  fed::SignedRoster second = Epoch(2, &first, {0, 1, 2, 3, 4});
  Sign(second, {0, 2, 3});
  ASSERT_THAT(book_->TakeOffers(second, {}, {first}), IsOk());
  EXPECT_EQ(InForce(), 0);  // a federation could have made up all of it
  ASSERT_THAT(SignHere(second), IsOk());
  EXPECT_EQ(book_->UnsentRosterSignature()->first, 2);
  fed::SignedRoster forged = first;
  forged.mutable_signatures()->DeleteSubrange(0, 1);
  ASSERT_THAT(book_->TakeOffers(second, {}, {forged}), IsOk());
  EXPECT_EQ(InForce(), 0);
  ASSERT_THAT(book_->TakeOffers(second, {}, {first}), IsOk());
  EXPECT_EQ(InForce(), 2);
  EXPECT_FALSE(book_->RosterOfEpoch(1).ok());  // it has no part in rounds from before
}

TEST_F(GovernanceBookTest, AnEpochWithANewKeyIsSignedWithTheOldOneAndTheOldOneDoesNotComeBack) {
  fed::SignedRoster first = Epoch(1, nullptr, {0, 1, 2, 3});
  Sign(first, {0, 1, 2, 3});
  ASSERT_THAT(book_->TakeOffers(first, {}), IsOk());
  const PublicKey old_key = identity_->key().public_key();
  ASSERT_THAT(identity_->AddKey(random_), IsOk());
  EXPECT_FALSE(book_->UnsentRosterSignature().has_value());
  fed::SignedRoster second = Epoch(2, &first, {0, 1, 2, 3});  // names the new key
  Sign(second, {0, 2});
  ASSERT_THAT(book_->TakeOffers(second, {}), IsOk());
  EXPECT_EQ(InForce(), 1);
  const auto signature = book_->SignRoster(AsText(*model::RosterDigest(second.roster())), "tokens/test");
  ASSERT_THAT(signature.status(), IsOk());
  fed::RosterSignature& own = *second.add_signatures();
  own.set_collective("c1");
  own.set_signature(std::string(AsText(*signature)));
  EXPECT_THAT(model::CheckRosterSignatures(second, &first.roster()), IsOk());
  ASSERT_THAT(book_->TakeOffers(second, {}), IsOk());
  EXPECT_EQ(InForce(), 2);
  EXPECT_NE(identity_->KeyIn(book_->RosterOfEpoch(1).value()), identity_->KeyIn(*book_->roster_in_force()));
  fed::SignedRoster third = Epoch(3, &second, {0, 1, 2, 3});
  third.mutable_roster()->mutable_collectives(1)->set_signing_key(std::string(AsText(old_key)));
  Sign(third, {0, 2, 3});
  ASSERT_THAT(book_->TakeOffers(third, {}), IsOk());
  EXPECT_EQ(InForce(), 2);
  EXPECT_THAT(SignHere(third), HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kNoRoster));
}

TEST_F(GovernanceBookTest, ARosterForMoreThanAYearIsNotSigned) {
  fed::SignedRoster roster = Epoch(1, nullptr, {0, 1, 2, 3});
  const int64_t longest = absl::ToUnixSeconds(clock_.Now() + absl::Hours(24 * 366));
  roster.mutable_roster()->mutable_expire_time()->set_seconds(longest + 1);
  ASSERT_THAT(book_->TakeOffers(roster, {}), IsOk());
  const absl::Status status = SignHere(roster);
  EXPECT_THAT(status, HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField));
  EXPECT_TRUE(absl::StrContains(status.ToString(), "roster.expire_time")) << status;
  EXPECT_FALSE(book_->UnsentRosterSignature().has_value());
  roster.mutable_roster()->mutable_expire_time()->set_seconds(longest);
  ASSERT_THAT(book_->TakeOffers(roster, {}), IsOk());
  EXPECT_THAT(SignHere(roster), IsOk());
}

TEST_F(GovernanceBookTest, SignaturesThatAreTakenAwayTakeNoCatalogueOutOfForce) {
  const fed::SignedRoster roster = FiveInForce();
  const fed::SignedCatalogue first = Catalogue(1, {0, 2, 3, 4});
  fed::SignedCatalogue second = Catalogue(2, {0, 2, 3});
  ASSERT_THAT(book_->TakeOffers(roster, {first, second}), IsOk());
  EXPECT_EQ(VersionInForce(), 1);
  SignCatalogue(second, {4});
  ASSERT_THAT(book_->TakeOffers(roster, {first, second}), IsOk());
  EXPECT_EQ(VersionInForce(), 2);  // undecided here
  ASSERT_THAT(book_->TakeOffers(roster, {first, Stripped(second)}), IsOk());
  EXPECT_EQ(VersionInForce(), 2);
  ASSERT_THAT(book_->TakeOffers(roster, {first}), IsOk());
  EXPECT_EQ(VersionInForce(), 2);
  Reopen();
  EXPECT_EQ(VersionInForce(), 2);
  // Nor does a signature that is given twice, or none that verifies.
  fed::SignedCatalogue twice = second;
  SignCatalogue(twice, {0});
  twice.mutable_signatures(1)->set_signature(std::string(64, 'x'));
  ASSERT_THAT(book_->TakeOffers(roster, {first, twice}), IsOk());
  EXPECT_EQ(VersionInForce(), 2);
}

TEST_F(GovernanceBookTest, SignaturesFromSeveralContactsAddUp) {
  const fed::SignedRoster roster = FiveInForce();
  const fed::SignedCatalogue bare = Catalogue(1, {});
  ASSERT_THAT(book_->TakeOffers(roster, {bare}), IsOk());
  const auto own = book_->AcceptCatalogue(1, AsText(DigestOf(bare)), "tokens/test");
  ASSERT_THAT(own.status(), IsOk());
  ASSERT_THAT(book_->TakeOffers(roster, {Catalogue(1, {0, 1})}), IsOk());
  EXPECT_TRUE(book_->UnsentCatalogueSignatures().empty());
  ASSERT_THAT(book_->TakeOffers(roster, {Catalogue(1, {2, 3})}), IsOk());
  EXPECT_EQ(VersionInForce(), 1);
  ASSERT_EQ(book_->UnsentCatalogueSignatures().size(), 1u);  // the federation lacks it, so it is sent again
  EXPECT_EQ(book_->UnsentCatalogueSignatures().front().second, *own);
}

TEST_F(GovernanceBookTest, AnotherTextUnderTheNumberIsNotTheOneInForceOrAccepted) {
  const fed::SignedRoster roster = FiveInForce();
  const fed::SignedCatalogue first = Catalogue(1, {0, 2, 3, 4});
  fed::SignedCatalogue other = Stripped(first);
  other.mutable_catalogue()->set_last_period("2029Q4");
  SignCatalogue(other, {0, 2, 3});
  ASSERT_THAT(book_->TakeOffers(roster, {first}), IsOk());
  ASSERT_THAT(book_->AcceptCatalogue(1, AsText(DigestOf(first)), "tokens/test").status(), IsOk());
  ASSERT_THAT(book_->TakeOffers(roster, {other}), IsOk());
  EXPECT_EQ(book_->CatalogueInForce(kQuarter)->last_period(), "2028Q4");
  EXPECT_THAT(book_->CatalogueFor(kQuarter).status(), IsOk());
  EXPECT_TRUE(book_->UnsentCatalogueSignatures().empty());  // none for a text that is not offered
}

// Also one that this collective refused: it holds shares of its rounds, and answers.
TEST_F(GovernanceBookTest, ARefusedCatalogueInForceStaysKnown) {
  const fed::SignedRoster roster = FiveInForce();
  const fed::SignedCatalogue refused = Catalogue(1, {0, 2, 3, 4});
  ASSERT_THAT(book_->TakeOffers(roster, {refused}), IsOk());
  ASSERT_THAT(book_->RefuseCatalogue(1, "tokens/test"), IsOk());
  for (int contact = 0; contact < 2; ++contact) {
    ASSERT_THAT(book_->TakeOffers(roster, {}), IsOk());
    EXPECT_THAT(book_->CatalogueByDigest(DigestOf(refused)).status(), IsOk());
    EXPECT_EQ(VersionInForce(), 1);
    EXPECT_FALSE(book_->CatalogueFor(kQuarter).ok());
    EXPECT_EQ(book_->catalogues().front().decision, Decision::kRefused);
    Reopen();
  }
  // What nobody decided on and too few have signed is not kept.
  const fed::SignedCatalogue idle = Catalogue(2, {0});
  ASSERT_THAT(book_->TakeOffers(roster, {idle}), IsOk());
  ASSERT_THAT(book_->TakeOffers(roster, {}), IsOk());
  EXPECT_FALSE(book_->CatalogueByDigest(DigestOf(idle)).ok());
}

// With fewer collectives there is less noise at the least, and a table at that costs more. No further round can be
// announced under the catalogue, but those under the roster of five are answered.
TEST_F(GovernanceBookTest, ACatalogueWhoseCostNoLongerFitsIsKnownForItsRounds) {
  const fed::SignedRoster first = FiveInForce();
  fed::SignedCatalogue catalogue = Catalogue(1, {});
  for (fed::Table& table : *catalogue.mutable_catalogue()->mutable_tables()) {
    if (table.id() != "year_members") continue;
    table.set_member_cells_max(1);
    table.set_delta2_squared(1);
    table.set_delta1(1);
    table.set_nano_rho(60'000'000);  // sigma squared 8.34 or, with n = 5, three times h = 3
  }
  catalogue.mutable_catalogue()->set_nano_rho_cap(185'069'840);
  const CatalogueCost cost = CostOf(**model::CompileCatalogue(catalogue.catalogue()), 5);
  catalogue.mutable_catalogue()->set_nano_rho_cap(3 * cost.quarter_nano_rho + cost.fourth_quarter_nano_rho);
  SignCatalogue(catalogue, {0, 1, 2, 3, 4});
  ASSERT_THAT(book_->TakeOffers(first, {catalogue}), IsOk());
  EXPECT_EQ(VersionInForce(), 1);
  fed::SignedRoster second = Epoch(2, &first, {0, 1, 2, 3});
  Sign(second, {0, 1, 2, 3});
  ASSERT_THAT(book_->TakeOffers(second, {}), IsOk());
  EXPECT_EQ(InForce(), 2);
  EXPECT_EQ(book_->catalogues().front().compiled, nullptr);
  EXPECT_EQ(VersionInForce(), 0);
  EXPECT_THAT(book_->CatalogueByDigest(DigestOf(catalogue)).status(), IsOk());
  Reopen();
  EXPECT_THAT(book_->CatalogueByDigest(DigestOf(catalogue)).status(), IsOk());
}

TEST_F(GovernanceBookTest, WhenAnEpochCameInForceIsReadAgainAndAnOldFileIsRead) {
  const fed::SignedRoster first = FiveInForce();
  fed::SignedRoster second = Epoch(2, &first, {0, 1, 2, 3});
  Sign(second, {0, 1, 2, 3});
  ASSERT_THAT(book_->TakeOffers(second, {}), IsOk());
  const model::Period running = model::QuarterOf(model::DayInIndia(clock_.Now()));
  const model::Period ended = model::QuarterFromIndex(running.index() - 1);
  const auto check = [&] {
    EXPECT_THAT(book_->CheckEpochFor(ended, 1), IsOk());
    EXPECT_THAT(book_->CheckEpochFor(running, 1),
                HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
    EXPECT_THAT(book_->CheckEpochFor(running, 2), IsOk());
  };
  check();
  clock_.Advance(absl::Hours(24 * 200));  // a later start does not move it
  Reopen();
  check();
  // Format 2: roster, roster in force, rosters before, catalogues.
  CanonicalWriter old;
  old.U32(2).Bytes(second.SerializeAsString()).Bytes(second.SerializeAsString()).U32(1);
  old.Bytes(first.SerializeAsString()).Bytes(Catalogue(1, {}).SerializeAsString());
  ASSERT_THAT(WriteFileDurably(folder_ / "offers", old.bytes(), 0600), IsOk());
  clock_.Advance(absl::Hours(-24 * 200));
  Reopen();
  EXPECT_EQ(InForce(), 2);
  EXPECT_EQ(book_->catalogues().size(), 1u);
  check();
  clock_.Advance(absl::Hours(24 * 200));
  Reopen();
  check();
}

// More than 64 MiB of offers would make a file that this node could not read at its next start.
TEST_F(GovernanceBookTest, OffersWithoutMeasureAreNotKept) {
  const fed::SignedRoster roster = FiveInForce();
  const fed::SignedCatalogue right = Catalogue(1, {0});
  std::vector<fed::SignedCatalogue> offers(1, right);
  offers.push_back(Stripped(right));
  offers.back().mutable_catalogue()->set_version(2);
  offers.back().mutable_catalogue()->set_title(std::string(300 * 1024, 'x'));  // no text can be so long
  for (int version = 3; version < 250; ++version) {
    offers.push_back(offers[1]);
    offers.back().mutable_catalogue()->set_version(version);
    offers.back().mutable_catalogue()->mutable_title()->resize(270 * 1024);
  }
  ASSERT_THAT(book_->TakeOffers(roster, offers), IsOk());
  Reopen();
  const auto known = book_->catalogues();
  const auto has = [&](int version) {
    return absl::c_any_of(
        known, [&](const KnownCatalogue& one) { return one.signed_catalogue.catalogue().version() == version; });
  };
  EXPECT_TRUE(has(1));
  EXPECT_FALSE(has(2));
  EXPECT_TRUE(has(3));
  EXPECT_LT(ReadFile(folder_ / "offers", 64 << 20)->size(), 9u << 20);
}

}  // namespace
}  // namespace aangan::node
