// SPDX-License-Identifier: Apache-2.0
// A federation that goes on with a roster which another one has followed: with members who left, and with keys that
// were replaced because somebody may have them. It keeps silent about the new epoch in the log.
#include <gtest/gtest.h>

#include "model/roster.h"
#include "privacy/log_head.h"
#include "privacy/recipient_keys.h"
#include "tests/support/lying_federation.h"
#include "tests/support/lying_link.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
using tests::AllBut;
using tests::HasProblem;
using tests::IsOk;
using tests::kLiarQuarter;
using tests::LyingFederation;

// Six collectives, of which the last leaves with the second epoch.
class OldEpochTest : public ::testing::Test {
 protected:
  node::GovernanceBook& book() { return *liar_.node(0).book; }
  fed::SignedRoster First() {
    fed::SignedRoster first = book().offered_roster()->signed_roster;
    first.clear_in_force();
    first.clear_digest();
    return first;
  }
  void SecondEpochComesInForce() {
    fed::SignedRoster second;
    *second.mutable_roster() = liar_.roster();
    second.mutable_roster()->set_epoch(2);
    second.mutable_roster()->set_previous_digest(std::string(AsText(*model::RosterDigest(liar_.roster()))));
    second.mutable_roster()->mutable_collectives()->RemoveLast();
    const std::string canonical = *model::CanonicalRoster(second.roster());
    for (int place = 0; place < 4; ++place) {
      fed::RosterSignature& signature = *second.add_signatures();
      signature.set_collective(liar_.node(place).id);
      signature.set_signature(
          std::string(AsText(liar_.node(place).identity->key().Sign(model::kRosterLabel, canonical))));
    }
    ASSERT_THAT(book().TakeOffers(second, {}), IsOk());
    ASSERT_EQ(book().roster_in_force()->epoch(), 2);
  }
  // Signed by all six, valid for the quarter.
  void DirectCatalogueComesInForce() {
    fed::SignedCatalogue direct;
    *direct.mutable_catalogue() = *book().CatalogueInForce(kLiarQuarter);
    direct.mutable_catalogue()->set_version(2);
    direct.mutable_catalogue()->set_form(fed::ROUND_FORM_DIRECT);
    const std::string canonical = *model::CanonicalCatalogue(direct.catalogue());
    for (int place = 0; place < liar_.n(); ++place) {
      fed::CollectiveSignature& yes = *direct.add_signatures();
      yes.set_collective(liar_.node(place).id);
      yes.set_signature(std::string(AsText(liar_.node(place).identity->key().Sign(model::kCatalogueLabel, canonical))));
    }
    ASSERT_THAT(book().TakeOffers(First(), {direct}), IsOk());
    ASSERT_EQ(book().CatalogueInForce(kLiarQuarter)->version(), 2);
  }
  void EndQuarter() { liar_.clock().Advance(kLiarQuarter.end() - liar_.clock().Now() + absl::Hours(1)); }
  // Announced under the first epoch, after the quarter, to a node that has not noted it.
  absl::Status Announced(const std::vector<fed::LogEntry>& also_logged = {}) {
    const node::LogEntries known = liar_.node(0).watch->entries();
    const auto catalogue = *model::CompileCatalogue(*book().CatalogueInForce(kLiarQuarter));
    privacy::PublishedKeys keys;
    if (catalogue->summed()) keys = privacy::KeysAfter(*known, liar_.roster(), kLiarQuarter);
    fed::Round round;
    *round.mutable_round_descriptor() = *privacy::MakeDescriptor(liar_.roster(), *catalogue, kLiarQuarter, keys);
    const std::string canonical = *privacy::CanonicalDescriptor(round.round_descriptor());
    round.set_descriptor_signature(std::string(AsText(liar_.key().Sign(privacy::kDescriptorLabel, canonical))));
    std::vector<fed::LogEntry> log = *known;
    for (fed::LogEntry entry : also_logged) {
      if (entry.kind() == fed::LOG_ENTRY_KIND_DESCRIPTOR)
        entry.set_digest(std::string(AsText(privacy::RoundId(canonical))));
      log.push_back(entry);
    }
    return node::CheckAnnounced(round, book(), {log, liar_.node(0).watch->SizeAt(kLiarQuarter.end())},
                                liar_.key().public_key())
        .status();
  }
  void ReadLog() {
    tests::LyingLink link(&liar_, 0);
    ASSERT_THAT(liar_.node(0).watch->Follow(link), IsOk());
  }
  static fed::LogEntry Logged(fed::LogEntryKind kind, const std::string& subject) {
    fed::LogEntry entry;
    entry.set_kind(kind);
    entry.set_subject(subject);
    return entry;
  }
  LyingFederation liar_{6};
};

TEST_F(OldEpochTest, AfterTheQuarterInWhichAnotherCameInForceItIsRefused) {
  ReadLog();
  SecondEpochComesInForce();
  EndQuarter();
  EXPECT_THAT(Announced(), HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
  liar_.Reopen(0);  // it was noted for good
  EXPECT_THAT(Announced(), HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
}

TEST_F(OldEpochTest, ADirectRoundIsRefusedToo) {
  DirectCatalogueComesInForce();
  SecondEpochComesInForce();
  EndQuarter();
  EXPECT_THAT(Announced(), HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
}

TEST_F(OldEpochTest, AQuarterThatHadEndedBeforeMayStillBeOfIt) {
  ReadLog();
  EndQuarter();
  EXPECT_THAT(Announced(), IsOk());
  SecondEpochComesInForce();
  EXPECT_THAT(Announced(), IsOk());  // announced in time, and heard of late
  liar_.Reopen(0);
  EXPECT_THAT(Announced(), IsOk());
}

TEST_F(OldEpochTest, ADirectRoundOfAQuarterThatHadEndedBeforeToo) {
  DirectCatalogueComesInForce();
  EndQuarter();
  SecondEpochComesInForce();
  EXPECT_THAT(Announced(), IsOk());
}

TEST_F(OldEpochTest, WhatTheLogHeldBeforeTheRoundCountsWhicheverEpochItIs) {
  ReadLog();
  EndQuarter();
  const fed::LogEntry round = Logged(fed::LOG_ENTRY_KIND_DESCRIPTOR, "2027Q1");
  // Also an epoch that this node has not seen, or that yet another one has followed.
  for (const char* epoch : {"2", "3", "10"}) {
    const fed::LogEntry roster = Logged(fed::LOG_ENTRY_KIND_ROSTER, epoch);
    EXPECT_THAT(Announced({roster}), HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
    EXPECT_THAT(Announced({roster, round}), HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
    EXPECT_THAT(Announced({round, roster}), IsOk());
  }
  EXPECT_THAT(Announced({Logged(fed::LOG_ENTRY_KIND_ROSTER, "1")}), IsOk());
}

TEST_F(OldEpochTest, ARoundThatWasNotedBeforeGoesOnToItsAnswers) {
  liar_.Announce();
  SecondEpochComesInForce();
  liar_.ContributeAll();
  liar_.PassWindow();
  const fed::Round frozen = liar_.Frozen(AllBut(6, {}));
  for (int place = 0; place < 6; ++place) ASSERT_THAT(liar_.Show(place, frozen), IsOk());
  EXPECT_EQ(liar_.answers().size(), 6u);
}

}  // namespace
}  // namespace aangan
