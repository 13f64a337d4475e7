// SPDX-License-Identifier: Apache-2.0
// The commands of `aangan`, each registered by the room of its name.
//
// Threads: one thread. Each registers subcommands whose callback sets Session::run.
#ifndef AANGAN_CLIENT_COMMAND_COMMANDS_H_
#define AANGAN_CLIENT_COMMAND_COMMANDS_H_

#include "client/command/session.h"

namespace aangan::client {

void AddInit(CLI::App& app, Session& session);         // init
void AddServe(CLI::App& app, Session& session);        // serve
void AddLock(CLI::App& app, Session& session);         // unlock, lock, passphrase, setup-code
void AddRecovery(CLI::App& app, Session& session);     // recovery split|rehearse|recover
void AddEnrol(CLI::App& app, Session& session);        // enrol, change-keys
void AddRoster(CLI::App& app, Session& session);       // roster show|sign|propose|incarnations|...
void AddCatalogue(CLI::App& app, Session& session);    // catalogue list|lint|propose|accept|refuse
void AddCertificate(CLI::App& app, Session& session);  // certificate list|revoke
void AddMembers(CLI::App& app, Session& session);      // members list|search|show|create
void AddServices(CLI::App& app, Session& session);     // services list|create
void AddTokens(CLI::App& app, Session& session);       // token create|rotate|list|end
void AddGrants(CLI::App& app, Session& session);       // grant list|create|end|acknowledge|break-glass
void AddPermits(CLI::App& app, Session& session);      // permit list|approve
void AddRelease(CLI::App& app, Session& session);      // close, preview, approve, refuse, release list|show|verify
void AddAnswers(CLI::App& app, Session& session);      // answers export|sum
void AddOperate(CLI::App& app, Session& session);      // sync, verify, restore-day, accuracy
void AddAudit(CLI::App& app, Session& session);        // audit list|head|verify|export
void AddStatus(CLI::App& app, Session& session);       // status
void AddBackup(CLI::App& app, Session& session);       // backup list|keys|verify, restore
void AddBreach(CLI::App& app, Session& session);       // breach token|computer|federation
void AddErase(CLI::App& app, Session& session);        // erase, receipt
void AddFigures(CLI::App& app, Session& session);      // figures, figures export
void AddSister(CLI::App& app, Session& session);       // sister export|import
void AddConsent(CLI::App& app, Session& session);      // consent give|withdraw|list
void AddGrievances(CLI::App& app, Session& session);   // grievance list|file|answer, summary
void AddNotice(CLI::App& app, Session& session);       // notice add|list|show
void AddRetention(CLI::App& app, Session& session);    // retention show|set|report
void AddSeal(CLI::App& app, Session& session);         // seal set|lift|list
void AddConfig(CLI::App& app, Session& session);       // config check|show
void AddPaths(CLI::App& app, Session& session);        // paths
void AddHealth(CLI::App& app, Session& session);       // health
void AddDoctor(CLI::App& app, Session& session);       // doctor
void AddSupport(CLI::App& app, Session& session);      // support-bundle
void AddCompletion(CLI::App& app, Session& session);   // completion bash|zsh|fish
void AddMan(CLI::App& app, Session& session);          // man

// Below a command of another room.
void AddFiguresExport(CLI::App& figures, Session& session);
void AddReleaseVerify(CLI::App& release, Session& session);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_COMMANDS_H_
