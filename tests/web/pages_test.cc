// SPDX-License-Identifier: Apache-2.0
// The pages as people use them: Chromium on a real federation of twelve and on a real node. Looks at every view on
// three screens (pictures in build/<preset>/pictures), approves a release as a steward, sees it arrive in the
// national figures, and sets up a node.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/files.h"
#include "model/period.h"
#include "tests/support/federation_cluster.h"
#include "tests/support/first_start_log.h"
#include "tests/support/lone_node.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
using tests::ClusterNode;
using tests::FederationClient;
using tests::FederationCluster;
using tests::IsOk;

std::string BrowserToken(const FederationCluster& cluster) {
  const FederationClient staff = cluster.Staff();
  fed::CreateBrowserTokenRequest request;
  request.set_parent("rosters/india");
  fed::CreateBrowserTokenResponse made;
  EXPECT_THAT(staff.Call(*staff.apps, &fed::AppService::Stub::CreateBrowserToken, request, &made), IsOk());
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

// The shipped catalogue, but that the one collective of Kerala says yes to a figure of its state.
std::string WithAState(const tests::TempDir& folder) {
  std::string text = tests::ReadAll(AANGAN_DEFAULT_CATALOGUE);
  EXPECT_EQ(absl::StrReplaceAll({{"  collectives: \"kerala_1\"\n", ""}}, &text), 1);
  text += "places { id: \"kerala\" title: \"Kerala\" kind: PLACE_KIND_STATE collectives: \"kerala_1\" }\n";
  EXPECT_THAT(WriteFileDurably(folder / "catalogue.txtpb", text, 0600), IsOk());
  return folder / "catalogue.txtpb";
}

// What the page has to say of the new members of Kerala, which are fewer than the noise.
std::string NewMembersOfKerala(const FederationCluster& cluster, const std::string& period) {
  fed::ListFiguresRequest question;
  question.set_period(period);
  question.set_indicator("new_members");
  fed::FigureCode& code = *question.add_codes();
  code.set_dimension(fed::DIMENSION_PLACE);
  code.set_code("kerala");
  const std::vector<fed::Figure> figures = cluster.Figures(question);
  if (figures.size() != 1) return "no figure";
  if (figures.front().value() == fed::FIGURE_VALUE_TOO_FEW_TO_SAY) return "too few to say";
  return absl::StrCat(figures.front().number(), ", give or take ", figures.front().margin());
}

// A script of web/tests/browser ends with 0.
void Browse(const std::string& script, const nlohmann::json& given) {
  ASSERT_EQ(setenv("AANGAN_PAGES", given.dump().c_str(), 1), 0);
  const int status = std::system(absl::StrCat("node ", AANGAN_SOURCE, "/web/tests/browser/", script).c_str());
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << script;
}

TEST(Pages, AReleaseIsApprovedAtANodeAndReadInTheNationalFigures) {
  const tests::TempDir folder;
  FederationCluster cluster({.catalogue_path = WithAState(folder), .ended_quarters = 2});
  cluster.Found();
  const model::Period before = cluster.quarters().front();
  const model::Period newest = cluster.quarters().back();
  for (size_t i = 0; i < cluster.nodes().size(); ++i) {
    cluster.nodes()[i].Enrol(before, 12);
    cluster.nodes()[i].Enrol(newest, static_cast<int>(i) + 20);
  }
  for (ClusterNode& node : cluster.nodes()) cluster.Contribute(node, before);
  ASSERT_TRUE(cluster.Finish(before));
  ClusterNode& last = cluster.nodes().back();
  for (ClusterNode& node : cluster.nodes()) {
    cluster.Sync(node);
    if (&node != &last) cluster.Contribute(node, newest);
  }
  cluster.Propose(last, newest);
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
  given["newMembersOfKerala"] = NewMembersOfKerala(cluster, model::PeriodText(newest));
  given["files"] = folder.path();
  Browse("federation.mjs", given);
}

TEST(Pages, ANodeIsMadeAtItsPage) {
  const tests::TempDir folder;
  const tests::DaemonProcess::Options options = tests::LockedNode(AANGAN_NODE_UNDER_TEST, folder.path());
  const auto node = tests::DaemonProcess::Launch(options);
  const auto says = [&options](const char* key) { return tests::FirstStartSays(options.log_path, key); };
  ASSERT_TRUE(tests::Eventually(absl::Seconds(60), [&] { return !says("code").empty(); }));
  Browse("first_start.mjs", {{"pictures", AANGAN_PICTURES},
                             {"node", says("page") + "/"},
                             {"code", says("code")},
                             {"tokenFile", options.data_folder + "/operator.token"}});
  EXPECT_EQ(node->Stop(), 0);
}

}  // namespace
}  // namespace aangan
