// SPDX-License-Identifier: Apache-2.0
// The node as a program: settings, start, and what it does when it is told to reload or to stop.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/str_split.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/secret.h"
#include "server/node/control_socket.h"
#include "server/node/first_start.h"
#include "server/node/key_gate.h"
#include "server/node/node_server.h"
#include "server/node/page_files.h"
#include "server/node/restore_from.h"
#include "server/node/wiped_memory.h"
#include "server/shared/config.h"
#include "server/shared/lifecycle.h"
#include "server/shared/metrics.h"
#include "server/shared/probes.h"
#include "server/shared/reload.h"
#include "server/shared/sd_notify.h"
#include "server/shared/watchdog.h"

namespace aangan::node {
namespace {

std::vector<server::Setting> Settings() {
  using server::SettingKind;
  server::Setting sync{"node.sync_seconds", SettingKind::kNumber, "900",
                       "seconds between contacts with the federation"};
  sync.live = true;
  return server::WithLogSettings(
      {{"node.data", SettingKind::kText, "/var/lib/aangan/node", "folder of the stores and keys"},
       {"node.listen", SettingKind::kText, "127.0.0.1:7401", "address of the gRPC port; port 0 takes a free one"},
       {"node.https", SettingKind::kText, "127.0.0.1:7402",
        "address of the HTTPS port, for the operator's page and for calls in JSON; port 0 takes a free one"},
       {"node.https_names", SettingKind::kText, "",
        "DNS names and IP addresses by which browsers reach the HTTPS port, beside localhost, separated by commas"},
       {"node.key_file", SettingKind::kText, "",
        "file that opens the master key, on a stick for example; without it the node asks for a passphrase"},
       {"node.accept_rehearsals", SettingKind::kYesNo, "false", "take part in rounds that are rehearsals"},
       {"node.automatic_approval", SettingKind::kYesNo, "false", "approve releases unseen; never of a rehearsal"},
       sync,
       {"node.disk_reserve_megabytes", SettingKind::kNumber, "256", "below this much free disk, writes are refused"},
       {"node.reflection", SettingKind::kYesNo, "true", "let clients ask which services there are"}});
}

absl::Duration SyncEvery(const server::Config& config) {
  return absl::Seconds(std::max<int64_t>(1, config.Number("node.sync_seconds")));
}

NodeServer::Options OptionsOf(const server::Config& config) {
  NodeServer::Options options;
  options.data = config.Text("node.data");
  options.listen = config.Text("node.listen");
  options.sync_every = SyncEvery(config);
  options.disk_reserve_bytes = static_cast<uint64_t>(config.Number("node.disk_reserve_megabytes")) << 20;
  options.accepts_rehearsals = config.YesNo("node.accept_rehearsals");
  options.automatic_approval = config.YesNo("node.automatic_approval");
  options.reflection = config.YesNo("node.reflection");
  return options;
}

// What the program tells of itself, from its first moment to its last, whether the node is locked, opening or open.
class Outlook {
 public:
  explicit Outlook(std::string data) : data_(std::move(data)) {
    probes_.Set("unlocked", false);
    probes_.Set("open", false);
    probes_.Set("disk", false);
    probes_.Set("serving", false);
    metrics_.Add([](server::MetricsPage& page) { page.Build("aangan-node", server::kVersion); });
  }

  const server::SdNotify& notify() const { return notify_; }
  server::Probes* probes() { return &probes_; }
  server::Metrics* metrics() { return &metrics_; }

  // What the HTTPS port says of it.
  server::HttpRoutes Routes() const {
    server::HttpRoutes routes = probes_.Routes();
    routes["/metrics"] = metrics_.Handler();
    return routes;
  }

  // Calls go to the socket for orders until the node serves, and then through its port.
  void Watch() {
    watchdog_.Start([this](absl::Duration within) {
      NodeServer* const server = serving_;
      return server == nullptr ? AskControlSocket(data_, within) : server->CallOwnPort(within);
    });
  }
  void Locked() {
    notify_.Ready("locked; waits for: aangan unlock");  // as started as it gets until somebody comes
  }
  void Opening() {
    probes_.Set("unlocked", true);
    notify_.Status("opening the store");
  }
  void Serving(NodeServer* server) {
    probes_.Set("open", true);
    serving_ = server;
    notify_.Ready(kServing);
  }
  void Stopping() {
    notify_.Stopping();
    watchdog_.Stop();
  }

  static constexpr Literal kServing = "serving";

