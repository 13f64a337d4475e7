// SPDX-License-Identifier: Apache-2.0
// Every command of the tree, by its own examples, in all three forms against a real node and a real federation: data
// alone on standard output and in the form that was asked for, the same columns in JSON and CSV, and what goes wrong as
// one object. So each example of --help and the manual page is a line that was run.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/command/output.h"
#include "client/command/tree.h"
#include "nlohmann/json.hpp"
#include "tests/support/command_line.h"
#include "tests/support/daemon_process.h"
#include "tests/support/lone_federation.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using json = nlohmann::ordered_json;
using tests::DaemonProcess;

struct Outcome {
  int code = -1;
  std::string data, words;  // standard output and standard error
};

struct Example {
  std::string command;  // "roster show"
  std::string line;     // "aangan roster show"
};

// A daemon in this program's place for as long as it runs; its own tests are tests/federation/running_test.cc.
constexpr char kDaemon[] = "serve";

// What they print is a text that another program or a person reads as it is, in each form.
const std::set<std::string>& Texts() {
  static const auto& texts = *new std::set<std::string>{"completion", "man", "support-bundle"};
  return texts;
}

std::vector<Example> Examples() {
  CLI::App app;
  client::Session session;
  client::AddCommands(app, session);
  const client::CommandRow root = client::TreeOf(app);
  std::vector<Example> all;
  for (const client::CommandRow* command : client::CommandsOf(root)) {
    if (command == &root || command->path == absl::StrCat("aangan ", kDaemon)) continue;
    for (const std::string& line : command->examples) {
      // A group may show an example of one of its commands, which shows it too.
      const bool of_another =
          std::any_of(command->commands.begin(), command->commands.end(), [&line](const client::CommandRow& each) {
            return absl::StartsWith(absl::StrCat(line, " "), absl::StrCat(each.path, " "));
          });
      if (!of_another) all.push_back({std::string(absl::StripPrefix(command->path, "aangan ")), line});
    }
  }
  return all;
}

class EveryCommand : public ::testing::Test {
 protected:
  EveryCommand()
      : node_options_(tests::LoneNode(AANGAN_NODE_UNDER_TEST, ground_.path())),
        federation_options_(tests::LoneFederation(AANGAN_FEDERATION_UNDER_TEST, ground_.path())),
        node_(DaemonProcess::Start(node_options_)),
        federation_(DaemonProcess::Start(federation_options_)) {}

  void SetUp() override {
    ASSERT_NE(node_, nullptr);
    ASSERT_NE(federation_, nullptr);
    for (const char* form : {"table", "json", "csv"}) MakeFolder(form);
    for (const char* medium : {"disk", "stick"}) std::filesystem::create_directories(ground_ / medium);
    const json token = DataOf("aangan token create --role caseworker --title walk --sensitive health");
    ASSERT_TRUE(token.is_array());
    for (const char* form : {"data", "table", "json", "csv"})
      WriteSecret(absl::StrCat(ground_ / form, "/caseworker.token"), token[0].value("secret", ""));
    const std::string enrol = "aangan members create --enrolment-quarter 2026Q3 --gender woman";
    const json member = DataOf(enrol), to_seal = DataOf(enrol);
    ASSERT_TRUE(member.is_array() && to_seal.is_array());
    const std::string more = "aangan token create --role caseworker --title other";
    const json other = DataOf(more), to_end = DataOf(more);
    ASSERT_TRUE(other.is_array() && to_end.is_array());
    // In this order.
    names_ = {{"seal set members/4f6k...", absl::StrCat("seal set ", to_seal[0].value("name", ""))},
              {"seal lift members/4f6k...", absl::StrCat("seal lift ", to_seal[0].value("name", ""))},
              {"token end tokens/7h2m...", absl::StrCat("token end ", to_end[0].value("name", ""))},
              {"members/4f6k...", member[0].value("name", "")},
              {"members/7h2m...", member[0].value("name", "")},
              {"members/...", member[0].value("name", "")},
              {"tokens/7h2m...", other[0].value("name", "")},
              {"/media/", ground_.path() + "/"},
              {"--data /var/lib/aangan/node", ""},
              {"deploy/notices/", absl::StrCat(AANGAN_SOURCE, "/deploy/notices/")},
              {" --output json", ""}};
  }

