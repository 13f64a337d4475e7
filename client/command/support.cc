// SPDX-License-Identifier: Apache-2.0
// aangan support-bundle: one file for those who help, with nothing of anybody in it. It shows every byte of it before
// it writes, and can be read with any editor.
#include <sys/utsname.h>
#include <unistd.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/build_info.h"
#include "client/command/commands.h"
#include "client/command/control.h"
#include "client/command/doctor.h"
#include "nlohmann/json.hpp"

namespace aangan::client {
namespace {

using Json = nlohmann::ordered_json;

struct Wish {
  std::string what = "node";
  std::string config;
  std::string to;
  bool yes = false;
};

Json JsonOfTable(const Table& table) { return Json::parse(TextFor(OutputForm::kJson, table)); }

// Numbers and yes or no are shown; a text may hold a name, an address or a path, and only its source is.
Json JsonOfSettings(const SettingsInForce& settings) {
  Json shown = Json::array();
  for (const SettingInForce& each : settings.settings) {
    const bool plain = each.value == "true" || each.value == "false" ||
                       (!each.value.empty() && each.value.find_first_not_of("0123456789") == std::string::npos);
    const bool by_default = each.source == "default";
    shown.push_back(
        {{"name", each.name}, {"value", plain || by_default ? each.value : "(not shown)"}, {"source", each.source}});
  }
  return shown;
}

Json JsonOfSystem() {
  utsname name{};
  uname(&name);  // without its nodename, which somebody chose
  return {{"system", name.sysname}, {"release", name.release}, {"machine", name.machine}};
}

absl::StatusOr<bool> IsWanted(const Session& session, const Wish& wish) {
  if (wish.yes) return true;
  if (!IsTerminal(STDIN_FILENO)) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "nobody is here who could look at it")
        .Field("--yes", "must be given where there is no terminal");
  }
  ASSIGN_OR_RETURN(const SecretBytes answer, AskLine("Write this? [y/N] ", false));
  const bool wanted = answer.size() == 1 && (answer.data()[0] == 'y' || answer.data()[0] == 'Y');
  if (!wanted) session.output().Say("Nothing was written.");
  return wanted;
}

absl::StatusOr<int> Bundle(const Session& session, const Wish& wish) {
  const absl::StatusOr<SettingsInForce> settings = AskSettings(wish.what, wish.config);
  const Json bundle = {{"build", JsonOfTable(BuildInfo())},
                       {"system", JsonOfSystem()},
                       {"settings", JsonOfSettings(settings.ok() ? *settings : SettingsInForce())},
                       {"doctor", JsonOfTable(TableOf(Examine(session, wish.what, wish.config)))}};
  const std::string text = absl::StrCat(bundle.dump(2), "\n");
  if (wish.yes) {
    Table contents{{"part", "bytes"}, {}};
    for (const auto& [part, value] : bundle.items())
      contents.rows.push_back({part, static_cast<int64_t>(value.dump(2).size())});
    session.output().Print(contents);
  } else {
    session.output().PrintText(text);
  }
  ASSIGN_OR_RETURN(const bool wanted, IsWanted(session, wish));
  if (!wanted) return kExitOk;
  RETURN_IF_ERROR(WriteFileDurably(wish.to, text, 0600));
  session.output().Say("Written. Read it before you give it away; it holds nothing of anybody.");
  return kExitOk;
}

}  // namespace

void AddSupport(CLI::App& app, Session& session) {
  CLI::App* bundle = AddCommand(app, "support-bundle", "Write a file for those who help, with nothing of anybody in it",
                                "aangan support-bundle node --to bundle.json");
  auto wish = std::make_shared<Wish>();
  bundle->add_option("what", wish->what, "node or federation")
      ->check(CLI::IsMember({"node", "federation"}))
      ->capture_default_str();
  bundle->add_option("--to", wish->to, "file to write")->required();
  bundle->add_option("--config", wish->config, "configuration, by default /etc/aangan/node.toml or federation.toml");
  bundle->add_flag("--yes", wish->yes, "write it without showing it and without being asked");
  bundle->callback([&session, wish] { session.run = [&session, wish] { return Bundle(session, *wish); }; });
}

}  // namespace aangan::client
