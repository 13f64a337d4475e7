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

namespace aangan::federation {
namespace {

std::vector<server::Setting> Settings() {
  using server::SettingKind;
  return {
      {"federation.data", SettingKind::kText, "/var/lib/aangan/federation", "folder of the store and keys"},
      {"federation.listen", SettingKind::kText, "127.0.0.1:7411", "address of the gRPC port; port 0 takes a free one"},
      {"federation.enrolment_listen", SettingKind::kText, "127.0.0.1:7413",
       "address of the enrolment port, open only while a join token waits"},
      {"federation.roster", SettingKind::kText, "", "name of the roster, a slug", true},
      {"federation.server_names", SettingKind::kText, "localhost,127.0.0.1",
       "DNS names and IP addresses that nodes reach this server by, separated by commas"},
      {"federation.reflection", SettingKind::kYesNo, "true", "let clients ask which services there are"},
      {"round.wait_for_all", SettingKind::kYesNo, "false", "freeze when all have contributed or the extension is over"},
      {"round.check_seconds", SettingKind::kNumber, "60", "seconds between looks at what is due"}};
}

}  // namespace

int RunFederation(int argc, const char* const* argv, const Clock& clock) {
  server::BlockSignals();
  const server::Config::Outcome read = server::Config::Read(
      argc, argv, "aangan-federation", "The federation: adds up what the collectives contribute, publishes figures.",
      Settings(), "/etc/aangan/federation.toml");
  if (!read.go_on) {
    std::fputs(read.message.c_str(), read.exit_code == 0 ? stdout : stderr);
    if (read.exit_code != 0) std::fputs("\n", stderr);
    return read.exit_code;
  }
  FederationServer::Options options;
  options.data = read.config.Text("federation.data");
  options.listen = read.config.Text("federation.listen");
  options.enrolment_listen = read.config.Text("federation.enrolment_listen");
  options.roster = read.config.Text("federation.roster");
  options.server_names = absl::StrSplit(read.config.Text("federation.server_names"), ',', absl::SkipWhitespace());
  options.reflection = read.config.YesNo("federation.reflection");
  options.wait_for_all = read.config.YesNo("round.wait_for_all");
  options.check_every = absl::Seconds(std::max<int64_t>(1, read.config.Number("round.check_seconds")));
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
  server::AwaitStop();
  LogInfo("federation", "stopping");
  (*server)->Stop();
  return 0;
}

}  // namespace aangan::federation
