// SPDX-License-Identifier: Apache-2.0
// Settings of the real daemons: flag over environment over file over default for every one that there is, and what the
// command says about them.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"
#include "tests/support/command_line.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

struct Daemon {
  const char* name;
  const char* program;
  std::vector<std::string> needed;  // settings without a default
};
std::ostream& operator<<(std::ostream& out, const Daemon& daemon) { return out << daemon.name; }

std::string VariableOf(const std::string& setting) {
  std::string name = "AANGAN_";
  for (const char c : setting) name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

// Values of the setting's kind, which its default shows: one for each source.
std::string ValueFor(const std::string& name, const std::string& by_default, int source) {
  static const auto& words = *new std::map<std::string, std::vector<std::string>>{
      {"log.format", {"auto", "json", "text", "json"}}, {"log.level", {"info", "error", "warning", "debug"}}};
  if (const auto only = words.find(name); only != words.end()) return only->second[static_cast<size_t>(source)];
  if (by_default == "true" || by_default == "false")
    return (source % 2 == 0) == (by_default == "true") ? "true" : "false";
  if (!by_default.empty() && by_default.find_first_not_of("0123456789") == std::string::npos)
    return absl::StrCat(4000 + source);
  return absl::StrCat("text_", source);
}

class SettingsTest : public ::testing::TestWithParam<Daemon> {
 protected:
  // What the daemon says is in force, by name.
  std::map<std::string, nlohmann::json> InForce(const std::string& before, const std::string& words) const {
    const std::string printed = tests::Printed(absl::StrCat(before, " ", GetParam().program, " --show-config ", words));
    std::map<std::string, nlohmann::json> settings;
    const size_t end = printed.rfind("code 0\n");
    EXPECT_NE(end, std::string::npos) << printed;
    if (end == std::string::npos) return settings;
    for (const auto& each : nlohmann::json::parse(printed.substr(0, end))) settings[each["name"]] = each;
    return settings;
  }
  std::string Needed() const {
    std::string words;
    for (const std::string& each : GetParam().needed) absl::StrAppend(&words, " --", each, " india");
    return words;
  }

  const tests::TempDir folder_;
};

TEST_P(SettingsTest, FlagOverEnvironmentOverFileOverDefault) {
  const auto defaults = InForce("", absl::StrCat("--config /dev/null", Needed()));
  ASSERT_GT(defaults.size(), 5u);
  std::map<std::string, std::string> sections;  // of the file
  std::string environment, flags;
  for (const auto& [name, setting] : defaults) {
    const bool needed = absl::StrContains(Needed(), name);
    EXPECT_EQ(setting["source"], needed ? "flag" : "default") << name;
    const std::string by_default = setting["value"];
    const std::vector<std::string> parts = absl::StrSplit(name, absl::MaxSplits('.', 1));
    const std::string value = ValueFor(name, by_default, 1);
    const bool bare = value == "true" || value == "false" || absl::StartsWith(value, "400");
    absl::StrAppend(&sections[parts[0]], parts[1], " = ", bare ? value : absl::StrCat("\"", value, "\""), "\n");
    absl::StrAppend(&environment, VariableOf(name), "=", ValueFor(name, by_default, 2), " ");
    absl::StrAppend(&flags, " --", name, " ", ValueFor(name, by_default, 3));
  }
  const std::string path = folder_ / "settings.toml";
  std::ofstream file(path);
  for (const auto& [section, lines] : sections) file << "[" << section << "]\n" << lines;
  file.close();
  const std::string config = absl::StrCat("--config ", path);
  const struct {
    std::string before, words, source;
    int number;
  } sources[] = {
      {"", config, "file", 1}, {environment, config, "environment", 2}, {environment, config + flags, "flag", 3}};
  for (const auto& [before, words, source, number] : sources) {
    const auto found = InForce(before, words);
    ASSERT_EQ(found.size(), defaults.size());
    for (const auto& [name, setting] : found) {
      EXPECT_EQ(setting["source"], source) << name;
      EXPECT_EQ(setting["value"], ValueFor(name, defaults.at(name)["value"], number)) << name;
      EXPECT_EQ(setting["place"], number == 1 ? path : number == 2 ? VariableOf(name) : absl::StrCat("--", name));
    }
  }
}

// So nothing has to be masked where settings are shown.
TEST_P(SettingsTest, NoneHoldsASecret) {
  for (const auto& [name, setting] : InForce("", absl::StrCat("--config /dev/null", Needed()))) {
    for (const char* word : {"secret", "token", "password", "passphrase", "key"}) {
      const bool names_a_file = absl::EndsWith(name, "_file") || absl::EndsWith(name, "_folder");
      EXPECT_TRUE(names_a_file || !absl::StrContains(name, word)) << name;
    }
  }
}

TEST_P(SettingsTest, TheCommandShowsThemWithTheirOrigin) {
  const std::string path = folder_ / "settings.toml";
  std::ofstream(path) << "[" << GetParam().name << "]\nreflection = false\nroster = \"india\"\n";
  if (GetParam().needed.empty()) std::ofstream(path) << "[node]\nreflection = false\n";
  const std::string shown =
      tests::Printed(absl::StrCat(VariableOf(absl::StrCat(GetParam().name, ".listen")), "=127.0.0.1:9 ", AANGAN_COMMAND,
                                  " config show ", GetParam().name, " --origin --output csv --config ", path));
  EXPECT_TRUE(absl::StrContains(shown, absl::StrCat(GetParam().name, ".reflection,false,file,", path, "\r\n")))
      << shown;
  EXPECT_TRUE(absl::StrContains(shown, absl::StrCat(GetParam().name, ".listen,127.0.0.1:9,environment,"))) << shown;
  EXPECT_TRUE(absl::StrContains(shown, "code 0")) << shown;
  const std::string checked =
      tests::Printed(absl::StrCat(AANGAN_COMMAND, " config check ", GetParam().name, " --config ", path));
  EXPECT_TRUE(absl::StrContains(checked, "valid")) << checked;
  EXPECT_TRUE(absl::StrContains(checked, "code 0")) << checked;
}

TEST_P(SettingsTest, AFaultIsNamedWithItsPlaceAndExitCode78) {
  const std::string path = folder_ / "settings.toml";
  const auto check = [&] {
    return tests::Printed(absl::StrCat(AANGAN_COMMAND, " config check ", GetParam().name, " --config ", path));
  };
  std::ofstream(path) << "# ours\n[" << GetParam().name << "]\n  lissten = \"127.0.0.1:1\"\n";
  std::string said = check();
  EXPECT_TRUE(absl::StrContains(said, absl::StrCat(path, ":3:3: "))) << said;
  EXPECT_TRUE(absl::StrContains(said, absl::StrCat("the nearest is \"", GetParam().name, ".listen\""))) << said;
  EXPECT_TRUE(absl::EndsWith(said, "code 78\n")) << said;
  std::ofstream(path) << "[" << GetParam().name << "]\nreflection = 3\n";
  said = check();
  EXPECT_TRUE(absl::StrContains(said, ":2:14: ")) << said;
  EXPECT_TRUE(absl::EndsWith(said, "code 78\n")) << said;
  std::ofstream(path) << "[" << GetParam().name << "\n";
  said = check();
  EXPECT_TRUE(absl::StrContains(said, absl::StrCat(path, ":1:"))) << said;
  EXPECT_TRUE(absl::EndsWith(said, "code 78\n")) << said;
}

INSTANTIATE_TEST_SUITE_P(Daemons, SettingsTest,
                         ::testing::Values(Daemon{"node", AANGAN_NODE, {}},
                                           Daemon{"federation", AANGAN_FEDERATION, {"federation.roster"}}),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(Settings, WhatMustBeGivenIsNamed) {
  const std::string said = tests::Printed(absl::StrCat(AANGAN_COMMAND, " config check federation --config /dev/null"));
  EXPECT_TRUE(absl::StrContains(said, "federation.roster must be given")) << said;
  EXPECT_TRUE(absl::StrContains(said, "AANGAN_FEDERATION_ROSTER")) << said;
  EXPECT_TRUE(absl::EndsWith(said, "code 78\n")) << said;
}

}  // namespace
}  // namespace aangan
