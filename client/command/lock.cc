// SPDX-License-Identifier: Apache-2.0
// aangan unlock, lock, passphrase, setup-code: opens and locks the node on this computer, and lets its page make it.
#include <memory>
#include <string>

#include "base/digest.h"
#include "base/secret.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/control.h"

namespace aangan::client {
namespace {

struct Wish {
  std::string file;
  std::string next_file;
};

absl::StatusOr<int> Unlock(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const SecretBytes passphrase, Passphrase(wish.file, "Passphrase: "));
  RETURN_IF_ERROR(GiveOrder(session.node_folder(), Order::kUnlock, passphrase, SecretBytes()).status());
  session.output().Say("Open. 'aangan status' says how the node is.");
  return kExitOk;
}

absl::StatusOr<int> Lock(const Session& session) {
  RETURN_IF_ERROR(GiveOrder(session.node_folder(), Order::kLock, SecretBytes(), SecretBytes()).status());
  session.output().Say("Locked. Nothing can be read until: aangan unlock");
  return kExitOk;
}

absl::StatusOr<int> SetupCode(const Session& session) {
  ASSIGN_OR_RETURN(const SecretBytes code,
                   GiveOrder(session.node_folder(), Order::kSetupCode, SecretBytes(), SecretBytes()));
  session.output().PrintObject({{"setup_code"}, {{std::string(AsText(code.span()))}}});
  session.output().Say(
      "Next: type it on the node's page at this computer, https://localhost:7402 as a rule. It is good for an hour and "
      "for one node; the code before it is not any more.");
  return kExitOk;
}

absl::StatusOr<int> Change(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const SecretBytes now,
                   Passphrase(wish.file, "Passphrase now (just Enter for a node without one): "));
  ASSIGN_OR_RETURN(const SecretBytes next, NextPassphrase(wish.next_file));
  RETURN_IF_ERROR(GiveOrder(session.node_folder(), Order::kChangeKeyLock, now, next).status());
  session.output().Say("Changed. Old copies of the file master_key still open with the passphrase of then.");
  return kExitOk;
}

}  // namespace

void AddLock(CLI::App& app, Session& session) {
  const auto wish = std::make_shared<Wish>();
  CLI::App* unlock = AddCommand(
      app, "unlock", "Open the node on this computer with its passphrase; the first one makes it", "aangan unlock");
  unlock->add_option("--passphrase-file", wish->file, "file (mode 0600) whose first line is the passphrase");
  unlock->callback([&session, wish] { session.run = [&session, wish] { return Unlock(session, *wish); }; });
  CLI::App* lock = AddCommand(app, "lock", "Lock the node on this computer at once: nothing can be read until unlock",
                              "aangan lock");
  lock->callback([&session] { session.run = [&session] { return Lock(session); }; });
  CLI::App* code = AddCommand(app, "setup-code",
                              "Make the one-time code with which the page of a new node on this computer sets it up",
                              "aangan setup-code");
  code->callback([&session] { session.run = [&session] { return SetupCode(session); }; });
  CLI::App* change =
      AddCommand(app, "passphrase", "Change the passphrase of the node on this computer", "aangan passphrase");
  change->add_option("--passphrase-file", wish->file, "file (mode 0600) with the passphrase now");
  change->add_option("--next-file", wish->next_file, "file (mode 0600) with the next one");
  change->callback([&session, wish] { session.run = [&session, wish] { return Change(session, *wish); }; });
}

}  // namespace aangan::client
