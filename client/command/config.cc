// SPDX-License-Identifier: Apache-2.0
// aangan config, paths: what settings are in force and where each comes from; which files and folders are used. The
// daemon itself reads its settings, so that nobody else has another opinion of them.
#include <unistd.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/settings.h"

namespace aangan::client {
namespace {

struct Wish {
  std::string what;
  std::string config;
  bool origin = false;
};

// In words, with file, line and column; for programs one object besides.
int NotValid(const Session& session, const std::string& fault) {
  session.output().Say(fault);
  if (!session.for_people()) {
    session.output().Fail(
        Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "the settings are not valid")
            .Field("settings", "must be mended where the words before this say")
            .Name("place", fault.substr(0, fault.find(": "))));
  }
  return kExitConfig;
}

absl::StatusOr<int> Check(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const SettingsInForce settings, AskSettings(wish.what, wish.config));
  if (!settings.fault.empty()) return NotValid(session, settings.fault);
  session.output().Say("The settings are valid.");
  return kExitOk;
}

absl::StatusOr<int> Show(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const SettingsInForce settings, AskSettings(wish.what, wish.config));
  if (!settings.fault.empty()) return NotValid(session, settings.fault);
  Table table{{"name", "value"}, {}};
  if (wish.origin) table.columns.insert(table.columns.end(), {"source", "place"});
  for (const SettingInForce& each : settings.settings) {
    std::vector<Value> row = {each.name, each.value};
    if (wish.origin) row.insert(row.end(), {each.source, each.place});
    table.rows.push_back(std::move(row));
  }
  session.output().Print(table);
  return kExitOk;
}

absl::StatusOr<int> Paths(const Session& session) {
  Table table{{"what", "path", "there"}, {}};
  const auto add = [&table](const char* what, const std::string& path) {
    table.rows.push_back({std::string(what), path, access(path.c_str(), F_OK) == 0});
  };
  add("node_configuration", "/etc/aangan/node.toml");
  add("node_data", session.node_folder());
  for (const char* file : {"ports", "control", "operator.token", "steward.token", "tls/authority.pem"})
    add("node_file", absl::StrCat(session.node_folder(), "/", file));
  add("federation_configuration", "/etc/aangan/federation.toml");
  add("federation_data", session.federation_folder());
  for (const char* file : {"ports", "staff/authority.pem", "staff/certificate.pem", "staff/key.pem", "staff/token"})
    add("federation_file", absl::StrCat(session.federation_folder(), "/", file));
  session.output().Print(table);
  return kExitOk;
}

void AddWish(CLI::App* command, Wish* wish) {
  command->add_option("what", wish->what, "node or federation")
      ->required()
      ->check(CLI::IsMember({"node", "federation"}));
  command->add_option("--config", wish->config, "configuration, by default /etc/aangan/node.toml or federation.toml");
}

}  // namespace

void AddConfig(CLI::App& app, Session& session) {
  CLI::App* config = AddCommand(app, "config", "The settings of the node or the federation on this computer",
                                "aangan config check node");
  config->require_subcommand(1);
  const auto wish = std::make_shared<Wish>();
  CLI::App* check =
      AddCommand(*config, "check", "Say whether the settings are valid, before a start (exit code 78: not)",
                 "aangan config check node --config /etc/aangan/node.toml");
  AddWish(check, wish.get());
  check->callback([&session, wish] { session.run = [&session, wish] { return Check(session, *wish); }; });
  CLI::App* show = AddCommand(*config, "show", "Show the settings that a start from here would have",
                              "aangan config show node --origin");
  AddWish(show, wish.get());
  show->add_flag("--origin", wish->origin, "and where each comes from: flag, environment, file or default");
  show->callback([&session, wish] { session.run = [&session, wish] { return Show(session, *wish); }; });
}

void AddPaths(CLI::App& app, Session& session) {
  CLI::App* paths = AddCommand(app, "paths", "Show which files and folders are used, and whether they are there",
                               "aangan paths --data /var/lib/aangan/node");
  paths->callback([&session] { session.run = [&session] { return Paths(session); }; });
}

}  // namespace aangan::client
