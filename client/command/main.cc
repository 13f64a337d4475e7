// SPDX-License-Identifier: Apache-2.0
// aangan: the command for those who run a node, and for the federation's staff.
#include <sstream>

#include "base/problem.h"
#include "base/secret.h"
#include "client/command/tree.h"

namespace aangan::client {
namespace {

// Words that are off: the help's text for people, one object for programs.
int Misused(const CLI::App& app, const CLI::ParseError& error, Session& session) {
  std::ostringstream shown, fault;
  const int code = app.exit(error, shown, fault);
  if (code == 0) {  // --help, --version
    std::fputs(shown.str().c_str(), stdout);
    return kExitOk;
  }
  session.Begin();
  if (session.for_people()) {
    std::fputs(fault.str().c_str(), stderr);
  } else {
    session.output().Fail(
        Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "the words of the command are off")
            .Field("words", "must be as the same command with --help shows"));
  }
  return kExitUsage;
}

int Run(int argc, char** argv) {
  CLI::App app;
  Session session;
  AddCommands(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return Misused(app, error, session);
  }
  session.Begin();
  const absl::StatusOr<int> done = session.run();
  return done.ok() ? *done : session.output().Fail(done.status());
}

}  // namespace
}  // namespace aangan::client

int main(int argc, char** argv) {
  aangan::ForbidCoreDumps();  // passphrases and parts of a key pass through it
  return aangan::client::Run(argc, argv);
}
