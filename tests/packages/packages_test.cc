// SPDX-License-Identifier: Apache-2.0
// The Debian packages, as cpack makes them of this build and dpkg reads them: what is in them, what their settings say,
// and what their scripts do when they are installed, updated, removed and purged. systemd's programs are stood in for
// by one that notes how it was called.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"
#include "tests/support/command_line.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAreArray;

std::string Contents(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class Packages : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (tests::Printed("dpkg-deb --version").find("code 0") == std::string::npos) GTEST_SKIP() << "no dpkg-deb here";
    const std::string said = tests::Printed(absl::StrCat(
        AANGAN_CPACK, " --config ", AANGAN_BUILD, "/CPackConfig.cmake -B ", folder_.path(),
        " -D CPACK_DEBIAN_PACKAGE_SHLIBDEPS=OFF -D CPACK_STRIP_FILES=OFF -D CPACK_COMPONENTS_ALL=", part()));
    ASSERT_THAT(said, EndsWith("code 0\n"));
    for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
      if (file.path().extension() == ".deb") file_ = file.path();
    }
    ASSERT_THAT(file_, HasSubstr(absl::StrCat(name(), "_", AANGAN_VERSION, "-1")));
    ASSERT_THAT(Deb("-x"), EndsWith("code 0\n"));
    ASSERT_THAT(Deb("-e"), EndsWith("code 0\n"));
  }
  static std::string part() { return GetParam(); }
  static std::string name() { return absl::StrCat("aangan-", GetParam()); }
  static std::string daemon() { return part() == "node" ? AANGAN_NODE : AANGAN_FEDERATION; }

  // -x: into <folder>/x; -e: into <folder>/e
  std::string Deb(const std::string& word) const {
    return tests::Printed(absl::StrCat("dpkg-deb ", word, " ", file_, " ", folder_.path(), "/", word.substr(1)));
  }
  std::string Field(const std::string& field) const {
    const std::string said = tests::Printed(absl::StrCat("dpkg-deb -f ", file_, " ", field));
    return said.substr(0, said.find('\n'));
  }
  std::string settings() const { return absl::StrCat(folder_.path(), "/x/etc/aangan/", part(), ".toml"); }
  std::string Script(const std::string& script) const { return absl::StrCat(folder_.path(), "/e/", script); }

  // Runs the maintainer's scripts, each with its words, as dpkg does where systemd runs: its folder and the one of the
  // records are folders of the test, and programs that stand in note how they were called in <folder>/calls. What was
  // printed.
  std::string RunBySystemd(const std::vector<std::string>& scripts, const std::string& fault_of_settings) const {
    const std::string bin = folder_ / "bin";
    for (const std::string& each : {bin, folder_ / "run", records()}) std::filesystem::create_directories(each);
    std::ofstream(records() + "/record") << "hers\n";
    for (const std::string& each :
         {std::string("systemd-sysusers"), std::string("systemctl"), std::string("deb-systemd-helper"),
          std::string("deb-systemd-invoke"), name(), std::string("aangan")}) {
      std::ofstream(bin + "/" + each) << "#!/bin/sh\necho \"${0##*/} $*\" >>" << folder_ / "calls"
                                      << "\n"
                                      << (each == "aangan" ? "echo THE-SETUP-CODE\n" : "")
                                      << (each == name() && !fault_of_settings.empty()
                                              ? absl::StrCat("echo '", fault_of_settings, "' >&2\nexit 78\n")
                                              : "");
      std::filesystem::permissions(bin + "/" + each, std::filesystem::perms::owner_all);
    }
    std::string printed;
    for (const std::string& script : scripts) {
      const std::vector<std::string> words = absl::StrSplit(script, absl::MaxSplits(' ', 1));
      std::ofstream(folder_ / "script") << absl::StrReplaceAll(
          Contents(Script(words[0])), {{"/run/systemd/system", folder_ / "run"}, {"/var/lib/aangan", folder_ / "lib"}});
      absl::StrAppend(&printed,
                      tests::Printed(absl::StrCat("PATH=", bin, ":$PATH sh ", folder_ / "script", " ", words[1])));
    }
    return printed;
  }
  std::string records() const { return absl::StrCat(folder_ / "lib", "/", part()); }
  std::vector<std::string> Calls() const {
    return absl::StrSplit(Contents(folder_ / "calls"), '\n', absl::SkipEmpty());
  }

  const tests::TempDir folder_;
  std::string file_;
};

