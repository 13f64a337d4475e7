// SPDX-License-Identifier: Apache-2.0
// Every command of `aangan` in one tree, and the tree as plain data: --help, the man page and the completions of the
// shells come from it, so they can not differ.
//
// Threads: one thread. Errors: none.
#ifndef AANGAN_CLIENT_COMMAND_TREE_H_
#define AANGAN_CLIENT_COMMAND_TREE_H_

#include <string>
#include <vector>

#include "client/command/session.h"

namespace aangan::client {

struct OptionRow {
  std::vector<std::string> names;  // "-h", "--help"; none for a word without a dash
  std::string value;               // what is to be given, "TEXT"; the word's name for one without a dash; empty: a flag
  std::vector<std::string> choices;  // where only these are taken
  std::string about;
  std::string default_value;
  std::string environment;  // variable that says it too
  bool required = false;
  bool repeats = false;
};

struct CommandRow {
  std::string path;  // "aangan roster show"
  std::string about;
  std::vector<std::string> examples;
  std::vector<OptionRow> options;
  std::vector<CommandRow> commands;
};

// Registers everything: the options that every command takes, and every command.
void AddCommands(CLI::App& app, Session& session);

CommandRow TreeOf(const CLI::App& app);
// All commands of it, itself first, in order.
std::vector<const CommandRow*> CommandsOf(const CommandRow& root);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_TREE_H_