  void WriteSecret(const std::string& path, const std::string& text) const {
    std::ofstream(path) << text;
    chmod(path.c_str(), 0600);
  }

  // Where the commands of a form run, with the files that examples name.
  void MakeFolder(const std::string& form) const {
    const std::string folder = ground_ / form;
    std::filesystem::create_directories(folder);
    std::filesystem::copy_file(absl::StrCat(AANGAN_SOURCE, "/deploy/default.catalogue.txtpb"),
                               folder + "/our.catalogue.txtpb");
    std::ofstream(folder + "/ours.mapping.toml")
        << "id = \"coded\"\n[defaults]\n\"member.enrolment_quarter\" = \"2026Q1\"\n[[column]]\nname = \"Sex\"\n"
        << "field = \"member.gender\"\n";
    std::ofstream(folder + "/members.csv") << "Sex\nwoman\nman\n";
  }

  Outcome Run(const std::string& form, const std::string& line) const {
    std::string words = line.substr(std::string("aangan ").size());
    words = words.substr(0, words.find(" > "));
    words = words.substr(0, words.find(" < "));
    absl::StrReplaceAll({{"/etc/aangan", ground_ / form}}, &words);
    for (const auto& [shown, ours] : names_) absl::StrReplaceAll({{shown, ours}}, &words);
    const std::string out = ground_ / "out", err = ground_ / "err";
    const std::string printed = tests::Printed(absl::StrCat(
        "(cd ", ground_ / form, " && ", AANGAN_COMMAND, " --output ", form, " --data ", node_options_.data_folder,
        " --federation ", federation_options_.data_folder, " ", words, " </dev/null >", out, " 2>", err, ")"));
    Outcome outcome;
    EXPECT_TRUE(absl::SimpleAtoi(printed.substr(printed.rfind(' ') + 1), &outcome.code)) << printed;
    outcome.data = tests::ReadAll(out);
    outcome.words = tests::ReadAll(err);
    return outcome;
  }
  json DataOf(const std::string& line) const { return json::parse(Run("json", line).data, nullptr, false); }

  const tests::TempDir ground_;
  const DaemonProcess::Options node_options_, federation_options_;
  const std::unique_ptr<DaemonProcess> node_, federation_;
  std::vector<std::pair<std::string, std::string>> names_;
};

bool IsErrorObject(const std::string& words) {
  for (const absl::string_view line : absl::StrSplit(words, '\n')) {
    const json said = json::parse(std::string(line), nullptr, false);
    if (!said.is_object() || !said.contains("error")) continue;
    const json& error = said["error"];
    return !error.value("code", "").empty() && !error.value("message", "").empty() && !error.value("fix", "").empty();
  }
  return false;
}

// Empty: one array of objects that all have the same keys.
std::vector<std::string> KeysOf(const json& rows) {
  std::vector<std::string> keys;
  for (const json& row : rows) {
    EXPECT_TRUE(row.is_object()) << row;
    std::vector<std::string> own;
    for (const auto& [key, value] : row.items()) own.push_back(key);
    EXPECT_TRUE(keys.empty() || keys == own) << row;
    keys = own;
  }
  return keys;
}

// Commands that print no data here, each with its reason behind a colon.
std::set<std::string> WithoutData() {
  std::set<std::string> all;
  for (const absl::string_view line :
       absl::StrSplit(tests::ReadAll(AANGAN_SOURCE "/tests/federation/without_data.txt"), '\n', absl::SkipEmpty())) {
    const size_t colon = line.find(": ");
    if (line[0] == '#') continue;
    EXPECT_NE(colon, absl::string_view::npos) << line;
    all.emplace(line.substr(0, colon));
  }
  return all;
}