TEST_P(Packages, HoldWhatAServiceNeedsAndNothingElse) {
  std::vector<std::string> wanted = {
      "/usr/bin/aangan",
      "/usr/bin/" + name(),
      "/usr/lib/systemd/system/" + name() + ".service",
      "/usr/lib/sysusers.d/" + name() + ".conf",
      "/etc/aangan/" + part() + ".toml",
      "/usr/share/bash-completion/completions/aangan",
      "/usr/share/zsh/vendor-completions/_aangan",
      "/usr/share/fish/vendor_completions.d/aangan.fish",
      "/usr/share/man/man1/aangan.1.gz",
      "/usr/share/aangan/aangan.rules.yml",
      "/usr/share/doc/" + name() + "/copyright",
      "/usr/share/doc/" + name() + "/OPERATING.md",
  };
  if (part() == "federation") wanted.push_back("/usr/share/aangan/default.catalogue.txtpb");
  for (const char* purpose : {"be_contacted", "be_counted", "keep_record", "research"}) {
    for (const char* language : {"en", "hi"}) {
      if (part() == "node")
        wanted.push_back(absl::StrCat("/usr/share/aangan/notices/", purpose, ".", language, ".txt"));
    }
  }
  std::vector<std::string> found;
  const std::string root = folder_ / "x";
  for (const auto& each : std::filesystem::recursive_directory_iterator(root)) {
    const auto mode = static_cast<unsigned>(each.status().permissions());
    const std::string path = each.path().string().substr(root.size());
    const bool program = each.is_directory() || absl::StartsWith(path, "/usr/bin/");
    EXPECT_EQ(mode, program ? 0755u : 0644u) << path;
    if (!each.is_directory()) found.push_back(path);
  }
  EXPECT_THAT(found, UnorderedElementsAreArray(wanted));
  // What the command said of itself when it was built.
  EXPECT_THAT(tests::Printed("gzip -dc " + root + "/usr/share/man/man1/aangan.1.gz | head -3"), HasSubstr("aangan"));
  EXPECT_THAT(Contents(root + "/usr/share/bash-completion/completions/aangan"), HasSubstr("complete"));
  EXPECT_THAT(Contents(root + "/usr/share/zsh/vendor-completions/_aangan"), HasSubstr("#compdef aangan"));
  EXPECT_THAT(Contents(root + "/usr/share/fish/vendor_completions.d/aangan.fish"), HasSubstr("complete -c aangan"));
  EXPECT_THAT(Contents(root + "/usr/lib/sysusers.d/" + name() + ".conf"), HasSubstr("u " + name() + " "));
  EXPECT_THAT(Contents(root + "/usr/lib/systemd/system/" + name() + ".service"), HasSubstr("\nUser=" + name() + "\n"));
}

TEST_P(Packages, AskNothingAndDoNotStandBesideEachOther) {
  EXPECT_EQ(Field("Package"), name());
  EXPECT_EQ(Field("Conflicts"), part() == "node" ? "aangan-federation" : "aangan-node");
  EXPECT_THAT(Field("Depends"), HasSubstr("systemd-sysusers"));
  EXPECT_THAT(Field("Depends"), HasSubstr("procps")) << "a reload is said by /bin/kill";
  std::set<std::string> control;
  for (const auto& each : std::filesystem::directory_iterator(folder_ / "e")) control.insert(each.path().filename());
  EXPECT_THAT(control, ElementsAre("conffiles", "control", "md5sums", "postinst", "postrm", "prerm"));
  EXPECT_EQ(Contents(Script("conffiles")), absl::StrCat("/etc/aangan/", part(), ".toml\n"));
  for (const char* script : {"postinst", "prerm", "postrm"}) {
    EXPECT_EQ(tests::Printed("sh -n " + Script(script)), "code 0\n");
    EXPECT_EQ(access(Script(script).c_str(), X_OK), 0);
    EXPECT_THAT(Contents(Script(script)), Not(HasSubstr("@")));
  }
}

