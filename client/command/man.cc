// SPDX-License-Identifier: Apache-2.0
// The manual page: see man.h.
#include "client/command/man.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/command/build_info.h"
#include "client/command/commands.h"

namespace aangan::client {
namespace {

// Text that roff does not obey: no escape, no line that begins as a request does; a dash that can be copied.
std::string Roff(absl::string_view text) {
  const std::string escaped =
      absl::StrReplaceAll(text, {{"\\", "\\e"}, {"-", "\\-"}, {"\n.", "\n\\&."}, {"\n'", "\n\\&'"}});
  return absl::StartsWith(escaped, ".") || absl::StartsWith(escaped, "'") ? absl::StrCat("\\&", escaped) : escaped;
}
// A sentence.
std::string Said(absl::string_view text) { return absl::StrCat(Roff(text), absl::EndsWith(text, ".") ? "\n" : ".\n"); }
std::string Bold(absl::string_view text) { return absl::StrCat("\\fB", Roff(text), "\\fR"); }
std::string Slanted(absl::string_view text) { return absl::StrCat("\\fI", Roff(text), "\\fR"); }

std::string OptionText(const OptionRow& option) {
  std::string text = ".TP\n";
  const char* between = "";
  for (const std::string& name : option.names) {
    absl::StrAppend(&text, between, Bold(name));
    between = ", ";
  }
  if (!option.value.empty()) absl::StrAppend(&text, option.names.empty() ? "" : " ", Slanted(option.value));
  absl::StrAppend(&text, option.repeats ? " ...\n" : "\n", Said(option.about));
  if (!option.choices.empty())
    absl::StrAppend(&text, Said(absl::StrCat("One of: ", absl::StrJoin(option.choices, ", "))));
  if (!option.default_value.empty()) absl::StrAppend(&text, Said(absl::StrCat("Default: ", option.default_value)));
  if (!option.environment.empty())
    absl::StrAppend(&text, Said(absl::StrCat("Also by the variable ", option.environment)));
  if (option.required) text += Said("Must be given");
  return text;
}

std::string CommandText(const CommandRow& command) {
  std::string text = absl::StrCat(".SS ", Roff(command.path), "\n", Said(command.about));
  for (const OptionRow& option : command.options) {
    const bool help = absl::StrContains(absl::StrJoin(option.names, " "), "--help");
    if (!help) text += OptionText(option);
  }
  if (command.commands.empty()) {
    for (const std::string& example : command.examples) absl::StrAppend(&text, ".PP\n.EX\n", Roff(example), "\n.EE\n");
  }
  return text;
}

}  // namespace

std::string ManPage(const CommandRow& root, const std::string& version, const std::string& day) {
  std::string text =
      absl::StrCat(".TH AANGAN 1 ", day, " \"aangan ", version, "\" \"Aangan\"\n.SH NAME\n",
                   "aangan \\- runs a collective's node and reads a federation's figures\n",
                   ".SH SYNOPSIS\n\\fBaangan\\fR [\\fIoptions\\fR] \\fIcommand\\fR [\\fIwords\\fR]\n",
                   ".SH DESCRIPTION\nData goes to standard output, words and progress to standard error.\n",
                   "No colours are used.\n.SH OPTIONS\nEvery command takes these.\n");
  for (const OptionRow& option : root.options) text += OptionText(option);
  text += ".SH COMMANDS\n";
  for (const CommandRow* command : CommandsOf(root)) {
    if (command != &root) text += CommandText(*command);
  }
  text += ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] : ExitCodes())
    absl::StrAppend(&text, ".TP\n", Bold(absl::StrCat(static_cast<int>(code))), "\n", Roff(meaning), "\n");
  text += ".SH FILES\n\\fBaangan paths\\fR prints which files and folders are used.\n";
  return text;
}

void AddMan(CLI::App& app, Session& session) {
  CLI::App* man =
      AddCommand(app, "man", "Print the manual page, for man(1)", "aangan man > /usr/local/share/man/man1/aangan.1");
  man->callback([&app, &session] {
    session.run = [&app, &session]() -> absl::StatusOr<int> {
      session.output().PrintText(ManPage(TreeOf(app), ProgramVersion(), BuildDay()));
      return kExitOk;
    };
  });
}

}  // namespace aangan::client
