// SPDX-License-Identifier: Apache-2.0
// How a node and a federation run, as real processes: what probes, metrics, health and systemd are told while they are
// locked, open, short of disk, reloading and stopping.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/support/command_line.h"
#include "tests/support/daemon_process.h"
#include "tests/support/https_client.h"
#include "tests/support/lone_federation.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/notify_socket.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

namespace health = grpc::health::v1;
using tests::DaemonProcess;
using tests::Eventually;
using tests::HttpsAnswer;
using tests::NodeClient;

constexpr absl::Duration kLong = absl::Seconds(60);
constexpr char kNotWell[] = "does not answer as when all is well";
constexpr char kPassphrase[] = "five words that stay together";

class Running : public ::testing::Test {
 protected:
  std::string Log() const { return tests::ReadAll(options_.log_path); }
  bool Says(const std::string& words) const {
    return Eventually(kLong, [&] { return absl::StrContains(Log(), words); });
  }
  // By the ports file, or while there is none by the log.
  std::string Https() const {
    if (const std::string address = daemon_->address("https"); !address.empty()) return address;
    std::string address;
    for (const absl::string_view line : absl::StrSplit(Log(), '\n')) {
      const auto json = nlohmann::json::parse(std::string(line), nullptr, false);
      if (json.is_object() && json.value("event", "") == "https port open") address = json.value("address", "");
    }
    return address;
  }
  HttpsAnswer Get(const std::string& path, const std::string& token_file = "") const {
    tests::HttpsPeer peer{Https(), options_.data_folder + "/tls/authority.pem"};
    if (peer.address.empty()) return {};
    tests::HttpsRequest request{"GET", path};
    if (!token_file.empty())
      request.headers.push_back("Authorization: Bearer " + tests::ReadAll(options_.data_folder + "/" + token_file));
    if (token_file == "staff/token") {  // one that counts with its certificate alone
      peer.certificate_path = options_.data_folder + "/staff/certificate.pem";
      peer.key_path = options_.data_folder + "/staff/key.pem";
    }
    return tests::Ask(peer, request).value_or(HttpsAnswer());
  }
  health::HealthCheckResponse::ServingStatus Health(const std::string& service) const {
    const auto channel = tests::OpenChannel(daemon_->address("grpc"), {authority(), "", ""});
    grpc::ClientContext context;
    health::HealthCheckRequest request;
    request.set_service(service);
    health::HealthCheckResponse response;
    const auto status = health::Health::NewStub(channel)->Check(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.status();
  }
  std::string authority() const { return tests::ReadAll(options_.data_folder + "/tls/authority.pem"); }
  void SetOption(const std::string& name, const std::string& value) {
    *std::next(std::find(options_.arguments.begin(), options_.arguments.end(), name)) = value;
  }
  void Write(const std::string& text) const { std::ofstream(folder_ / "node.toml") << text; }

  const tests::TempDir folder_;
  DaemonProcess::Options options_ = tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder_.path());
  std::unique_ptr<DaemonProcess> daemon_;
};

