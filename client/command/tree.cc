// SPDX-License-Identifier: Apache-2.0
// Every command in one tree: see tree.h.
#include "client/command/tree.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/command/build_info.h"
#include "client/command/commands.h"
#include "client/command/import.h"

namespace aangan::client {
namespace {

std::string About() {
  std::string about = "aangan: runs a collective's node and reads a federation's figures.\nExit codes:";
  const char* between = " ";
  for (const auto& [code, meaning] : ExitCodes()) {
    absl::StrAppend(&about, between, static_cast<int>(code), " ", meaning);
    between = "; ";
  }
  return absl::StrCat(about, ".");
}

OptionRow RowOf(const CLI::Option& option) {
  OptionRow row;
  for (const std::string& name : option.get_snames()) row.names.push_back(absl::StrCat("-", name));
  for (const std::string& name : option.get_lnames()) row.names.push_back(absl::StrCat("--", name));
  // "TEXT", or "TEXT:{table,json,csv}" where a validator says what is taken.
  const std::string type = option.get_type_name();
  const size_t opens = type.find('{');
  if (opens != std::string::npos && absl::EndsWith(type, "}"))
    row.choices = absl::StrSplit(type.substr(opens + 1, type.size() - opens - 2), ',');
  if (option.get_items_expected_max() > 0)
    row.value = row.names.empty() ? option.get_name(true) : type.substr(0, type.find(':'));
  row.about = option.get_description();
  row.default_value = option.get_default_str();
  row.environment = option.get_envname();
  row.required = option.get_required();
  row.repeats = option.get_items_expected_max() > 1;
  return row;
}

CommandRow CommandRowOf(const CLI::App& app, const std::string& path) {
  CommandRow row;
  row.path = path;
  row.about = app.get_description();
  for (absl::string_view line : absl::StrSplit(app.get_footer(), '\n')) {
    if (absl::ConsumePrefix(&line, "  aangan")) row.examples.push_back(absl::StrCat("aangan", line));
  }
  for (const CLI::Option* option : app.get_options([](const CLI::Option*) { return true; }))
    row.options.push_back(RowOf(*option));
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    row.commands.push_back(CommandRowOf(*command, absl::StrCat(path, " ", command->get_name())));
  return row;
}

void Collect(const CommandRow& row, std::vector<const CommandRow*>* all) {
  all->push_back(&row);
  for (const CommandRow& command : row.commands) Collect(command, all);
}

}  // namespace

void AddCommands(CLI::App& app, Session& session) {
  app.name("aangan");
  app.description(About());
  app.footer("Example:\n  aangan status\n  aangan --output json status");
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "help of every command");
  session.AddOptions(app);
  // After --output, so that its form is known.
  app.set_version_flag(
      "--version", [&session] { return BuildInfoText(session.form()); }, "what this program was built from, and leave");
  for (const auto add :
       {AddStatus,    AddInit,    AddServe,      AddLock,    AddRecovery,  AddEnrol,   AddRoster,     AddCertificate,
        AddCatalogue, AddMembers, AddConsent,    AddNotice,  AddRetention, AddSeal,    AddGrievances, AddServices,
        AddImport,    AddTokens,  AddGrants,     AddPermits, AddRelease,   AddAnswers, AddAudit,      AddOperate,
        AddBackup,    AddErase,   AddFigures,    AddSister,  AddBreach,    AddConfig,  AddPaths,      AddHealth,
        AddDoctor,    AddSupport, AddCompletion, AddMan}) {
    add(app, session);
  }
}

CommandRow TreeOf(const CLI::App& app) { return CommandRowOf(app, app.get_name()); }

std::vector<const CommandRow*> CommandsOf(const CommandRow& root) {
  std::vector<const CommandRow*> all;
  Collect(root, &all);
  return all;
}

}  // namespace aangan::client
