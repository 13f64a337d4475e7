// SPDX-License-Identifier: Apache-2.0
// Collectives leave, join and change their keys, and a catalogue follows another, with real processes: a round that was
// announced before ends under its own roster, keys and catalogue, and the next quarter's round is of what is in force.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "model/roster.h"
#include "tests/support/dates.h"
#include "tests/support/federation_cluster.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
using tests::ClusterNode;
using tests::FederationClient;
using tests::FederationCluster;
using tests::HasProblem;
using tests::IsOk;
using tests::NodeClient;

fed::SignedRoster Newest(const FederationCluster& cluster) {
  const FederationClient staff = cluster.Staff();
  fed::GetEpochRequest request;
  request.set_name("rosters/india/epochs/-");
  fed::GetEpochResponse response;
  EXPECT_THAT(staff.Call(*staff.rosters, &fed::RosterService::Stub::GetEpoch, request, &response), IsOk());
  return response.signed_roster();
}

// Of all nodes, but for one.
void Propose(FederationCluster& cluster, const std::string& leaver = "") {
  const FederationClient staff = cluster.Staff();
  fed::ProposeEpochRequest request;
  request.set_parent("rosters/india");
  for (const ClusterNode& node : cluster.nodes()) {
    if (node.id != leaver) request.add_collectives(node.id);
  }
  fed::ProposeEpochResponse response;
  ASSERT_THAT(staff.Call(*staff.rosters, &fed::RosterService::Stub::ProposeEpoch, request, &response), IsOk());
}

void SignNewest(FederationCluster& cluster, ClusterNode& node) {
  cluster.Sync(node);
  const NodeClient steward = node.As("steward.token");
  node::v1::SignRosterRequest sign;
  sign.set_digest(Newest(cluster).digest());
  node::v1::SignRosterResponse is_signed;
  ASSERT_THAT(steward.Call(*steward.governance, &node::v1::GovernanceService::Stub::SignRoster, sign, &is_signed),
              IsOk());
  cluster.Sync(node);
}

void ExpectNoAlarms(FederationCluster& cluster) {
  for (const ClusterNode& node : cluster.nodes()) {
    const NodeClient client = node.As("operator.token");
    node::v1::GetStatusResponse status;
    ASSERT_THAT(client.Call(*client.operators, &node::v1::OperatorService::Stub::GetStatus, {}, &status), IsOk());
    EXPECT_EQ(status.alarms_size(), 0) << node.id << " " << status.ShortDebugString();
  }
}

TEST(Governance, OneLeavesBetweenFreezeAndAnswers) {
  FederationCluster cluster({});
  cluster.Found();
  const model::Period before = cluster.quarters().back();
  const model::Period after = before.Next();  // runs now
  for (ClusterNode& node : cluster.nodes()) cluster.Contribute(node, before);
  ASSERT_TRUE(cluster.AwaitRound(before, fed::ROUND_STATE_FROZEN));

  ClusterNode& leaver = cluster.nodes().back();
  Propose(cluster, leaver.id);
  for (size_t place = 0; place < 7; ++place) SignNewest(cluster, cluster.nodes()[place]);
  EXPECT_FALSE(Newest(cluster).in_force());  // seven of twelve do not decide
  SignNewest(cluster, cluster.nodes()[7]);
  EXPECT_TRUE(Newest(cluster).in_force());

  // The round before ends under its roster of twelve: also the one who left answers.
  for (ClusterNode& node : cluster.nodes()) cluster.Sync(node);
  ASSERT_TRUE(cluster.AwaitRound(before, fed::ROUND_STATE_CONFIRMED));
  EXPECT_EQ(cluster.Round(before)->round_descriptor().epoch(), 1);
  EXPECT_EQ(cluster.Round(before)->answered_size(), 12);

  cluster.MoveClocks(after.end() + absl::Hours(24) - SystemClock().Now());
  ASSERT_TRUE(cluster.AwaitRound(after, fed::ROUND_STATE_ANNOUNCED));
  const fed::RoundDescriptor descriptor = cluster.Round(after)->round_descriptor();
  EXPECT_EQ(descriptor.epoch(), 2);
  EXPECT_EQ(descriptor.n(), 11);
  EXPECT_EQ(descriptor.recipient_keys_size(), 11);
  for (const std::string& key : descriptor.recipient_keys()) EXPECT_EQ(key.size(), 32u);
  for (ClusterNode& node : cluster.nodes()) {
    if (node.id == leaver.id) continue;
    cluster.Sync(node);
    cluster.Contribute(node, after);
  }
  ASSERT_TRUE(cluster.AwaitRound(after, fed::ROUND_STATE_FROZEN));
  for (ClusterNode& node : cluster.nodes()) {
    if (node.id != leaver.id) cluster.Sync(node);
  }
  ASSERT_TRUE(cluster.AwaitRound(after, fed::ROUND_STATE_CONFIRMED));
  EXPECT_EQ(cluster.Round(after)->answered_size(), 11);
  cluster.Sync(leaver);  // what is not its own is no problem, and no alarm
  ExpectNoAlarms(cluster);
}