TEST_F(Running, ALockedNodeIsLiveAndReadyWhenItIsOpen) {
  tests::NotifySocket systemd(folder_ / "notify");
  options_ = tests::LockedNode(AANGAN_NODE_UNDER_TEST, folder_.path());
  options_.environment = {{"NOTIFY_SOCKET", folder_ / "notify"}, {"WATCHDOG_USEC", "3000000"}};
  daemon_ = DaemonProcess::Launch(options_);
  ASSERT_TRUE(Says("locked; waits"));
  EXPECT_EQ(Get("/livez").status, 200);
  EXPECT_EQ(Get("/readyz").status, 503);
  EXPECT_EQ(Get("/readyz?verbose").body,
            "[+]answers ok\n[-]unlocked failed\n[-]open failed\n[-]disk failed\n[-]serving failed\nreadyz failed\n");
  EXPECT_EQ(Get("/metrics").status, 503);  // tokens lie in the store
  EXPECT_EQ(Get("/").status, 200);         // the page, which says what it waits for
  EXPECT_FALSE(std::filesystem::exists(options_.data_folder + "/main"));
  // Started as far as it can be alone, and watched over its socket for orders.
  ASSERT_TRUE(Eventually(kLong, [&] { return systemd.Has("READY=1\nSTATUS=locked"); }));
  ASSERT_TRUE(Eventually(kLong, [&] { return systemd.Count("WATCHDOG=1") >= 2; }));
  EXPECT_FALSE(systemd.Has("STATUS=serving"));

  const std::string unlock =
      absl::StrCat("printf '%s\\n' '", kPassphrase, "' | ", AANGAN_COMMAND, " unlock --data ", options_.data_folder);
  ASSERT_TRUE(absl::StrContains(tests::Printed(unlock), "code 0"));
  ASSERT_TRUE(daemon_->AwaitReady(kLong));
  EXPECT_EQ(Get("/readyz").status, 200);
  EXPECT_EQ(Get("/readyz?verbose").body,
            "[+]answers ok\n[+]unlocked ok\n[+]open ok\n[+]disk ok\n[+]serving ok\nreadyz passed\n");
  ASSERT_TRUE(Eventually(kLong, [&] { return systemd.Has("READY=1\nSTATUS=serving"); }));
  EXPECT_LT(systemd.Find("STATUS=opening the store"), systemd.Find("STATUS=serving"));

  // Locked by order it begins anew, on the same port of a process that is the same.
  ASSERT_TRUE(
      absl::StrContains(tests::Printed(absl::StrCat(AANGAN_COMMAND, " lock --data ", options_.data_folder)), "code 0"));
  ASSERT_TRUE(Eventually(kLong, [&] { return systemd.Count("STATUS=locked") == 2; }));
  EXPECT_EQ(daemon_->Stop(), 0);
  EXPECT_TRUE(systemd.Has("STOPPING=1"));
}

// A port that is given by number is free again for the new beginning.
TEST_F(Running, LockingLetsGoOfThePorts) {
  options_ = tests::LockedNode(AANGAN_NODE_UNDER_TEST, folder_.path());
  daemon_ = DaemonProcess::Launch(options_);
  ASSERT_TRUE(Says("locked; waits"));
  const std::string https = Https();
  ASSERT_EQ(daemon_->Stop(), 0);
  SetOption("--node.https", https);
  daemon_ = DaemonProcess::Launch(options_);
  const auto line = [this](const std::string& words) {
    return tests::Printed(absl::StrCat("printf '%s\\n' '", kPassphrase, "' | ", AANGAN_COMMAND, " ", words, " --data ",
                                       options_.data_folder));
  };
  ASSERT_TRUE(Eventually(kLong, [&] { return absl::StrContains(line("unlock"), "code 0"); }));
  ASSERT_TRUE(daemon_->AwaitReady(kLong));
  ASSERT_TRUE(absl::StrContains(line("lock"), "code 0"));
  ASSERT_TRUE(Eventually(kLong, [&] { return Get("/livez").status == 200 && Get("/readyz").status == 503; })) << Log();
  EXPECT_EQ(daemon_->Stop(), 0);
}

TEST_F(Running, AFullDiskIsLiveAndNotReady) {
  const int64_t free_megabytes = static_cast<int64_t>(std::filesystem::space(folder_.path()).available >> 20);
  daemon_ = DaemonProcess::Start(options_);  // a new store is not made on a full disk
  ASSERT_NE(daemon_, nullptr) << Log();
  ASSERT_EQ(daemon_->Stop(), 0);
  // Above half of the reserve the little that opening writes is still taken.
  SetOption("--node.disk_reserve_megabytes", absl::StrCat(free_megabytes + free_megabytes / 2));
  daemon_ = DaemonProcess::Start(options_);
  ASSERT_NE(daemon_, nullptr) << Log();
  EXPECT_EQ(Get("/livez").status, 200);
  EXPECT_EQ(Get("/readyz").status, 503);
  EXPECT_EQ(Get("/readyz?verbose").body,
            "[+]answers ok\n[+]unlocked ok\n[+]open ok\n[-]disk failed\n[+]serving ok\nreadyz failed\n");
  EXPECT_EQ(daemon_->Stop(), 0);
}

