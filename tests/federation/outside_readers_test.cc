// SPDX-License-Identifier: Apache-2.0
// What programs that are not ours say of what both daemons tell of themselves: a validator of their OpenAPI documents,
// promtool of their metrics, alarms and board; and that alarms and board speak of metrics that there are.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/support/command_line.h"
#include "tests/support/daemon_process.h"
#include "tests/support/https_client.h"
#include "tests/support/lone_federation.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using nlohmann::json;
using tests::DaemonProcess;
using tests::Printed;

constexpr char kTools[] = AANGAN_SOURCE "/tests/tools/";
constexpr char kBoard[] = AANGAN_SOURCE "/deploy/grafana/aangan.json";
constexpr char kAlarms[] = AANGAN_SOURCE "/deploy/prometheus/aangan.rules.yml";

// One of the daemons, with a credential that may read its numbers.
struct Told {
  explicit Told(const std::string& program) : options(Options(program, folder.path())) {
    daemon = DaemonProcess::Start(options);
    if (daemon == nullptr) return;
    peer = {daemon->address("https"), options.data_folder + "/tls/authority.pem"};
    token_path = options.data_folder + (program == "node" ? "/operator.token" : "/staff/token");
    if (program == "node") return;
    peer.certificate_path = options.data_folder + "/staff/certificate.pem";
    peer.key_path = options.data_folder + "/staff/key.pem";
  }
  static DaemonProcess::Options Options(const std::string& program, const std::string& folder) {
    return program == "node" ? tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder)
                             : tests::LoneFederation(AANGAN_FEDERATION_UNDER_TEST, folder);
  }
  // The body, also in the file; empty when it is refused.
  std::string Get(const std::string& path, const std::string& file) const {
    tests::HttpsRequest request{"GET", path};
    request.headers.push_back("Authorization: Bearer " + tests::ReadAll(token_path));
    const auto answer = tests::Ask(peer, request);
    if (!answer || answer->status != 200) return "";
    std::ofstream(folder / file) << answer->body;
    return answer->body;
  }

  const tests::TempDir folder;
  const DaemonProcess::Options options;
  std::unique_ptr<DaemonProcess> daemon;
  tests::HttpsPeer peer;
  std::string token_path;
};

class OutsideReaders : public ::testing::TestWithParam<const char*> {
 protected:
  OutsideReaders() : told_(GetParam()) {}
  const Told told_;
};

TEST_P(OutsideReaders, TheOpenApiDocumentIsValid) {
  ASSERT_NE(told_.daemon, nullptr);
  json document = json::parse(told_.Get("/openapi.json", "openapi.json"), nullptr, false);
  ASSERT_TRUE(document.is_object());
  ASSERT_GT(document["paths"].size(), 20u);
  const auto validate = [&](const std::string& file) {
    return Printed(absl::StrCat(kTools, "venv/bin/python -m openapi_spec_validator ", told_.folder / file));
  };
  const std::string said = validate("openapi.json");
  EXPECT_TRUE(absl::EndsWith(said, "openapi.json: OK\ncode 0\n")) << said;
  // It does say so when one is not.
  document["paths"].begin()->at("post").erase("responses");
  document["paths"].begin()->at("post")["requestBody"] = "some";
  std::ofstream(told_.folder / "spoilt.json") << document.dump();
  EXPECT_TRUE(absl::EndsWith(validate("spoilt.json"), "code 1\n"));
}

// Every name that the sources give a metric, as /metrics has it.
std::set<std::string> MetricsOfTheSources() {
  std::set<std::string> names;
  const std::regex name(R"re((?:Counter|Gauge|Gauges|Times|Time|families_->Add)\(\s*"([a-z_]+)")re");
  for (const char* file :
       {"server/shared/metrics.cc", "server/node/node_metrics.cc", "server/federation/federation_metrics.cc"}) {
    const std::string text = tests::ReadAll(absl::StrCat(AANGAN_SOURCE, "/", file));
    for (std::sregex_iterator each(text.begin(), text.end(), name), end; each != end; ++each)
      names.insert("aangan_" + (*each)[1].str());
  }
  return names;
}

// Those that the text names; the series of a histogram by the name of the histogram.
std::set<std::string> MetricsIn(const std::string& text) {
  std::set<std::string> names;
  const std::regex name(R"re(\baangan_(?:[a-z]+_)*?[a-z]+?(?=(?:_bucket|_sum|_count)?\b))re");
  for (std::sregex_iterator each(text.begin(), text.end(), name), end; each != end; ++each) names.insert(each->str());
  return names;
}

