// SPDX-License-Identifier: Apache-2.0
// aangan init: writes the data folder and the configuration; the program makes its store and keys at its first start.
#include <fstream>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/commands.h"

namespace aangan::client {
namespace {

struct Wish {
  std::string what;
  std::string config;
  std::string roster;
  bool rehearsals = false;
};

absl::StatusOr<int> Init(const Session& session, const Wish& wish) {
  const bool node = wish.what == "node";
  const std::string& data = node ? session.node_folder() : session.federation_folder();
  const std::string config = wish.config.empty() ? absl::StrCat("/etc/aangan/", wish.what, ".toml") : wish.config;
  if (std::ifstream(config).good()) {
    return Problem(absl::StatusCode::kAlreadyExists, Reason::kAlreadyExists,
                   "the configuration is there already; look at it, or name another with --config");
  }
  if (!node && wish.roster.empty()) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                   "a federation needs a name for its roster")
        .Field("--roster", "must be a slug, for example india");
  }
  for (const char c : data) {
    if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= ' ') continue;
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "the folder has a name of odd characters")
        .Field("--data", "must have no quotes, backslashes or control characters");
  }
  std::string text = absl::StrCat("[", wish.what, "]\ndata = \"", data, "\"\n");
  if (node) {
    absl::StrAppend(&text, "listen = \"127.0.0.1:7401\"\naccept_rehearsals = ", wish.rehearsals ? "true" : "false",
                    "\n");
  } else {
    absl::StrAppend(&text, "listen = \"127.0.0.1:7411\"\nenrolment_listen = \"127.0.0.1:7413\"\nroster = \"",
                    wish.roster, "\"\nserver_names = \"localhost,127.0.0.1\"\n");
  }
  RETURN_IF_ERROR(MakeFolders(data, 0700));
  if (const size_t slash = config.find_last_of('/'); slash != std::string::npos && slash > 0)
    RETURN_IF_ERROR(MakeFolders(config.substr(0, slash), 0755));
  RETURN_IF_ERROR(WriteFileDurably(config, text, 0600));
  session.output().PrintObject({{"configuration", "data_folder"}, {{config, data}}});
  session.output().Say(absl::StrCat("Next: aangan serve ", wish.what, " --config ", config));
  return kExitOk;
}

}  // namespace

void AddInit(CLI::App& app, Session& session) {
  CLI::App* init = AddCommand(app, "init", "Make the data folder and the configuration of a node or a federation",
                              "aangan init node --data /var/lib/aangan/node --config /etc/aangan/node.toml");
  auto wish = std::make_shared<Wish>();
  init->add_option("what", wish->what, "node or federation")->required()->check(CLI::IsMember({"node", "federation"}));
  init->add_option("--config", wish->config, "file to write; it is never overwritten");
  init->add_option("--roster", wish->roster, "name of the roster, for a federation");
  init->add_flag("--accept-rehearsals", wish->rehearsals, "take part in rounds that are rehearsals");
  init->callback([&session, wish] { session.run = [&session, wish] { return Init(session, *wish); }; });
}

}  // namespace aangan::client