TEST_F(Running, SighupReloadsAndABadFileChangesNothing) {
  tests::NotifySocket systemd(folder_ / "notify");
  options_.environment = {{"NOTIFY_SOCKET", folder_ / "notify"}};
  Write("[log]\nlevel = \"info\"\n");
  options_.arguments.insert(options_.arguments.end(), {"--config", folder_ / "node.toml"});
  daemon_ = DaemonProcess::Start(options_);
  ASSERT_NE(daemon_, nullptr) << Log();
  const pid_t pid = daemon_->pid();
  Write("[log]\nlevel = \"error\"\n[node]\nsync_second = 5\n");
  kill(pid, SIGHUP);
  ASSERT_TRUE(Says("node.sync_seconds"));  // the nearest name, with file and line
  EXPECT_TRUE(absl::StrContains(Log(), "not reloaded"));
  EXPECT_EQ(Get("/readyz").status, 200);
  Write("[log]\nlevel = \"debug\"\n[node]\nsync_seconds = 5\naccept_rehearsals = true\n");
  kill(pid, SIGHUP);
  ASSERT_TRUE(Says("\"event\":\"reloaded\""));
  EXPECT_TRUE(absl::StrContains(
      Log(), "\"event\":\"changed, and counts at the next start\",\"setting\":\"node.accept_rehearsals\""));
  EXPECT_EQ(systemd.Count("RELOADING=1"), 2u);
  ASSERT_TRUE(Eventually(kLong, [&] { return systemd.Count("READY=1") == 3; }));
  EXPECT_EQ(daemon_->pid(), pid);
  EXPECT_EQ(daemon_->Stop(), 0);
}

// An import that lasts, so that there is something to wait for.
class Drain : public Running {
 protected:
  void Begin() {
    daemon_ = DaemonProcess::Start(options_);
    ASSERT_NE(daemon_, nullptr) << Log();
    client_.emplace(NodeClient::OfFolder(daemon_->address("grpc"), options_.data_folder, "operator.token"));
    client_->Prepare(context_, absl::Minutes(5));
    stream_ = client_->operators->ImportRecords(&context_, &response_);
    node::v1::ImportRecordsRequest request;
    request.set_mapping_id("drain");
    node::v1::ImportRow& row = *request.add_rows();
    row.set_row_digest(std::string(32, 'r'));
    *row.mutable_member() = tests::SomeMember();
    const std::string before = Commits();
    ASSERT_TRUE(stream_->Write(request));
    ASSERT_TRUE(Eventually(kLong, [&] { return Commits() != before; }));  // the call is under way
    ASSERT_EQ(Health(""), health::HealthCheckResponse::SERVING);
    ASSERT_EQ(Health("aangan.node.v1.OperatorService"), health::HealthCheckResponse::SERVING);
  }

  std::string Commits() const {
    const std::string text = Get("/metrics", "operator.token").body;
    const size_t at = text.find("\naangan_commits_total ");
    return at == std::string::npos ? "" : text.substr(at, text.find('\n', at + 1) - at);
  }

  std::optional<NodeClient> client_;
  grpc::ClientContext context_;
  node::v1::ImportRecordsResponse response_;
  std::unique_ptr<grpc::ClientWriter<node::v1::ImportRecordsRequest>> stream_;
};

TEST_F(Drain, SigtermSaysThatItStopsAndLetsACallEnd) {
  Begin();
  // Watched over the same connection, as a balancer does it.
  const auto channel = tests::OpenChannel(daemon_->address("grpc"), {authority(), "", ""});
  grpc::ClientContext watching;
  const auto watch = health::Health::NewStub(channel)->Watch(&watching, health::HealthCheckRequest());
  health::HealthCheckResponse seen;
  ASSERT_TRUE(watch->Read(&seen));
  EXPECT_EQ(seen.status(), health::HealthCheckResponse::SERVING);
  kill(daemon_->pid(), SIGTERM);
  ASSERT_TRUE(watch->Read(&seen));
  EXPECT_EQ(seen.status(), health::HealthCheckResponse::NOT_SERVING);
  ASSERT_TRUE(Eventually(kLong, [&] { return Get("/readyz").status == 503; }));
  EXPECT_EQ(Get("/livez").status, 200);
  stream_->WritesDone();
  EXPECT_TRUE(stream_->Finish().ok());
  EXPECT_EQ(response_.added_rows(), 1);
  watching.TryCancel();
  EXPECT_EQ(daemon_->Stop(), 0);
}