// Each setting stands there as a comment with the value that counts without it, and nothing else does.
TEST_P(Packages, TheConfigurationShowsEverySettingWithItsDefault) {
  const auto in_force = [&](const std::string& config, const std::string& words) {
    const std::string printed =
        tests::Printed(absl::StrCat("env -i ", daemon(), " --show-config --config ", config, words));
    std::map<std::string, std::pair<std::string, std::string>> settings;
    EXPECT_THAT(printed, EndsWith("code 0\n"));
    const auto all = nlohmann::json::parse(printed.substr(0, printed.rfind("code ")), nullptr, false);
    for (const auto& each : all) settings[each["name"]] = {each["value"], each["source"]};
    return settings;
  };
  const std::string needed = part() == "federation" ? " --federation.roster india" : "";
  const auto by_default = in_force("/dev/null", needed);
  ASSERT_GT(by_default.size(), 10u);
  EXPECT_EQ(in_force(settings(), needed), by_default);
  // With every # before a setting taken away.
  const std::string all = folder_ / "all.toml";
  std::ofstream file(all);
  for (const absl::string_view line : absl::StrSplit(Contents(settings()), '\n')) {
    const bool setting = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    file << (setting ? line.substr(1) : line) << "\n";
  }
  file.close();
  const auto shown = in_force(all, needed);
  ASSERT_EQ(shown.size(), by_default.size());
  for (const auto& [setting, value] : shown) {
    EXPECT_EQ(value.first, by_default.at(setting).first) << setting;
    EXPECT_EQ(value.second, setting == "federation.roster" ? "flag" : "file") << setting;
  }
}

TEST_P(Packages, AreStartedByInstallingThemAndStartedAnewByAnUpdate) {
  const std::string unit = name() + ".service";
  std::vector<std::string> calls = {"systemd-sysusers " + name() + ".conf",
                                    "deb-systemd-helper unmask " + unit,
                                    "deb-systemd-helper --quiet was-enabled " + unit,
                                    "deb-systemd-helper enable " + unit,
                                    "systemctl --system daemon-reload",
                                    name() + " --show-config",
                                    "deb-systemd-invoke start " + unit};
  if (part() == "node") calls.push_back("aangan setup-code");
  EXPECT_EQ(RunBySystemd({"postinst configure ''"}, ""), part() == "node" ? "THE-SETUP-CODE\ncode 0\n" : "code 0\n");
  EXPECT_THAT(Calls(), ElementsAreArray(calls));
  EXPECT_EQ(RunBySystemd({"prerm upgrade 0.2", "postrm upgrade 0.2", "postinst configure 0.1"}, ""),
            "code 0\ncode 0\ncode 0\n");
  EXPECT_EQ(Calls().back(), "deb-systemd-invoke restart " + unit);
  EXPECT_THAT(Calls(), Not(Contains("deb-systemd-invoke stop " + unit))) << "it runs on until the new one starts";
}

TEST_P(Packages, WithAFaultInTheSettingsAreInstalledAndSayWhatIsMissing) {
  const std::string said = RunBySystemd({"postinst configure ''"}, "federation.roster must be given");
  EXPECT_THAT(said, HasSubstr(name() + " is installed and not started yet. "));
  EXPECT_THAT(said, HasSubstr("  federation.roster must be given\nThen: systemctl start " + name()));
  EXPECT_THAT(said, EndsWith("code 0\n"));
  EXPECT_EQ(Calls().back(), name() + " --show-config");
}

TEST_P(Packages, WithAFaultInTheSettingsAnUpdateSaysThatTheOneOfBeforeRunsOn) {
  const std::string said = RunBySystemd({"postinst configure 0.1"}, "federation.roster must be given");
  EXPECT_THAT(said, HasSubstr(name() + " is updated, and the one of before runs on. "));
  EXPECT_THAT(said, HasSubstr("  federation.roster must be given\nThen: systemctl restart " + name()));
  EXPECT_THAT(said, EndsWith("code 0\n"));
  EXPECT_EQ(Calls().back(), "systemctl --quiet is-active " + name() + ".service");
}

TEST_P(Packages, LeaveTheRecordsWhenTheyAreRemovedAndPurged) {
  const std::string said = RunBySystemd({"prerm remove", "postrm remove", "postrm purge"}, "");
  EXPECT_THAT(said, HasSubstr(absl::StrCat("stays in ", records(), ". ")));
  EXPECT_THAT(said, EndsWith("code 0\n"));
  EXPECT_EQ(Contents(records() + "/record"), "hers\n");
  EXPECT_EQ(Calls().front(), "deb-systemd-invoke stop " + name() + ".service");
}

INSTANTIATE_TEST_SUITE_P(Debian, Packages, ::testing::Values("node", "federation"),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace aangan