// One cluster for what does not disturb each other: goa_1 joins and andhra_pradesh_1 changes its keys while the round
// of the twelve is under way, and a second catalogue takes effect for the next quarter.
class GrowthTest : public ::testing::Test {
 protected:
  GrowthTest() : cluster_(Rehearsal()) {
    cluster_.Found();
    before_ = cluster_.quarters().back();
    after_ = before_.Next();  // runs now
    second_ = cluster_.catalogue();
    second_.set_version(2);
    second_.set_first_period(model::PeriodText(after_));
    fed::Indicator& more = *second_.add_indicators();
    more.set_id("services_received");
    more.set_question("How many members received something in a domain?");
    more.set_unit(fed::UNIT_MEMBER);
    more.mutable_filter()->set_event(fed::EVENT_RECEIVED);
    more.set_meaning("Members who received at least one service of the domain in the period.");
    for (fed::Table& table : *second_.mutable_tables()) {
      if (table.id() == "needs_by_domain") table.add_indicators(more.id());
    }
  }
  static FederationCluster::Options Rehearsal() {
    FederationCluster::Options options;
    options.wait_for_all = false;  // frozen when nine are in
    options.ended_quarters = 1;
    return options;
  }
  ClusterNode& at(size_t place) { return cluster_.nodes()[place]; }
  ClusterNode& changes() { return at(0); }
  ClusterNode& refuses() { return at(11); }
  ClusterNode& joins() { return at(12); }

  std::string ChangeKeys() {
    const FederationClient staff = cluster_.Staff();
    fed::CreateJoinTokenRequest wish;
    wish.set_parent("rosters/india");
    wish.set_kind(fed::JOIN_KIND_NEW_KEYS);
    wish.set_id(changes().id);
    fed::CreateJoinTokenResponse made;
    EXPECT_THAT(staff.Call(*staff.rosters, &fed::RosterService::Stub::CreateJoinToken, wish, &made), IsOk());
    node::v1::ChangeKeysRequest request;
    request.set_join_token(made.join_token());
    request.set_enrolment_address(cluster_.enrolment_address());
    node::v1::ChangeKeysResponse changed;
    const NodeClient client = changes().As("operator.token");
    EXPECT_THAT(client.Call(*client.governance, &node::v1::GovernanceService::Stub::ChangeKeys, request, &changed),
                IsOk());
    return changed.fingerprint_phrase();
  }

  fed::SignedCatalogue Offer(const fed::Catalogue& catalogue) {
    const FederationClient staff = cluster_.Staff();
    fed::ProposeCatalogueRequest request;
    request.set_parent("rosters/india");
    *request.mutable_catalogue() = catalogue;
    fed::ProposeCatalogueResponse offered;
    EXPECT_THAT(staff.Call(*staff.catalogues, &fed::CatalogueService::Stub::ProposeCatalogue, request, &offered),
                IsOk());
    return offered.signed_catalogue();
  }
  void Accept(ClusterNode& node, const fed::SignedCatalogue& offered) {
    cluster_.Sync(node);
    const NodeClient steward = node.As("steward.token");
    node::v1::AcceptCatalogueRequest request;
    request.set_version(offered.catalogue().version());
    request.set_digest(offered.digest());
    node::v1::AcceptCatalogueResponse accepted;
    ASSERT_THAT(
        steward.Call(*steward.governance, &node::v1::GovernanceService::Stub::AcceptCatalogue, request, &accepted),
        IsOk())
        << node.id;
  }
  void Refuse(ClusterNode& node, int32_t version) {
    cluster_.Sync(node);
    const NodeClient steward = node.As("steward.token");
    node::v1::RefuseCatalogueRequest request;
    request.set_version(version);
    node::v1::RefuseCatalogueResponse refused;
    ASSERT_THAT(
        steward.Call(*steward.governance, &node::v1::GovernanceService::Stub::RefuseCatalogue, request, &refused),
        IsOk());
  }
  bool InForce(int32_t version) {
    const FederationClient staff = cluster_.Staff();
    fed::GetCatalogueRequest request;
    request.set_name(absl::StrCat("rosters/india/catalogues/", version));
    fed::GetCatalogueResponse response;
    EXPECT_THAT(staff.Call(*staff.catalogues, &fed::CatalogueService::Stub::GetCatalogue, request, &response), IsOk());
    return response.signed_catalogue().in_force();
  }
  bool InForceAt(ClusterNode& node, int32_t version) {
    cluster_.Sync(node);
    const NodeClient steward = node.As("steward.token");
    node::v1::ListOfferedCataloguesResponse offered;
    EXPECT_THAT(
        steward.Call(*steward.governance, &node::v1::GovernanceService::Stub::ListOfferedCatalogues, {}, &offered),
        IsOk());
    for (const auto& each : offered.catalogues()) {
      if (each.signed_catalogue().catalogue().version() == version) return each.signed_catalogue().in_force();
    }
    return false;
  }
  void Record(const ClusterNode& node, const model::Period& quarter) {
    const NodeClient client = node.Caseworker();
    node::v1::CreateMemberRequest member;
    *member.mutable_member() = tests::SomeMember();
    *member.add_consents() = tests::CountedConsent();
    node::v1::Member made;
    ASSERT_THAT(client.Call(*client.members, &node::v1::MemberService::Stub::CreateMember, member, &made), IsOk());
    node::v1::CreateServiceRequest service;
    service.set_parent(made.name());
    *service.mutable_service() = tests::SomeService();
    tests::SetDay(quarter.first_day(), service.mutable_service()->mutable_received_date());
    node::v1::Service kept;
    ASSERT_THAT(client.Call(*client.casework, &node::v1::CaseworkService::Stub::CreateService, service, &kept), IsOk());
  }