TEST_F(Drain, ASecondSigtermHurries) {
  Begin();
  ASSERT_TRUE(Eventually(kLong, [&] {
    kill(daemon_->pid(), SIGTERM);
    return absl::StrContains(Log(), "told twice to stop");
  }));
  const absl::Time told = absl::Now();
  EXPECT_EQ(daemon_->Stop(), 0);
  EXPECT_LT(absl::Now() - told, absl::Seconds(8));  // of the nine that the call would have got
  stream_->Finish();
}

TEST_F(Running, TheWatchdogIsFedThroughTheOwnPort) {
  tests::NotifySocket systemd(folder_ / "notify");
  options_.environment = {{"NOTIFY_SOCKET", folder_ / "notify"}, {"WATCHDOG_USEC", "2000000"}};
  daemon_ = DaemonProcess::Start(options_);
  ASSERT_NE(daemon_, nullptr) << Log();
  ASSERT_TRUE(Eventually(kLong, [&] { return systemd.Has("STATUS=serving"); }));
  const size_t before = systemd.Count("WATCHDOG=1");
  ASSERT_TRUE(Eventually(kLong, [&] { return systemd.Count("WATCHDOG=1") >= before + 3; }));
  EXPECT_FALSE(absl::StrContains(Log(), kNotWell)) << Log();
  EXPECT_EQ(daemon_->Stop(), 0);
}

TEST_F(Running, LinesForTheJournalCarryTheirPriority) {
  { std::ofstream log(options_.log_path); }
  struct stat facts {};
  ASSERT_EQ(stat(options_.log_path.c_str(), &facts), 0);
  options_.environment["JOURNAL_STREAM"] = absl::StrCat(facts.st_dev, ":", facts.st_ino);
  daemon_ = DaemonProcess::Start(options_);
  ASSERT_NE(daemon_, nullptr) << Log();
  EXPECT_EQ(daemon_->Stop(), 0);
  int lines = 0;
  for (const absl::string_view line : absl::StrSplit(Log(), '\n', absl::SkipEmpty())) {
    ASSERT_TRUE(absl::StartsWith(line, "<") && line.size() > 3 && line[2] == '>') << line;
    const auto json = nlohmann::json::parse(std::string(line.substr(3)), nullptr, false);
    EXPECT_TRUE(json.is_object() && json.contains("time") && json.contains("level") && json.contains("event") &&
                json.contains("component"))
        << line;
    ++lines;
  }
  EXPECT_GT(lines, 2);
}

