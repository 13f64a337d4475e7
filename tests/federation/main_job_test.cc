// SPDX-License-Identifier: Apache-2.0
// The main job, end to end, with thirteen real processes: twelve collectives join, sign, accept, record, close, look,
// approve and send; the federation freezes, adds up, signs and publishes; every collective gets the figures back.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/signing.h"
#include "model/published.h"
#include "model/roster.h"
#include "tests/support/curl_call.h"
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

// To this question in JSON curl prints what gRPC answers, and it holds these words.
void ExpectBothWires(const std::shared_ptr<grpc::Channel>& channel, const tests::HttpsPeer& peer,
                     const std::string& path, const std::string& token, const std::string& body,
                     const std::string& words) {
  const tests::HttpsAnswer curl = tests::Curl(peer, tests::JsonCall(path, token, body));
  const auto grpc = tests::GrpcInJson(channel, path, token, body);
  ASSERT_THAT(grpc.status(), IsOk()) << path;
  EXPECT_EQ(curl.status, 200) << path << curl.body;
  EXPECT_EQ(nlohmann::json::parse(curl.body, nullptr, false), *grpc) << path;
  EXPECT_TRUE(absl::StrContains(curl.body, words)) << path << curl.body;
}

// When there is something to be read at a node and at the federation.
void ExpectTheSameByCurl(FederationCluster& cluster, const std::string& quarter) {
  const ClusterNode& node = cluster.nodes().front();
  const std::string authority = node.data + "/tls/authority.pem";
  const std::string operators = tests::ReadAll(node.data + "/operator.token");
  const std::string name = absl::StrCat(R"({"name": "releases/)", quarter, R"("})");
  for (const auto& [rpc, body, words] : {std::tuple("ReleaseService/GetRelease", name, "RELEASE_STAGE_RECEIVED"),
                                         std::tuple("GovernanceService/ShowRoster", std::string("{}"), "collectives")})
    ExpectBothWires(tests::OpenChannel(node.process->address("grpc"), {tests::ReadAll(authority), "", ""}),
                    {node.process->address("https"), authority}, absl::StrCat("/aangan.node.v1.", rpc), operators, body,
                    words);
  const std::string staff = cluster.data() + "/staff/";
  const tests::HttpsPeer peer{cluster.federation().address("https"), staff + "authority.pem", "127.0.0.1",
                              staff + "certificate.pem", staff + "key.pem"};
  const auto channel = tests::OpenChannel(cluster.address(), FederationClient::StaffTls(cluster.data()));
  const std::string token = tests::ReadAll(staff + "token"), roster = R"({"parent": "rosters/india"})";
  for (const auto& [rpc, words] : {std::pair("AppService/ListApps", "rosters/india/apps/staff"),
                                   std::pair("CatalogueService/ListCatalogues", "catalogue"),
                                   std::pair("CertificateService/ListCertificates", "certificates"),
                                   std::pair("FigureService/ListNationalReleases", "signature"),
                                   std::pair("LogService/ListLogEntries", "LOG_ENTRY_KIND_KEY_BATCH"),
                                   std::pair("RosterService/ListCollectives", "collectives"),
                                   std::pair("RoundService/ListRounds", "ROUND_STATE_CONFIRMED")})
    ExpectBothWires(channel, peer, absl::StrCat("/aangan.federation.v1.", rpc), token, roster, words);
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
  ExpectTheSameByCurl(cluster, model::PeriodText(cluster.quarters().back()));
  // Releases are numbered without a gap.
  EXPECT_EQ(cluster.NationalRelease(cluster.quarters().front())->number(), 1);
  EXPECT_EQ(cluster.NationalRelease(cluster.quarters().back())->number(), 3);
  for (ClusterNode& node : cluster.nodes()) EXPECT_EQ(node.process->Stop(), 0);
  EXPECT_EQ(cluster.federation().Stop(), 0);
}

}  // namespace
}  // namespace aangan