TEST_P(OutsideReaders, PromtoolHasNothingToSayOfTheMetrics) {
  ASSERT_NE(told_.daemon, nullptr);
  ASSERT_FALSE(told_.Get("/openapi.json", "openapi.json").empty());
  if (GetParam() == std::string("node")) {  // so that calls are counted
    const auto client =
        tests::NodeClient::OfFolder(told_.daemon->address("grpc"), told_.options.data_folder, "operator.token");
    node::v1::GetStatusResponse response;
    ASSERT_TRUE(client.Call(*client.operators, &node::v1::OperatorService::Stub::GetStatus, {}, &response).ok());
  }
  const std::string metrics = told_.Get("/metrics", "metrics");
  ASSERT_TRUE(absl::StrContains(metrics, "aangan_build_info")) << metrics;
  EXPECT_EQ(Printed(absl::StrCat(kTools, "promtool check metrics < ", told_.folder / "metrics")), "code 0\n");
  // It does say so when a name is off.
  std::ofstream(told_.folder / "spoilt", std::ios::app) << "# TYPE aangan_calls counter\naangan_calls 1\n";
  const std::string said = Printed(absl::StrCat(kTools, "promtool check metrics < ", told_.folder / "spoilt"));
  EXPECT_TRUE(absl::StrContains(said, "should have \"_total\" suffix")) << said;
  const std::set<std::string> known = MetricsOfTheSources();
  for (const std::string& name : MetricsIn(metrics)) EXPECT_TRUE(known.count(name)) << name;
}

INSTANTIATE_TEST_SUITE_P(Of, OutsideReaders, ::testing::Values("node", "federation"),
                         [](const auto& each) { return std::string(each.param); });

TEST(Alarms, AreRulesOfMetricsThatThereAre) {
  const std::string said = Printed(absl::StrCat(kTools, "promtool check rules ", kAlarms));
  EXPECT_TRUE(absl::StrContains(said, "SUCCESS: 6 rules found") && absl::EndsWith(said, "code 0\n")) << said;
  const std::set<std::string> known = MetricsOfTheSources();
  const std::set<std::string> named = MetricsIn(tests::ReadAll(kAlarms));
  EXPECT_GT(named.size(), 5u);
  for (const std::string& name : named) EXPECT_TRUE(known.count(name)) << name;
}

// Each question of the board; those of its variables are no PromQL.
std::vector<std::string> QuestionsOf(const json& board) {
  std::vector<std::string> questions;
  for (const json& panel : board["panels"]) {
    if (panel["type"] == "row") continue;
    EXPECT_EQ(panel["datasource"]["uid"], "${datasource}") << panel["title"];
    EXPECT_FALSE(panel["targets"].empty()) << panel["title"];
    for (const json& target : panel["targets"]) questions.push_back(target["expr"]);
  }
  return questions;
}

TEST(Board, AsksForMetricsThatThereAreInWordsThatPrometheusReads) {
  const tests::TempDir folder;
  const std::string text = tests::ReadAll(kBoard);
  const json board = json::parse(text, nullptr, false);
  ASSERT_TRUE(board.is_object());
  EXPECT_EQ(board["schemaVersion"], 42);
  EXPECT_EQ(board["templating"]["list"][0]["type"], "datasource");
  EXPECT_EQ(board["templating"]["list"][0]["name"], "datasource");
  const std::set<std::string> known = MetricsOfTheSources();
  std::string rules = "groups:\n- name: board\n  rules:\n";
  const std::vector<std::string> questions = QuestionsOf(board);
  ASSERT_GT(questions.size(), 12u);
  for (size_t i = 0; i < questions.size(); ++i) {
    EXPECT_FALSE(MetricsIn(questions[i]).empty()) << questions[i];
    // As Grafana fills them in.
    const std::string asked = absl::StrReplaceAll(questions[i], {{"$instance", ".+"}, {"$__rate_interval", "5m"}});
    EXPECT_FALSE(absl::StrContains(asked, "$")) << asked;
    absl::StrAppend(&rules, "  - record: board:question:", i, "\n    expr: ", json(asked).dump(), "\n");
  }
  for (const std::string& name : MetricsIn(text)) EXPECT_TRUE(known.count(name)) << name;
  std::ofstream(folder / "board.yml") << rules;
  const std::string said = Printed(absl::StrCat(kTools, "promtool check rules ", folder / "board.yml"));
  EXPECT_TRUE(absl::StrContains(said, absl::StrCat("SUCCESS: ", questions.size(), " rules found"))) << said;
}

}  // namespace
}  // namespace aangan
