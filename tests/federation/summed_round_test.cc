// SPDX-License-Identifier: Apache-2.0
// Summed rounds with thirteen real processes: few contribute, fewer answer, late ones come a month later, and the
// federation publishes the sum of what each collective saw leaving, or nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "model/catalogue.h"
#include "model/left_out.h"
#include "model/roster.h"
#include "privacy/field.h"
#include "tests/support/disclosed_rows.h"
#include "tests/support/federation_cluster.h"
#include "tests/support/process_memory.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
using tests::ClusterNode;
using tests::FederationCluster;
using tests::HasProblem;
using tests::IsOk;
using tests::NodeClient;

FederationCluster::Options Programs() {
  FederationCluster::Options options;
  options.wait_for_all = false;
  return options;
}

node::v1::GetStatusResponse StatusOf(const ClusterNode& node) {
  const NodeClient client = node.As("operator.token");
  node::v1::GetStatusResponse response;
  EXPECT_THAT(client.Call(*client.operators, &node::v1::OperatorService::Stub::GetStatus, {}, &response), IsOk());
  return response;
}

// What the collectives with these places saw leaving.
struct Leaving {
  std::vector<std::vector<int64_t>> vectors;  // of each, whole
  std::vector<int64_t> opened;                // their sum, without what the freeze leaves out
};

// Those who shall be silent are off before the last contribution comes, so that none of them sees the freeze.
Leaving Contribute(FederationCluster& cluster, const model::Period& quarter, const std::vector<size_t>& places,
                   const std::vector<size_t>& silent = {}) {
  Leaving all;
  std::vector<int64_t> leaving;
  std::set<std::string> inside;
  for (const size_t place : places) {
    ClusterNode& node = cluster.nodes()[place];
    if (place == places.back()) {
      for (const size_t off : silent) EXPECT_EQ(cluster.nodes()[off].process->Stop(), 0);
    }
    const node::v1::PreviewReleaseResponse preview = cluster.Contribute(node, quarter);
    leaving.resize(static_cast<size_t>(preview.cells_size()));
    all.vectors.emplace_back();
    for (int cell = 0; cell < preview.cells_size(); ++cell) {
      all.vectors.back().push_back(preview.cells(cell).leaves());
      leaving[static_cast<size_t>(cell)] += preview.cells(cell).leaves();
    }
    inside.insert(node.id);
  }
  fed::Roster roster;
  for (const ClusterNode& node : cluster.nodes()) {
    roster.add_collectives()->set_id(node.id);
    roster.mutable_collectives(roster.collectives_size() - 1)->set_state(node.state);
  }
  const auto catalogue = model::CompileCatalogue(cluster.catalogue(), model::RosterCollectives(roster));
  const std::vector<bool> left_out =
      model::LeftOutCells(**catalogue, quarter, model::LeftOutPlaces(**catalogue, roster, inside));
  for (size_t cell = 0; cell < leaving.size(); ++cell) {
    if (!left_out[cell]) all.opened.push_back(leaving[cell]);
  }
  return all;
}

std::vector<int64_t> SumsOf(const fed::NationalRelease& release) {
  return {release.sums().begin(), release.sums().end()};
}

std::vector<size_t> Places(size_t first, size_t last) {
  std::vector<size_t> places;
  for (size_t place = first; place <= last; ++place) places.push_back(place);
  return places;
}

// Eight words in a row, as a vector lies in memory and as it would be sent.
std::vector<std::string> BytesOf(const std::vector<int64_t>& vector) {
  const std::vector<int64_t> some(vector.begin() + 4, vector.begin() + 12);
  return {std::string(reinterpret_cast<const char*>(some.data()), some.size() * sizeof(int64_t)),
          privacy::EncodeWords(some)};
}

// The federation has no collective's vector, neither in its memory nor in its store; what it was sent, it has.
void ExpectVectorsUnseen(FederationCluster& cluster, const Leaving& leaving, const model::Period& quarter) {
  std::vector<std::string> needles;
  for (const std::vector<int64_t>& vector : leaving.vectors) {
    for (std::string& bytes : BytesOf(vector)) needles.push_back(std::move(bytes));
  }
  EXPECT_TRUE(tests::FoundInMemory(cluster.federation().pid(), needles).empty());
  EXPECT_TRUE(tests::FoundInFolder(cluster.data(), needles).empty());
  const NodeClient client = cluster.nodes()[5].As("operator.token");
  node::v1::ExportAnswerRequest request;
  request.set_name(absl::StrCat("releases/", model::PeriodText(quarter)));
  node::v1::AnswerFile sent;
  ASSERT_THAT(client.Call(*client.releases, &node::v1::ReleaseService::Stub::ExportAnswer, request, &sent), IsOk());
  EXPECT_FALSE(tests::FoundInFolder(cluster.data(), {sent.answer().substr(sent.answer().size() / 2, 32)}).empty());
  // And the search of a memory finds what is there.
  EXPECT_FALSE(tests::FoundInMemory(cluster.federation().pid(), {cluster.data()}).empty());
}

