// SPDX-License-Identifier: Apache-2.0
// The main job, end to end, with thirteen real processes: twelve collectives join, sign, accept, record, close, look,
// approve and send; the federation freezes, adds up, signs and publishes; every collective gets the figures back.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/signing.h"
#include "model/published.h"
#include "model/roster.h"
#include "tests/support/federation_cluster.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
using tests::ClusterNode;
using tests::FederationClient;
using tests::FederationCluster;
using tests::IsOk;

void ExpectSigned(const FederationCluster& cluster, const fed::NationalRelease& release) {
  const FederationClient staff = cluster.Staff();
  fed::GetEpochRequest request;
  request.set_name("rosters/india/epochs/-");
  fed::GetEpochResponse epoch;
  ASSERT_THAT(staff.Call(*staff.rosters, &fed::RosterService::Stub::GetEpoch, request, &epoch), IsOk());
  EXPECT_TRUE(epoch.signed_roster().in_force());
  const auto key = model::ParseKey(epoch.signed_roster().roster().federation_key(), "federation_key");
  ASSERT_THAT(key.status(), IsOk());
  const auto canonical = model::CanonicalRelease(release);
  ASSERT_THAT(canonical.status(), IsOk());
  EXPECT_THAT(VerifySignature(*key, model::kReleaseLabel, *canonical, AsBytes(release.signature())), IsOk());
}

TEST(MainJob, RealRecordsInNationalFiguresOut) {
  FederationCluster cluster({});
  cluster.Found();
  int64_t members = 0;
  for (size_t i = 0; i < cluster.nodes().size(); ++i) {
    // Enough in one quarter for a number, none in another, so that both values are seen.
    const int here = static_cast<int>(i) + 12;
    cluster.nodes()[i].Enrol(cluster.quarters().back(), here);
    members += here;
  }
  for (const model::Period& quarter : cluster.quarters()) {
    std::vector<int64_t> leaving;
    const bool recorded = quarter == cluster.quarters().back();
    int64_t new_members = 0, cut = 0;
    for (ClusterNode& node : cluster.nodes()) {
      const node::v1::PreviewReleaseResponse preview = cluster.Contribute(node, quarter);
      leaving.resize(static_cast<size_t>(preview.cells_size()));
      for (int cell = 0; cell < preview.cells_size(); ++cell) {
        leaving[static_cast<size_t>(cell)] += preview.cells(cell).leaves();
        if (preview.cells(cell).table() == "new_by_place") new_members += preview.cells(cell).exact();
      }
      cut += preview.members_cut();
    }
    ASSERT_TRUE(cluster.Finish(quarter));
    const fed::NationalRelease release = *cluster.NationalRelease(quarter);
    // Nothing is added or lost on the way: the sum of what each collective saw leaving.
    EXPECT_EQ(std::vector<int64_t>(release.sums().begin(), release.sums().end()), leaving);
    EXPECT_EQ(release.contributors_size(), 12);
    EXPECT_TRUE(release.round_descriptor().rehearsal());
    ExpectSigned(cluster, release);
    for (ClusterNode& node : cluster.nodes()) {
      cluster.Sync(node);
      EXPECT_EQ(node.Release(quarter).stage(), node::v1::RELEASE_STAGE_RECEIVED) << node.id;
    }
    EXPECT_EQ(new_members, recorded ? members : 0);
    // Each of them joined, was assessed and was served in one quarter: more cells than a member may touch.
    EXPECT_EQ(cut, recorded ? members : 0);
    // What the catalogue asks is answered for each cell, with a margin, and marked as a rehearsal.
    fed::ListFiguresRequest question;
    question.set_period(model::PeriodText(quarter));
    question.set_page_size(17);
    const std::vector<fed::Figure> figures = cluster.Figures(question);
    EXPECT_FALSE(figures.empty());
    for (const fed::Figure& figure : figures) {
      EXPECT_TRUE(figure.rehearsal());
      EXPECT_EQ(figure.contributors(), 12);
      EXPECT_GT(figure.margin(), 0);
      EXPECT_EQ(figure.value() == fed::FIGURE_VALUE_NUMBER,
                figure.raw() >= figure.margin() / 1.96 * 2 - 1 && figure.raw() >= 10 && figure.number() > 0)
          << figure.ShortDebugString();
    }
  }
  // Releases are numbered without a gap.
  EXPECT_EQ(cluster.NationalRelease(cluster.quarters().front())->number(), 1);
  EXPECT_EQ(cluster.NationalRelease(cluster.quarters().back())->number(), 3);
  for (ClusterNode& node : cluster.nodes()) EXPECT_EQ(node.process->Stop(), 0);
  EXPECT_EQ(cluster.federation().Stop(), 0);
}

}  // namespace
}  // namespace aangan
