// SPDX-License-Identifier: Apache-2.0
// aangan serve: finds the configuration and becomes the daemon that lies beside this program.
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "client/command/commands.h"

namespace aangan::client {
namespace {

std::string Beside(const std::string& name) {
  char path[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof(path));
  if (size <= 0) return name;
  const std::string self(path, static_cast<size_t>(size));
  const std::string beside = absl::StrCat(self.substr(0, self.find_last_of('/')), "/", name);
  return access(beside.c_str(), X_OK) == 0 ? beside : name;
}

absl::StatusOr<int> Serve(const std::string& what, const std::string& config) {
  const std::string file = config.empty() ? absl::StrCat("/etc/aangan/", what, ".toml") : config;
  if (!std::ifstream(file).good()) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing,
                   "there is no configuration; write one with: aangan init");
  }
  const std::string program = Beside("aangan-" + what);
  std::vector<std::string> words = {program, "--config", file};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execvp(program.c_str(), arguments.data());
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing,
                 "the program can not be started; install it beside aangan, or on the PATH")
      .Number("errno", errno);
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