 private:
  const std::string data_;
  const server::SdNotify notify_ = server::SdNotify::FromEnvironment();
  server::Probes probes_;
  server::Metrics metrics_;
  std::atomic<NodeServer*> serving_{nullptr};
  server::Watchdog watchdog_{&notify_};
};

absl::StatusOr<std::unique_ptr<KeyGate>> OpenGate(const server::Config& config, std::vector<std::string> words,
                                                  std::function<void()> told_locked, const Clock& clock,
                                                  RandomSource& random) {
  KeyGate::Options options{config.Text("node.data"), config.Text("node.key_file"), "", std::move(words)};
  if (const char* folder = std::getenv("CREDENTIALS_DIRECTORY"); folder != nullptr) options.credentials_folder = folder;
  options.told_locked = std::move(told_locked);
  return KeyGate::Open(std::move(options), &clock, &random);
}

absl::StatusOr<std::unique_ptr<Entrance>> OpenEntrance(const server::Config& config, server::HttpRoutes routes,
                                                       const Clock& clock, RandomSource& random) {
  return Entrance::Open({config.Text("node.data"), config.Text("node.https"),
                         absl::StrSplit(config.Text("node.https_names"), ',', absl::SkipWhitespace())},
                        std::move(routes), &clock, &random);
}

// Says why, and gives the exit code.
int NotStarted(const absl::Status& status) {
  LogError("node", "not started").Status(status);
  std::fprintf(stderr, "aangan-node: %s\n", std::string(status.message()).c_str());
  return HasReason(status, Reason::kNewerFormat) ? server::kExitConfig : 1;
}

}  // namespace

int RunNode(int argc, const char* const* argv, const Clock& clock) {
  if (argc > 1 && absl::string_view(argv[1]) == "restore") return RunRestore(argc - 1, argv + 1, clock);
  server::BlockSignals();
  const auto read_settings = [argc, argv] {
    return server::Config::Read(argc, argv, "aangan-node",
                                "A collective's node: keeps its records, sends protected counts.", Settings(),
                                "/etc/aangan/node.toml");
  };
  const server::Config::Outcome read = read_settings();
  if (!read.go_on) {
    std::fputs(read.message.c_str(), read.exit_code == 0 ? stdout : stderr);
    if (read.exit_code != 0) std::fputs("\n", stderr);
    return read.exit_code;
  }
  NodeServer::Options options = OptionsOf(read.config);
  Outlook outlook(options.data);
  server::Reload reload(Settings(), read.config, read_settings, &clock, &outlook.notify());
  options.probes = outlook.probes();
  options.metrics = outlook.metrics();
  SystemRandom random;
  if (const absl::Status wiped = FreedMemoryIsWiped(); !wiped.ok()) return NotStarted(wiped);
  if (const absl::Status locked = LockSecrets(); !locked.ok()) return NotStarted(locked);
  std::function<void()> announce;
  const auto told_locked = [&outlook, &announce] {
    announce();
    outlook.Locked();
  };
  const auto gate = OpenGate(read.config, {argv, argv + argc}, told_locked, clock, random);
  if (!gate.ok()) return NotStarted(gate.status());
  const absl::StatusOr<std::unique_ptr<FirstStart>> first_start =
      FirstStart::Open(gate->get(), options.data, &clock, &random);
  if (!first_start.ok()) return NotStarted(first_start.status());
  const auto entrance = OpenEntrance(read.config, outlook.Routes(), clock, random);
  if (!entrance.ok()) return NotStarted(entrance.status());
  options.entrance = entrance->get();
  server::WebPort& web = (*entrance)->web();
  web.ServeEarly({(*first_start)->door(), &(*gate)->setup_code(), &clock}, PageFiles());
  announce = [&first_start, &web] { (*first_start)->Announce(web.address()); };
  outlook.Watch();
  absl::StatusOr<storage::KeyLock> key_lock = (*gate)->Await();
  if (absl::IsCancelled(key_lock.status())) {  // told to stop before it was opened
    outlook.Stopping();
    // What is half restored is worth nothing, and the next start takes it away.
    if ((*first_start)->restoring()) _exit(0);
    return 0;
  }
  if (!key_lock.ok()) return NotStarted(key_lock.status());
  outlook.Opening();
  options.key_lock = &*key_lock;
  absl::StatusOr<std::unique_ptr<NodeServer>> server = NodeServer::Start(options, &clock, &random);
  if (!server.ok()) return NotStarted(server.status());
  *key_lock = storage::KeyLock();  // not needed again
  (*gate)->TellBeforeLocking([&server] { (*server)->NoteClosing(); });
  outlook.Serving(server->get());
  reload.AwaitStop(Outlook::kServing,
                   [&server](const server::Config& config) { (*server)->SetSyncEvery(SyncEvery(config)); });
  LogInfo("node", "stopping");
  server::EndWithin(server::kStopMost);
  const server::SecondStop second([&server] {
    LogWarning("node", "told twice to stop: calls under way are broken off");
    server::EndWithin(server::kHurriedStopMost);
    (*server)->Hurry();
  });
  outlook.Stopping();
  (*gate)->TellBeforeLocking(nullptr);
  (*server)->Stop();
  return 0;
}

}  // namespace aangan::node
