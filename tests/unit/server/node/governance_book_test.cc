// SPDX-License-Identifier: Apache-2.0
// How a node follows epochs of the roster: those it was away for, the first one it is in, and one with its new key.
#include "server/node/governance_book.h"

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "gtest/gtest.h"
#include "model/roster.h"
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
    roster.mutable_expire_time()->set_seconds(1'900'000'000);
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

}  // namespace
}  // namespace aangan::node