// Whoever has enough files of answers has the same sum, without the federation.
void ExpectFilesSay(FederationCluster& cluster, const model::Period& quarter, const std::vector<int64_t>& sums) {
  node::v1::SumAnswersRequest carried;
  carried.set_name(absl::StrCat("releases/", model::PeriodText(quarter)));
  for (const ClusterNode& node : cluster.nodes()) {
    const NodeClient client = node.As("operator.token");
    node::v1::ExportAnswerRequest request;
    request.set_name(carried.name());
    EXPECT_THAT(
        client.Call(*client.releases, &node::v1::ReleaseService::Stub::ExportAnswer, request, carried.add_files()),
        IsOk());
  }
  const NodeClient here = cluster.nodes()[5].As("operator.token");
  node::v1::SumAnswersResponse said;
  ASSERT_THAT(here.Call(*here.releases, &node::v1::ReleaseService::Stub::SumAnswers, carried, &said), IsOk());
  EXPECT_EQ(said.agreement(), node::v1::ANSWER_AGREEMENT_CONFIRMED);
  ASSERT_EQ(said.cells_size(), static_cast<int>(sums.size()));
  for (int cell = 0; cell < said.cells_size(); ++cell)
    EXPECT_EQ(said.cells(cell).sum(), sums[static_cast<size_t>(cell)]);
  node::v1::SumAnswersRequest seven = carried;
  seven.mutable_files()->DeleteSubrange(7, 5);
  ASSERT_THAT(here.Call(*here.releases, &node::v1::ReleaseService::Stub::SumAnswers, seven, &said), IsOk());
  EXPECT_EQ(said.agreement(), node::v1::ANSWER_AGREEMENT_WAITING);
  EXPECT_EQ(said.cells_size(), 0);
  *seven.mutable_files(1) = seven.files(0);
  EXPECT_THAT(here.Call(*here.releases, &node::v1::ReleaseService::Stub::SumAnswers, seven, &said),
              HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField));
  seven = carried;
  seven.mutable_files(2)->mutable_answer()->back() ^= 1;
  EXPECT_THAT(here.Call(*here.releases, &node::v1::ReleaseService::Stub::SumAnswers, seven, &said),
              HasProblem(absl::StatusCode::kInvalidArgument, Reason::kBadSignature));
}

