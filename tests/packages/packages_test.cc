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
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "nlohmann/json.hpp"
#include "tests/support/command_line.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using ::testing::ElementsAre;
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

  // Runs lines of the shell with a /run where systemd runs, an empty /var/lib, and `stand_in` for systemd's programs
  // and the daemon. What was printed; the calls are in <folder>/calls.
  std::string RunBySystemd(const std::string& lines, const std::string& fault_of_settings) const {
    const std::string bin = folder_ / "bin";
    std::filesystem::create_directories(bin);
    for (const std::string& each : {std::string("systemd-sysusers"), std::string("systemctl"),
                                    std::string("deb-systemd-helper"), std::string("deb-systemd-invoke"), name()}) {
      std::ofstream(bin + "/" + each) << "#!/bin/sh\necho \"${0##*/} $*\" >>" << folder_ / "calls"
                                      << "\n"
                                      << (each == name() && !fault_of_settings.empty()
                                              ? absl::StrCat("echo '", fault_of_settings, "' >&2\nexit 78\n")
                                              : "");
      std::filesystem::permissions(bin + "/" + each, std::filesystem::perms::owner_all);
    }
    std::ofstream(folder_ / "lines") << "set -e\nmount -t tmpfs none /run\nmount -t tmpfs none /var/lib\n"
                                     << "mkdir -p /run/systemd/system /var/lib/aangan/" << part() << "\n"
                                     << "echo hers >/var/lib/aangan/" << part() << "/record\n"
                                     << "PATH=" << bin << ":$PATH\n"
                                     << lines << "cat /var/lib/aangan/" << part() << "/record\n";
    return tests::Printed(absl::StrCat("unshare ", geteuid() == 0 ? "-m" : "-rm", " sh ", folder_ / "lines"));
  }
  std::vector<std::string> Calls() const {
    return absl::StrSplit(Contents(folder_ / "calls"), '\n', absl::SkipEmpty());
  }
  static bool MayMount() {
    return absl::StrContains(
        tests::Printed(absl::StrCat("unshare ", geteuid() == 0 ? "-m" : "-rm", " mount -t tmpfs none /run")), "code 0");
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
  if (!MayMount()) GTEST_SKIP() << "this machine gives a test no mounts of its own";
  const std::string unit = name() + ".service";
  const std::string said = RunBySystemd(absl::StrCat("sh ", Script("postinst"), " configure ''\n"), "");
  EXPECT_EQ(said, "hers\ncode 0\n");
  EXPECT_THAT(Calls(), ElementsAre("systemd-sysusers " + name() + ".conf", "deb-systemd-helper unmask " + unit,
                                   "deb-systemd-helper --quiet was-enabled " + unit,
                                   "deb-systemd-helper enable " + unit, "systemctl --system daemon-reload",
                                   name() + " --show-config", "deb-systemd-invoke start " + unit));
  EXPECT_EQ(RunBySystemd(
                absl::StrCat("sh ", Script("prerm"), " upgrade 0.2\nsh ", Script("postinst"), " configure 0.1\n"), ""),
            "hers\ncode 0\n");
  EXPECT_EQ(Calls().back(), "deb-systemd-invoke restart " + unit);
}

TEST_P(Packages, WithAFaultInTheSettingsAreInstalledAndSayWhatIsMissing) {
  if (!MayMount()) GTEST_SKIP() << "this machine gives a test no mounts of its own";
  const std::string said =
      RunBySystemd(absl::StrCat("sh ", Script("postinst"), " configure ''\n"), "federation.roster must be given");
  EXPECT_THAT(said, HasSubstr("  federation.roster must be given\nThen: systemctl start " + name()));
  EXPECT_THAT(said, EndsWith("code 0\n"));
  EXPECT_EQ(Calls().back(), name() + " --show-config");
}

TEST_P(Packages, LeaveTheRecordsWhenTheyAreRemovedAndPurged) {
  if (!MayMount()) GTEST_SKIP() << "this machine gives a test no mounts of its own";
  const std::string said = RunBySystemd(absl::StrCat("sh ", Script("prerm"), " remove\nsh ", Script("postrm"),
                                                     " remove\nsh ", Script("postrm"), " purge\n"),
                                        "");
  EXPECT_THAT(said, HasSubstr(absl::StrCat("stays in /var/lib/aangan/", part(), ". ")));
  EXPECT_THAT(said, EndsWith("hers\ncode 0\n"));
  EXPECT_EQ(Calls().front(), "deb-systemd-invoke stop " + name() + ".service");
}

INSTANTIATE_TEST_SUITE_P(Debian, Packages, ::testing::Values("node", "federation"),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace aangan
