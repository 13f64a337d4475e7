// SPDX-License-Identifier: Apache-2.0
// The tree of commands: every example is a line that the command takes, every option is in the manual page.
#include "client/command/tree.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "client/command/completion.h"
#include "client/command/man.h"
#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"

namespace aangan::client {
namespace {

CommandRow Tree() {
  CLI::App app;
  Session session;
  AddCommands(app, session);
  return TreeOf(app);
}

// What the shell would give the command: without what goes into or comes from a file.
std::string WordsOfLine(const std::string& line) {
  std::string words = line.substr(0, line.find(" > "));
  return words.substr(0, words.find(" < "));
}

TEST(Tree, EveryCommandHasAnExampleOfItself) {
  int leaves = 0;
  for (const CommandRow& root : {Tree()}) {
    for (const CommandRow* command : CommandsOf(root)) {
      if (!command->commands.empty()) continue;
      ++leaves;
      ASSERT_FALSE(command->examples.empty()) << command->path;
      for (const std::string& example : command->examples)
        EXPECT_TRUE(absl::StartsWith(absl::StrCat(example, " "), absl::StrCat(command->path, " "))) << example;
    }
  }
  EXPECT_GT(leaves, 60);
}

TEST(Tree, EveryExampleIsTaken) {
  const tests::TempDir folder;
  const CommandRow root = Tree();
  for (const CommandRow* command : CommandsOf(root)) {
    for (std::string example : command->examples) {
      // Files that have to be there.
      for (const char* file : {"our.catalogue.txtpb", "members.csv", "ours.mapping.toml"}) {
        std::ofstream(folder / file) << "x";
        absl::StrReplaceAll({{absl::StrCat(" ", file), absl::StrCat(" ", folder / file)}}, &example);
      }
      CLI::App app;
      Session session;
      AddCommands(app, session);
      EXPECT_NO_THROW(app.parse(WordsOfLine(example), true)) << example;
      EXPECT_TRUE(session.run != nullptr) << example;
    }
  }
}

TEST(Tree, ALineThatIsOffIsNotTaken) {
  CLI::App app;
  Session session;
  AddCommands(app, session);
  EXPECT_THROW(app.parse("aangan serve nodes", true), CLI::ParseError);
  EXPECT_THROW(app.parse("aangan status --no-such-option", true), CLI::ParseError);
}

TEST(Tree, ChoicesAndDefaultsAreInIt) {
  const CommandRow root = Tree();
  for (const OptionRow& option : root.options) {
    if (option.names != std::vector<std::string>{"--output"}) continue;
    EXPECT_EQ(option.choices, (std::vector<std::string>{"table", "json", "csv"}));
    EXPECT_EQ(option.default_value, "table");
    return;
  }
  FAIL() << "no --output";
}

TEST(Tree, EveryOptionIsInTheManualPageBelowItsCommand) {
  const CommandRow root = Tree();
  const std::string page = ManPage(root, "0.1.0", "2026-11-26");
  const auto roff = [](const std::string& text) { return absl::StrReplaceAll(text, {{"-", "\\-"}}); };
  int options = 0;
  for (const CommandRow* command : CommandsOf(root)) {
    const bool is_root = command == &root;
    const size_t begins =
        is_root ? page.find(".SH OPTIONS") : page.find(absl::StrCat(".SS ", roff(command->path), "\n"));
    ASSERT_NE(begins, std::string::npos) << command->path;
    const std::string part = page.substr(begins, page.find("\n.S", begins + 1) - begins);
    for (const OptionRow& option : command->options) {
      for (const std::string& name : option.names) {
        if (!is_root && (name == "-h" || absl::StartsWith(name, "--help"))) continue;
        ++options;
        EXPECT_TRUE(absl::StrContains(part, absl::StrCat("\\fB", roff(name), "\\fR"))) << command->path << " " << name;
      }
    }
  }
  EXPECT_GT(options, 100);
}

TEST(Tree, EveryCommandAndOptionIsInEachCompletion) {
  const CommandRow root = Tree();
  const std::string bash = BashCompletion(root), zsh = ZshCompletion(root), fish = FishCompletion(root);
  for (const CommandRow* command : CommandsOf(root)) {
    for (const std::string* script : {&bash, &zsh, &fish})
      EXPECT_TRUE(absl::StrContains(*script, command->path)) << command->path;
    for (const OptionRow& option : command->options) {
      for (const std::string& name : option.names) {
        EXPECT_TRUE(absl::StrContains(bash, name) && absl::StrContains(zsh, name)) << name;
        const std::string bare = name.substr(name.find_first_not_of('-'));
        EXPECT_TRUE(absl::StrContains(fish, absl::StrCat(name.size() == 2 ? " -s " : " -l ", bare, " "))) << name;
      }
    }
  }
}

TEST(Tree, WhatPeopleWriteIsNoOrderToRoff) {
  CommandRow root;
  root.path = "aangan";
  root.commands.push_back({"aangan x", ".so /etc/passwd\n'\\fBx", {}, {}, {}});
  const std::string page = ManPage(root, "0.1.0", "2026-11-26");
  EXPECT_FALSE(absl::StrContains(page, "\n.so"));
  EXPECT_FALSE(absl::StrContains(page, "\n'"));
  EXPECT_TRUE(absl::StrContains(page, "\\efBx"));
}

}  // namespace
}  // namespace aangan::client