TEST_F(EveryCommand, HasItsThreeFormsAndSaysWhatIsWrongAsOneObject) {
  const std::vector<Example> examples = Examples();
  ASSERT_GT(examples.size(), 80u);
  std::set<int> codes;
  for (const auto& [code, meaning] : client::ExitCodes()) codes.insert(code);
  std::set<std::string> silent, shown;
  for (const auto& [command, line] : examples) {
    const Outcome people = Run("table", line), programs = Run("json", line), sheet = Run("csv", line);
    for (const Outcome* each : {&people, &programs, &sheet}) {
      EXPECT_EQ(codes.count(each->code), 1u) << line << each->code << each->words;
      EXPECT_NE(each->code, client::kExitUsage) << line << each->words;
    }
    EXPECT_TRUE(programs.code == 0 || !programs.data.empty() || IsErrorObject(programs.words))
        << line << programs.words;
    EXPECT_TRUE(people.code == 0 || !people.words.empty()) << line;
    EXPECT_FALSE(IsErrorObject(people.words)) << line;
    if (Texts().count(command) > 0) {
      EXPECT_FALSE(people.data.empty()) << line;
      continue;
    }
    EXPECT_FALSE(json::accept(people.data)) << line << people.data;
    if (programs.data.empty()) {
      silent.insert(command);
      continue;
    }
    const json rows = json::parse(programs.data, nullptr, false);
    ASSERT_TRUE(rows.is_array()) << line << programs.data;
    shown.insert(command);
    const std::vector<std::string> keys = KeysOf(rows);
    if (sheet.data.empty()) {
      EXPECT_NE(sheet.code, 0) << line;  // what was done once is refused
      continue;
    }
    const std::string head = sheet.data.substr(0, sheet.data.find("\r\n"));
    EXPECT_TRUE(keys.empty() || head == absl::StrJoin(keys, ",")) << line << head;
    EXPECT_TRUE(!head.empty() && !absl::StrContains(head, '[')) << line << sheet.data;
  }
  for (const std::string& command : shown) silent.erase(command);
  EXPECT_EQ(silent, WithoutData());
}

TEST_F(EveryCommand, GivesEachExitCodeAndTheManualForOperatorsNamesIt) {
  std::ofstream(ground_ / "json/members.csv") << "Sex\nwoman\nnobody\n";
  std::ofstream(ground_ / "bad.token") << "mistyped";
  const std::map<std::string, int> lines = {
      {"aangan paths", client::kExitOk},
      {"aangan release show 2026Q3", client::kExitFailed},
      {"aangan status --no-such-option", client::kExitUsage},
      {"aangan import members.csv --mapping ours.mapping.toml", client::kExitPartial},
      {"aangan status --address 127.0.0.1:1", client::kExitUnavailable},
      {absl::StrCat("aangan status --token-file ", ground_ / "bad.token"), client::kExitNoPermission},
      {"aangan status --token-file no-such-file", client::kExitConfig}};
  std::set<int> seen;
  for (const auto& [line, code] : lines) {
    const Outcome outcome = Run("json", line);
    EXPECT_EQ(outcome.code, code) << line << outcome.words;
    seen.insert(outcome.code);
  }
  std::string manual = tests::ReadAll(AANGAN_SOURCE "/docs/OPERATING.md");
  std::replace(manual.begin(), manual.end(), '\n', ' ');
  for (const auto& [code, meaning] : client::ExitCodes()) {
    EXPECT_EQ(seen.count(code), 1u) << code;
    EXPECT_TRUE(absl::StrContains(manual, absl::StrCat(" ", static_cast<int>(code), " ", meaning))) << code << meaning;
  }
}

}  // namespace
}  // namespace aangan