  void JoinAndChange();
  void SecondCatalogue();
  void EndTheFirstRound();
  void TheNextRound();
  void DirectNeedsAll();

  FederationCluster cluster_;
  model::Period before_, after_;
  fed::Catalogue second_;
};

// A roster of thirteen with a new key in it: decided by eight of the twelve, with the keys that they have there.
void GrowthTest::JoinAndChange() {
  for (size_t place = 1; place <= 5; ++place) cluster_.Contribute(at(place), before_);
  cluster_.Join(cluster_.AddNode("goa_1", "goa"));
  const fed::Roster first = Newest(cluster_).roster();
  const std::string phrase = ChangeKeys();
  Propose(cluster_);
  const fed::SignedRoster proposed = Newest(cluster_);
  ASSERT_EQ(proposed.roster().collectives_size(), 13);
  const std::string& new_key = proposed.roster().collectives(0).signing_key();
  EXPECT_NE(new_key, first.collectives(0).signing_key());
  EXPECT_EQ(model::FingerprintPhrase(*model::ParseKey(new_key, "signing_key")), phrase);
  for (size_t place = 1; place <= 7; ++place) SignNewest(cluster_, at(place));
  SignNewest(cluster_, joins());  // says that it wants to, and decides nothing
  EXPECT_FALSE(Newest(cluster_).in_force());
  SignNewest(cluster_, changes());  // with its old key
  EXPECT_TRUE(Newest(cluster_).in_force());
  const NodeClient client = joins().As("operator.token");
  node::v1::GetStatusResponse status;
  cluster_.Sync(joins());
  ASSERT_THAT(client.Call(*client.operators, &node::v1::OperatorService::Stub::GetStatus, {}, &status), IsOk());
  EXPECT_EQ(status.roster_epoch(), 2);
}

// In force by nine of thirteen; one refuses it, three have not said anything.
void GrowthTest::SecondCatalogue() {
  Record(at(1), after_);
  const fed::SignedCatalogue offered = Offer(second_);
  Refuse(refuses(), 2);
  for (size_t place = 0; place <= 7; ++place) Accept(at(place), offered);
  EXPECT_FALSE(InForce(2));
  EXPECT_FALSE(InForceAt(at(1), 2));
  Accept(joins(), offered);
  EXPECT_TRUE(InForce(2));
  EXPECT_TRUE(InForceAt(refuses(), 2));
  EXPECT_TRUE(InForce(1));  // also with a signature of a key that was replaced
}

