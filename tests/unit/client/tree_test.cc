// SPDX-License-Identifier: Apache-2.0
// The tree of commands: every example is a line that the command takes, every option is in the manual page.
#include "client/command/tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
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

// Files that have to be there, in `folder`.
std::string WithFiles(const tests::TempDir& folder, std::string line) {
  for (const char* file : {"our.catalogue.txtpb", "members.csv", "ours.mapping.toml"}) {
    std::ofstream(folder / file) << "x";
    absl::StrReplaceAll({{absl::StrCat(" ", file), absl::StrCat(" ", folder / file)}}, &line);
  }
  return line;
}

std::string Taken(const std::string& line) {
  CLI::App app;
  Session session;
  AddCommands(app, session);
  try {
    app.parse(WordsOfLine(line), true);
  } catch (const CLI::ParseError& error) {
    return error.what();
  }
  return session.run == nullptr ? "no command" : "";
}

TEST(Tree, EveryExampleIsTaken) {
  const tests::TempDir folder;
  const CommandRow root = Tree();
  for (const CommandRow* command : CommandsOf(root)) {
    for (const std::string& example : command->examples) EXPECT_EQ(Taken(WithFiles(folder, example)), "") << example;
  }
}

// Whether the words that a sentence names are commands and options that there are; what is left out is "...".
std::string Known(const CommandRow& root, const std::string& words) {
  const CommandRow* at = &root;
  bool in_commands = true;
  const std::vector<std::string> each = absl::StrSplit(words, absl::ByAnyChar(" \n"), absl::SkipEmpty());
  for (size_t i = 1; i < each.size(); ++i) {
    if (absl::StartsWith(each[i], "--")) {
      in_commands = false;
      bool there = false;
      for (const CommandRow* row : {at, &root}) {
        for (const OptionRow& option : row->options)
          there |= std::count(option.names.begin(), option.names.end(), each[i]) > 0;
      }
      if (!there) return absl::StrCat(each[i], " is no option of ", at->path);
    }
    if (!in_commands) continue;
    const CommandRow* next = nullptr;
    for (const CommandRow& command : at->commands)
      if (absl::EndsWith(command.path, absl::StrCat(" ", each[i]))) next = &command;
    const bool takes_words = std::any_of(at->options.begin(), at->options.end(),
                                         [](const OptionRow& option) { return option.names.empty(); });
    if (next == nullptr && (at == &root || (!at->commands.empty() && !takes_words && each[i] != "...")))
      return absl::StrCat(each[i], " is no command of ", at->path);
    if (next == nullptr) in_commands = false;
    at = next == nullptr ? at : next;
  }
  return "";
}

// Lines of a block are whole; what stands in a sentence may name a command alone.
TEST(Tree, WhatTheDocsTellPeopleToTypeIsTaken) {
  const tests::TempDir folder;
  const CommandRow root = Tree();
  std::vector<std::filesystem::path> papers = {AANGAN_SOURCE "/README.md", AANGAN_SOURCE "/client/examples/README.md"};
  for (const auto& each : std::filesystem::directory_iterator(AANGAN_SOURCE "/docs"))
    if (each.path().extension() == ".md") papers.push_back(each.path());
  int lines = 0, spans = 0;
  for (const auto& paper : papers) {
    std::ifstream file(paper);
    std::string prose, line;
    for (bool block = false; std::getline(file, line);) {
      if (absl::StartsWith(line, "```")) block = !block;
      absl::string_view text = line;
      const bool indented = absl::ConsumePrefix(&text, "    ");
      if (!(block || indented) || !absl::StartsWith(text, "aangan ")) {
        absl::StrAppend(&prose, block ? "" : line, "\n");
        continue;
      }
      ++lines;
      const std::string whole(absl::StripAsciiWhitespace(text.substr(0, text.find('#'))));
      EXPECT_EQ(Taken(WithFiles(folder, whole)), "") << paper << ": " << whole;
    }
    const std::vector<std::string> parts = absl::StrSplit(prose, '`');
    for (size_t i = 1; i < parts.size(); i += 2) {
      if (!absl::StartsWith(parts[i], "aangan ")) continue;
      ++spans;
      EXPECT_EQ(Known(root, WordsOfLine(parts[i])), "") << paper << ": " << parts[i];
    }
  }
  EXPECT_GT(lines, 20);
  EXPECT_GT(spans, 80);
  // What is none is found.
  EXPECT_NE(Known(root, "aangan no-such-command"), "");
  EXPECT_NE(Known(root, "aangan roster no-such-command"), "");
  EXPECT_NE(Known(root, "aangan status --no-such-option"), "");
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