TEST(SummedRound, NineContributeEightAnswerElevenConfirm) {
  FederationCluster cluster(Programs());
  cluster.Found();
  const model::Period quarter = cluster.quarters()[0];
  const Leaving contributed = Contribute(cluster, quarter, Places(0, 8), Places(0, 3));
  const std::vector<int64_t>& leaving = contributed.opened;
  ASSERT_TRUE(cluster.AwaitRound(quarter, fed::ROUND_STATE_FROZEN));
  // Eight of the twelve answer, also three that contributed nothing; four are silent.
  for (size_t place = 4; place < 12; ++place) cluster.Sync(cluster.nodes()[place]);
  ASSERT_TRUE(cluster.AwaitRound(quarter, fed::ROUND_STATE_PROVISIONAL));
  const auto provisional = cluster.NationalRelease(quarter);
  ASSERT_THAT(provisional.status(), IsOk());
  EXPECT_EQ(provisional->state(), fed::RELEASE_STATE_PROVISIONAL);
  EXPECT_EQ(SumsOf(*provisional), leaving);
  EXPECT_EQ(provisional->contributors_size(), 9);
  ExpectVectorsUnseen(cluster, contributed, quarter);
  cluster.Sync(cluster.nodes()[4]);
  EXPECT_EQ(cluster.nodes()[4].Release(quarter).stage(), node::v1::RELEASE_STAGE_RECEIVED);
  EXPECT_TRUE(cluster.nodes()[4].Release(quarter).sum_agrees());
  EXPECT_EQ(cluster.nodes()[11].Release(quarter).stage(), node::v1::RELEASE_STAGE_LEFT_OUT);
  EXPECT_EQ(cluster.nodes()[11].Release(quarter).answer_stage(), node::v1::ANSWER_STAGE_SENT);
  for (size_t place = 0; place < 2; ++place) {
    cluster.nodes()[place].Restart();
    cluster.Sync(cluster.nodes()[place]);
  }
  EXPECT_EQ(cluster.Round(quarter)->answered_size(), 10);
  EXPECT_EQ(cluster.Round(quarter)->state(), fed::ROUND_STATE_PROVISIONAL);
  cluster.nodes()[2].Restart();
  cluster.Sync(cluster.nodes()[2]);
  ASSERT_TRUE(cluster.AwaitRound(quarter, fed::ROUND_STATE_CONFIRMED));
  const auto confirmed = cluster.NationalRelease(quarter);
  ASSERT_THAT(confirmed.status(), IsOk());
  EXPECT_EQ(confirmed->state(), fed::RELEASE_STATE_CONFIRMED);
  EXPECT_EQ(confirmed->number(), provisional->number());
  EXPECT_EQ(SumsOf(*confirmed), leaving);
  EXPECT_EQ(cluster.Round(quarter)->answered_size(), 11);
  cluster.nodes()[3].Restart();
  for (ClusterNode& node : cluster.nodes()) {
    cluster.Sync(node);
    EXPECT_EQ(StatusOf(node).alarms_size(), 0) << node.id << " " << StatusOf(node).ShortDebugString();
    // Also the three that contributed nothing have added up the answers.
    EXPECT_TRUE(node.Release(quarter).sum_agrees()) << node.id;
  }

  ExpectFilesSay(cluster, quarter, leaving);

  // Seven answers say nothing; the eighth comes a month later.
  const model::Period next = cluster.quarters()[1];
  const std::vector<int64_t> later = Contribute(cluster, next, Places(3, 11), Places(4, 8)).opened;
  ASSERT_TRUE(cluster.AwaitRound(next, fed::ROUND_STATE_FROZEN));
  for (const size_t place : {0, 1, 2, 3, 9, 10, 11}) cluster.Sync(cluster.nodes()[place]);
  EXPECT_EQ(cluster.Round(next)->answered_size(), 7);
  EXPECT_EQ(cluster.Round(next)->state(), fed::ROUND_STATE_FROZEN);
  EXPECT_FALSE(cluster.NationalRelease(next).ok());
  cluster.MoveClocks(absl::Hours(24 * 31));
  cluster.nodes()[7].Restart();
  cluster.Sync(cluster.nodes()[7]);
  ASSERT_TRUE(cluster.AwaitRound(next, fed::ROUND_STATE_PROVISIONAL));
  EXPECT_EQ(SumsOf(*cluster.NationalRelease(next)), later);

  // Whatever all this left with the federation stands on the list of what it could be forced to hand over.
  EXPECT_EQ(cluster.federation().Stop(), 0);
  const tests::DisclosedRows looked = tests::LookThrough(cluster.data());
  EXPECT_GT(looked.rows, 60u);
  EXPECT_EQ(looked.unlisted, std::vector<std::string>());
}

TEST(SummedRound, EightContributionsAreVoidAndOpenNothing) {
  FederationCluster::Options options = Programs();
  options.extend_days = 100;
  FederationCluster cluster(options);
  cluster.Found();
  const model::Period quarter = cluster.quarters().back();
  Contribute(cluster, quarter, Places(0, 7));
  EXPECT_EQ(cluster.Round(quarter)->state(), fed::ROUND_STATE_ANNOUNCED);
  const int64_t left = cluster.nodes()[0].Release(quarter).budget_left_nano_rho();
  cluster.MoveClocks(absl::Hours(24 * 101));
  ASSERT_TRUE(cluster.AwaitRound(quarter, fed::ROUND_STATE_VOID));
  for (ClusterNode& node : cluster.nodes()) cluster.Sync(node);
  EXPECT_FALSE(cluster.NationalRelease(quarter).ok());
  EXPECT_EQ(cluster.Round(quarter)->answered_size(), 0);
  EXPECT_EQ(cluster.nodes()[0].Release(quarter).stage(), node::v1::RELEASE_STAGE_VOID);
  EXPECT_EQ(cluster.nodes()[0].Release(quarter).budget_left_nano_rho(), left);  // spent stays spent
  EXPECT_EQ(cluster.Round(quarter)->void_signature().size(), 64u);
  // The keys went with the round: whoever gets the machine later opens nothing of it.
  for (const ClusterNode& node : cluster.nodes()) {
    const std::string key = tests::ReadAll(absl::StrCat(node.data, "/round_keys/", model::PeriodText(quarter)));
    EXPECT_EQ(key, std::string(40, '\0')) << node.id;
    EXPECT_EQ(StatusOf(node).alarms_size(), 0) << node.id;
  }
}

}  // namespace
}  // namespace aangan