// Under the roster of twelve, its keys, and the first catalogue.
void GrowthTest::EndTheFirstRound() {
  for (const size_t place : {6, 7, 8, 0}) cluster_.Contribute(at(place), before_);
  ASSERT_TRUE(cluster_.AwaitRound(before_, fed::ROUND_STATE_FROZEN));
  for (ClusterNode& node : cluster_.nodes()) cluster_.Sync(node);
  ASSERT_TRUE(cluster_.AwaitRound(before_, fed::ROUND_STATE_CONFIRMED));
  const fed::Round round = *cluster_.Round(before_);
  EXPECT_EQ(round.round_descriptor().epoch(), 1);
  EXPECT_EQ(round.round_descriptor().catalogue_version(), 1);
  // Contribution and answer of the one with the new key are checked with its key in the round's roster.
  EXPECT_EQ(round.answered_size(), 12);
  EXPECT_EQ(round.differing_size(), 0);
  EXPECT_EQ(round.contributors(0), changes().id);
  // The old key has done what it was kept for.
  cluster_.Sync(changes());
  EXPECT_EQ(tests::ReadAll(changes().data + "/signing_key"), "");
  EXPECT_EQ(tests::ReadAll(changes().data + "/signing_key.2").size(), 40u);
}

void GrowthTest::TheNextRound() {
  cluster_.MoveClocks(after_.end() + absl::Hours(24) - SystemClock().Now());
  ASSERT_TRUE(cluster_.AwaitRound(after_, fed::ROUND_STATE_ANNOUNCED));
  const fed::RoundDescriptor descriptor = cluster_.Round(after_)->round_descriptor();
  EXPECT_EQ(descriptor.epoch(), 2);
  EXPECT_EQ(descriptor.catalogue_version(), 2);
  EXPECT_EQ(descriptor.n(), 13);
  for (const std::string& key : descriptor.recipient_keys()) EXPECT_EQ(key.size(), 32u);
  for (ClusterNode& node : cluster_.nodes()) cluster_.Sync(node);
  node::v1::CloseQuarterRequest close;
  close.set_period(model::PeriodText(after_));
  node::v1::Release release;
  const NodeClient steward = refuses().As("steward.token");
  EXPECT_THAT(steward.Call(*steward.operators, &node::v1::OperatorService::Stub::CloseQuarter, close, &release),
              HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kNoCatalogue));
  const node::v1::PreviewReleaseResponse preview = cluster_.Contribute(at(1), after_);
  int64_t counted = 0;
  for (const auto& cell : preview.cells()) {
    if (cell.indicator() == "services_received") counted += cell.exact();
  }
  EXPECT_EQ(counted, 1);
  for (const size_t place : {0, 2, 3, 4, 5, 6, 7, 12}) cluster_.Contribute(at(place), after_);
  ASSERT_TRUE(cluster_.AwaitRound(after_, fed::ROUND_STATE_FROZEN));
  for (ClusterNode& node : cluster_.nodes()) cluster_.Sync(node);
  // Of thirteen, all must answer before it is confirmed: also the one who refused, and the one who joined.
  ASSERT_TRUE(cluster_.AwaitRound(after_, fed::ROUND_STATE_CONFIRMED));
  const fed::NationalRelease national = *cluster_.NationalRelease(after_);
  EXPECT_EQ(national.contributors_size(), 9);
  EXPECT_EQ(national.missing_size(), 4);
  EXPECT_EQ(std::count(national.missing().begin(), national.missing().end(), refuses().id), 1);
  EXPECT_EQ(std::count(national.contributors().begin(), national.contributors().end(), joins().id), 1);
  // The newcomer is without a value of places, and alone there: what would be left over is its own.
  fed::ListFiguresRequest question;
  question.set_period(model::PeriodText(after_));
  question.set_table("new_by_place");
  for (const fed::Figure& figure : cluster_.Figures(question))
    EXPECT_EQ(figure.value(), fed::FIGURE_VALUE_NOT_REPORTED);
  for (ClusterNode& node : cluster_.nodes()) cluster_.Sync(node);
  ExpectNoAlarms(cluster_);
}

void GrowthTest::DirectNeedsAll() {
  fed::Catalogue direct = second_;
  direct.set_version(3);
  direct.set_form(fed::ROUND_FORM_DIRECT);
  direct.set_first_period(model::PeriodText(after_.Next()));
  const fed::SignedCatalogue offered = Offer(direct);
  for (size_t place = 0; place <= 11; ++place) {
    Accept(at(place), offered);
    EXPECT_FALSE(InForce(3)) << place;  // k is nine; neither they nor twelve are enough
  }
  EXPECT_FALSE(InForceAt(at(0), 3));
  Accept(joins(), offered);
  EXPECT_TRUE(InForce(3));
  EXPECT_TRUE(InForceAt(at(0), 3));
}

TEST_F(GrowthTest, OneJoinsOneChangesItsKeysAndACatalogueFollows) {
  JoinAndChange();
  SecondCatalogue();
  EndTheFirstRound();
  if (!HasFatalFailure()) TheNextRound();
  if (!HasFatalFailure()) DirectNeedsAll();
}

}  // namespace
}  // namespace aangan
