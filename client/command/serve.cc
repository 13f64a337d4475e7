// SPDX-License-Identifier: Apache-2.0
// aangan serve: finds the configuration and becomes the daemon that lies beside this program.
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "client/command/become.h"
#include "client/command/commands.h"

namespace aangan::client {
namespace {

absl::StatusOr<int> Serve(const std::string& what, const std::string& config) {
  const std::string file = config.empty() ? absl::StrCat("/etc/aangan/", what, ".toml") : config;
  if (!std::ifstream(file).good()) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing,
                   "there is no configuration; write one with: aangan init");
  }
  return Become("aangan-" + what, {"--config", file});
}

}  // namespace

void AddServe(CLI::App& app, Session& session) {
  CLI::App* serve = AddCommand(app, "serve", "Run the node or the federation until it is told to stop",
                               "aangan serve node --config /etc/aangan/node.toml");
  auto what = std::make_shared<std::string>();
  auto config = std::make_shared<std::string>();
  serve->add_option("what", *what, "node or federation")->required()->check(CLI::IsMember({"node", "federation"}));
  serve->add_option("--config", *config, "configuration, by default /etc/aangan/node.toml or federation.toml");
  serve->callback([&session, what, config] { session.run = [what, config] { return Serve(*what, *config); }; });
}

}  // namespace aangan::client