// What systemd thinks of the units, where its tool is; 2.0 is "OK".
TEST(Units, AreConfined) {
  if (std::system("systemd-analyze --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no systemd-analyze here";
  for (const char* unit : {"aangan-node", "aangan-federation"}) {
    const std::string said = tests::Printed(absl::StrCat("systemd-analyze security --offline=true --threshold=20 ",
                                                         AANGAN_SOURCE, "/deploy/systemd/", unit, ".service"));
    EXPECT_TRUE(absl::StrContains(said, "Overall exposure level") && absl::StrContains(said, "code 0")) << said;
  }
}

// Each line as a parser of Prometheus' form reads it, and each name as its conventions want it.
void ExpectGoodMetrics(const std::string& folder, const std::string& text) {
  std::ofstream(folder + "/metrics") << text;
  std::ofstream(folder + "/check.py") << R"python(
import re, sys
from prometheus_client.parser import text_string_to_metric_families
words = {'rpc', 'code', 'state', 'certificate', 'program', 'version', 'le'}
values = re.compile(r'aangan\.node\.v1\.[A-Za-z]+|aangan\.federation\.v1\.[A-Za-z]+/[A-Za-z]+|[A-Z_]+|[a-z_-]+|[0-9.]+|\+Inf')
families = list(text_string_to_metric_families(open(sys.argv[1]).read()))
for family in families:
    assert re.fullmatch(r'aangan_[a-z_]+', family.name), family.name
    assert family.documentation.endswith('.') and family.type in ('counter', 'gauge', 'histogram'), family
    for sample in family.samples:
        assert family.type != 'counter' or sample.name.endswith('_total'), sample
        assert family.type != 'gauge' or not sample.name.endswith('_total'), sample
        for name, value in sample.labels.items():
            assert name in words and values.fullmatch(value), sample
assert len(families) >= 9, families
)python";
  const std::string said = tests::Printed(absl::StrCat("/usr/bin/python3 ", folder, "/check.py ", folder, "/metrics"));
  EXPECT_TRUE(absl::StrContains(said, "code 0")) << said << text;
}

TEST_F(Running, ANodesMetricsAreWellFormed) {
  daemon_ = DaemonProcess::Start(options_);
  ASSERT_NE(daemon_, nullptr) << Log();
  const NodeClient client = NodeClient::OfFolder(daemon_->address("grpc"), options_.data_folder, "operator.token");
  node::v1::GetStatusResponse response;
  ASSERT_TRUE(client.Call(*client.operators, &node::v1::OperatorService::Stub::GetStatus, {}, &response).ok());
  EXPECT_EQ(Get("/metrics").status, 401);  // this computer is no credential
  const HttpsAnswer answer = Get("/metrics", "operator.token");
  ASSERT_EQ(answer.status, 200);
  EXPECT_TRUE(
      absl::StrContains(answer.body, "aangan_calls_total{rpc=\"aangan.node.v1.OperatorService\",code=\"OK\"} 1\n"))
      << answer.body;
  EXPECT_TRUE(
      absl::StrContains(answer.body, "aangan_call_duration_seconds_count{rpc=\"aangan.node.v1.OperatorService\"} 1\n"))
      << answer.body;
  for (const char* name :
       {"aangan_commits_total", "aangan_commit_queue_changes", "aangan_store_size_bytes", "aangan_disk_free_bytes",
        "aangan_certificate_expiry_timestamp_seconds{certificate=\"port\"}", "aangan_ledger_spent_nano_rho_total",
        "aangan_rounds{state=\"approved\"}"})
    EXPECT_TRUE(absl::StrContains(answer.body, absl::StrCat("\n", name))) << name << answer.body;
  ExpectGoodMetrics(folder_.path(), answer.body);
  EXPECT_EQ(daemon_->Stop(), 0);
}

TEST_F(Running, AFederationTellsTheSame) {
  tests::NotifySocket systemd(folder_ / "notify");
  options_ = tests::LoneFederation(AANGAN_FEDERATION_UNDER_TEST, folder_.path());
  options_.environment["NOTIFY_SOCKET"] = folder_ / "notify";
  options_.environment["WATCHDOG_USEC"] = "2000000";
  daemon_ = DaemonProcess::Start(options_);
  ASSERT_NE(daemon_, nullptr) << Log();
  EXPECT_EQ(Get("/livez").status, 200);
  EXPECT_EQ(Get("/readyz?verbose").body, "[+]answers ok\n[+]open ok\n[+]disk ok\n[+]serving ok\nreadyz passed\n");
  ASSERT_TRUE(Eventually(kLong, [&] { return systemd.Has("READY=1\nSTATUS=serving"); }));
  ASSERT_TRUE(Eventually(kLong, [&] { return systemd.Count("WATCHDOG=1") >= 3; }));
  kill(daemon_->pid(), SIGHUP);
  ASSERT_TRUE(Says("\"event\":\"reloaded\""));
  EXPECT_EQ(Get("/metrics").status, 401);
  const HttpsAnswer answer = Get("/metrics", "staff/token");
  for (const char* name : {"aangan_rounds{state=\"announced\"}", "aangan_contributions{state=\"frozen\"}",
                           "aangan_build_info{program=\"aangan-federation\"", "aangan_store_size_bytes"})
    EXPECT_TRUE(absl::StrContains(answer.body, name)) << name << answer.body;
  EXPECT_EQ(daemon_->Stop(), 0);
  EXPECT_TRUE(systemd.Has("STOPPING=1"));
  EXPECT_FALSE(absl::StrContains(Log(), kNotWell)) << Log();
}

}  // namespace
}  // namespace aangan
