// SPDX-License-Identifier: Apache-2.0
// The pages as people use them: Chromium on a real federation of twelve and on a real node. Looks at every view on
// three screens (pictures in build/<preset>/pictures), approves a release as a steward, and sees it arrive in the
// national figures.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "aangan/federation/v1/apps.grpc.pb.h"
#include "absl/strings/str_cat.h"
#include "model/period.h"
#include "tests/support/federation_cluster.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
using tests::ClusterNode;
using tests::FederationClient;
using tests::FederationCluster;
using tests::IsOk;
using tests::NodeClient;

void SetDay(const model::Period& quarter, int days, google::type::Date* date) {
  const model::CivilDay civil = model::CivilFromDay(quarter.first_day() + days);
  date->set_year(civil.year);
  date->set_month(civil.month);
  date->set_day(civil.day);
}

// Members who joined in the quarter, agreed to be counted and received a service in it.
void Enrol(const ClusterNode& node, const model::Period& quarter, int members) {
  const NodeClient client(
      tests::OpenChannel(node.process->address("grpc"), {tests::ReadAll(node.data + "/tls/authority.pem"), "", ""}),
      tests::TokenFor(node.As("steward.token"), node::v1::ROLE_CASEWORKER));
  for (int i = 0; i < members; ++i) {
    node::v1::CreateMemberRequest request;
    *request.mutable_member() = tests::SomeMember();
    request.mutable_member()->set_enrolment_quarter(model::PeriodText(quarter));
    *request.add_consents() = tests::CountedConsent();
    node::v1::Member member;
    ASSERT_THAT(client.Call(*client.members, &node::v1::MemberService::Stub::CreateMember, request, &member), IsOk());
    node::v1::CreateServiceRequest service;
    service.set_parent(member.name());
    *service.mutable_service() = tests::SomeService();
    SetDay(quarter, 1, service.mutable_service()->mutable_assessed_date());
    SetDay(quarter, 2, service.mutable_service()->mutable_needed_date());
    SetDay(quarter, 30, service.mutable_service()->mutable_received_date());
    node::v1::Service made;
    ASSERT_THAT(client.Call(*client.casework, &node::v1::CaseworkService::Stub::CreateService, service, &made), IsOk());
  }
}

// Until the release waits for the collective's word.
void Propose(const ClusterNode& node, const model::Period& quarter) {
  const NodeClient client = node.As("operator.token");
  node::v1::CloseQuarterRequest close;
  close.set_period(model::PeriodText(quarter));
  node::v1::Release release;
  absl::Status closed;
  ASSERT_TRUE(tests::Eventually(absl::Seconds(60), [&] {
    closed = client.Call(*client.operators, &node::v1::OperatorService::Stub::CloseQuarter, close, &release);
    return !absl::IsUnavailable(closed);
  }));
  ASSERT_THAT(closed, IsOk());
}

std::string BrowserToken(const FederationCluster& cluster) {
  const std::string folder = cluster.data() + "/staff/";
  const auto apps = fed::AppService::NewStub(tests::OpenChannel(
      cluster.address(), {tests::ReadAll(folder + "authority.pem"), tests::ReadAll(folder + "certificate.pem"),
                          tests::ReadAll(folder + "key.pem")}));
  fed::CreateBrowserTokenRequest request;
  request.set_parent("rosters/india");
  fed::CreateBrowserTokenResponse made;
  EXPECT_THAT(cluster.Staff().Call(*apps, &fed::AppService::Stub::CreateBrowserToken, request, &made), IsOk());
  return made.secret();
}

std::string Token(const std::string& path) {
  std::string text = tests::ReadAll(path);
  return text.substr(0, text.find('\n'));
}

// "412, give or take 38": what the page has to say of the newest total of new members.
std::string NewMembers(const FederationCluster& cluster) {
  const FederationClient staff = cluster.Staff();
  fed::ListTotalsRequest request;
  request.set_parent("rosters/india");
  request.set_indicator("new_members");
  fed::ListTotalsResponse response;
  EXPECT_THAT(staff.Call(*staff.figures, &fed::FigureService::Stub::ListTotals, request, &response), IsOk());
  if (response.totals_size() != 1) return "no total";
  return absl::StrCat(response.totals(0).number(), ", give or take ", response.totals(0).margin());
}

// A script of web/tests/browser ends with 0.
void Browse(const std::string& script, const nlohmann::json& given) {
  ASSERT_EQ(setenv("AANGAN_PAGES", given.dump().c_str(), 1), 0);
  const int status = std::system(absl::StrCat("node ", AANGAN_SOURCE, "/web/tests/browser/", script).c_str());
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << script;
}

TEST(Pages, AReleaseIsApprovedAtANodeAndReadInTheNationalFigures) {
  FederationCluster cluster({.ended_quarters = 2});
  cluster.Found();
  const model::Period before = cluster.quarters().front();
  const model::Period newest = cluster.quarters().back();
  for (size_t i = 0; i < cluster.nodes().size(); ++i) {
    Enrol(cluster.nodes()[i], before, 12);
    Enrol(cluster.nodes()[i], newest, static_cast<int>(i) + 20);
  }
  for (ClusterNode& node : cluster.nodes()) cluster.Contribute(node, before);
  ASSERT_TRUE(cluster.Finish(before));
  ClusterNode& last = cluster.nodes().back();
  for (ClusterNode& node : cluster.nodes()) {
    cluster.Sync(node);
    if (&node != &last) cluster.Contribute(node, newest);
  }
  Propose(last, newest);
  nlohmann::json given = {{"pictures", AANGAN_PICTURES},
                          {"before", model::PeriodText(before)},
                          {"cells", 50},
                          {"newest", model::PeriodText(newest)},
                          {"node", absl::StrCat("https://", last.process->address("https"), "/")},
                          {"operatorToken", Token(last.data + "/operator.token")},
                          {"stewardToken", Token(last.data + "/steward.token")}};
  Browse("operator.mjs", given);
  // It may have left already: an approval wakes the node.
  ASSERT_GE(last.Release(newest).stage(), node::v1::RELEASE_STAGE_APPROVED);
  ASSERT_LE(last.Release(newest).stage(), node::v1::RELEASE_STAGE_SENT);
  cluster.Sync(last);
  ASSERT_TRUE(cluster.Finish(newest));
  given["federation"] = absl::StrCat("https://", cluster.federation().address("https"), "/");
  given["federationToken"] = BrowserToken(cluster);
  given["coverage"] = "12 of 12 collectives reported. Confirmed";
  given["isRehearsal"] = true;
  given["newMembers"] = NewMembers(cluster);
  Browse("federation.mjs", given);
}

}  // namespace
}  // namespace aangan
