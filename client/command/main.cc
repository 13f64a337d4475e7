// SPDX-License-Identifier: Apache-2.0
// aangan: the command for those who run a node, and for the federation's staff.
#include <cstdio>

#include "base/secret.h"
#include "client/command/commands.h"
#include "client/command/import.h"

namespace aangan::client {
namespace {

constexpr char kAbout[] =
    "aangan: runs a collective's node and reads a federation's figures.\n"
    "Exit codes: 0 done; 1 refused or failed; 2 the words of the command are off; 3 done, some rows refused;\n"
    "69 not reachable or busy, try later; 77 no token or not this role; 78 configuration or key files.";

int Run(int argc, char** argv) {
  CLI::App app(kAbout, "aangan");
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "help of every command");
  app.set_version_flag("--version", "aangan 0.1.0");
  Session session;
  session.AddOptions(app);
  for (const auto add :
       {AddStatus,    AddInit,    AddServe,   AddLock,    AddRecovery,  AddEnrol,   AddRoster,     AddCertificate,
        AddCatalogue, AddMembers, AddConsent, AddNotice,  AddRetention, AddSeal,    AddGrievances, AddServices,
        AddImport,    AddTokens,  AddGrants,  AddPermits, AddRelease,   AddAnswers, AddAudit,      AddOperate,
        AddBackup,    AddErase,   AddFigures, AddSister,  AddBreach}) {
    add(app, session);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
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
