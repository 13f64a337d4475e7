// SPDX-License-Identifier: Apache-2.0
// The federation as a program: settings, start, and what it does when it is told to reload or to stop.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/secret.h"
#include "server/federation/federation_server.h"
#include "server/shared/config.h"
#include "server/shared/lifecycle.h"
#include "server/shared/reload.h"
#include "server/shared/sd_notify.h"
#include "server/shared/watchdog.h"

namespace aangan::federation {
namespace {

constexpr Literal kServing = "serving";

std::vector<server::Setting> Settings() {
  using server::SettingKind;
  server::Setting check{"round.check_seconds", SettingKind::kNumber, "60", "seconds between looks at what is due"};
  check.live = true;
  return server::WithLogSettings(
      {{"federation.data", SettingKind::kText, "/var/lib/aangan/federation", "folder of the store and keys"},
       {"federation.listen", SettingKind::kText, "127.0.0.1:7411", "address of the gRPC port; port 0 takes a free one"},
       {"federation.https", SettingKind::kText, "127.0.0.1:7412",
        "address of the HTTPS port, for pages and for calls in JSON; port 0 takes a free one"},
       {"federation.enrolment_listen", SettingKind::kText, "127.0.0.1:7413",
        "address of the enrolment port, open only while a join token waits"},
       {"federation.roster", SettingKind::kText, "", "name of the roster, a slug", true},
       {"federation.server_names", SettingKind::kText, "localhost,127.0.0.1",
        "DNS names and IP addresses that nodes reach this server by, separated by commas"},
       {"federation.reflection", SettingKind::kYesNo, "true", "let clients ask which services there are"},
       {"round.wait_for_all", SettingKind::kYesNo, "false",
        "freeze when all have contributed or the extension is over"},
       check});
}

absl::Duration CheckEvery(const server::Config& config) {
  return absl::Seconds(std::max<int64_t>(1, config.Number("round.check_seconds")));
}

}  // namespace

int RunFederation(int argc, const char* const* argv, const Clock& clock) {
  server::BlockSignals();
  const auto read_settings = [argc, argv] {
    return server::Config::Read(argc, argv, "aangan-federation",
                                "The federation: adds up what the collectives contribute, publishes figures.",
                                Settings(), "/etc/aangan/federation.toml");
  };
  const server::Config::Outcome read = read_settings();
  if (!read.go_on) {
    std::fputs(read.message.c_str(), read.exit_code == 0 ? stdout : stderr);
    if (read.exit_code != 0) std::fputs("\n", stderr);
    return read.exit_code;
  }
  FederationServer::Options options;
  options.data = read.config.Text("federation.data");
  options.listen = read.config.Text("federation.listen");
  options.https = read.config.Text("federation.https");
  options.enrolment_listen = read.config.Text("federation.enrolment_listen");
  options.roster = read.config.Text("federation.roster");
  options.server_names = absl::StrSplit(read.config.Text("federation.server_names"), ',', absl::SkipWhitespace());
  options.reflection = read.config.YesNo("federation.reflection");
  options.wait_for_all = read.config.YesNo("round.wait_for_all");
  options.check_every = CheckEvery(read.config);
  const server::SdNotify notify = server::SdNotify::FromEnvironment();
  server::Reload reload(Settings(), read.config, read_settings, &clock, &notify);
  SystemRandom random;
  const auto not_started = [](const absl::Status& status) {
    LogError("federation", "not started").Status(status);
    std::fprintf(stderr, "aangan-federation: %s\n", std::string(status.message()).c_str());
    const bool config = HasReason(status, Reason::kNewerFormat) || absl::IsInvalidArgument(status);
    return config ? server::kExitConfig : 1;
  };
  if (const absl::Status locked = LockSecrets(); !locked.ok()) return not_started(locked);
  absl::StatusOr<std::unique_ptr<FederationServer>> server = FederationServer::Start(options, &clock, &random);
  if (!server.ok()) return not_started(server.status());
  server::Watchdog watchdog(&notify);
  watchdog.Start([&server](absl::Duration within) { return (*server)->CallOwnPort(within); });
  notify.Ready(kServing);
  reload.AwaitStop(kServing, [&server](const server::Config& config) { (*server)->SetCheckEvery(CheckEvery(config)); });
  LogInfo("federation", "stopping");
  server::EndWithin(server::kStopMost);
  notify.Stopping();
  const server::SecondStop second([&server] {
    LogWarning("federation", "told twice to stop: calls under way are broken off");
    server::EndWithin(server::kHurriedStopMost);
    (*server)->Hurry();
  });
  watchdog.Stop();
  (*server)->Stop();
  return 0;
}

}  // namespace aangan::federation
