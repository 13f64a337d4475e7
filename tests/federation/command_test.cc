// SPDX-License-Identifier: Apache-2.0
// The command as people have it: completions in three shells, the manual page, health, the doctor and the bundle for
// those who help, against a real node.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "nlohmann/json.hpp"
#include "tests/support/canaries.h"
#include "tests/support/command_line.h"
#include "tests/support/daemon_process.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/temp_dir.h"
#include "tests/support/terminal.h"

namespace aangan {
namespace {

using tests::DaemonProcess;
using tests::Printed;

// What it shows on a terminal of its own, where `typed` is typed when it has shown `question`.
std::string OnTerminal(const std::string& words, const std::string& question = "", const std::string& typed = "") {
  return tests::OnTerminal(absl::StrCat(AANGAN_COMMAND, " ", words), question, typed);
}

std::string Command(const std::string& words) { return Printed(absl::StrCat(AANGAN_COMMAND, " ", words)); }

// Standard output alone, read as JSON; null when it is none.
nlohmann::json JsonOf(const std::string& words) {
  std::string printed = Printed(absl::StrCat("(", AANGAN_COMMAND, " --output json ", words, " 2>/dev/null)"));
  return nlohmann::json::parse(printed.substr(0, printed.rfind("code ")), nullptr, false);
}

class Shells : public ::testing::Test {
 protected:
  Shells() {
    for (const char* shell : {"bash", "zsh", "fish"})
      EXPECT_EQ(Printed(absl::StrCat(AANGAN_COMMAND, " completion ", shell, " > ", Script(shell))), "code 0\n");
  }
  std::string Script(const std::string& shell) const { return folder_ / ("aangan." + shell); }
  std::string RunIn(const std::string& shell, const std::string& text) const {
    std::ofstream(folder_ / "try") << text;
    return Printed(absl::StrCat(shell, " ", folder_ / "try"));
  }
  // What bash offers for the last of the words.
  std::string InBash(const std::string& words) const {
    return RunIn("bash", absl::StrCat("source ", Script("bash"), "\nCOMP_WORDS=(", words,
                                      ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_aangan\necho \"${COMPREPLY[*]}\"\n"));
  }
  const tests::TempDir folder_;
};

TEST_F(Shells, TakeTheirCompletion) {
  for (const char* shell : {"bash", "zsh", "fish"})
    EXPECT_EQ(Printed(absl::StrCat(shell, " -n ", Script(shell))), "code 0\n") << shell;
}

TEST_F(Shells, BashCompletesCommandsOptionsAndValues) {
  EXPECT_EQ(InBash("aangan rost"), "roster\ncode 0\n");
  EXPECT_EQ(InBash("aangan roster inc"), "incarnations\ncode 0\n");
  EXPECT_EQ(InBash("aangan --output js"), "json\ncode 0\n");
  EXPECT_EQ(InBash("aangan token create --role case"), "caseworker\ncode 0\n");
  EXPECT_EQ(InBash("aangan token create --rol"), "--role\ncode 0\n");
  EXPECT_EQ(InBash("aangan serve fed"), "federation\ncode 0\n");
  // As bash parts it.
  EXPECT_EQ(InBash("aangan --output = js"), "json\ncode 0\n");
  // The value of an option is no command, however it is called.
  EXPECT_EQ(InBash("aangan --data roster tok"), "token\ncode 0\n");
  // Where a file is to be named, bash offers files by itself.
  EXPECT_EQ(InBash("aangan --data ''"), "\ncode 0\n");
}

TEST_F(Shells, BashRunsNothingThatWasTyped) {
  EXPECT_EQ(InBash(absl::StrCat("aangan '$(touch ", folder_ / "made", ")' '`touch ", folder_ / "made", "`' x")),
            "\ncode 0\n");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "made"));
}

TEST_F(Shells, FishCompletesCommandsOptionsAndValues) {
  const auto fish = [this](const std::string& typed) {
    return RunIn("fish", absl::StrCat("source ", Script("fish"), "\ncomplete -C '", typed, "'\n"));
  };
  EXPECT_TRUE(absl::StartsWith(fish("aangan rost"), "roster\tWho is in")) << fish("aangan rost");
  EXPECT_TRUE(absl::StartsWith(fish("aangan token create --role case"), "caseworker\t"));
  EXPECT_TRUE(absl::StrContains(fish("aangan --output "), "json\t"));
  EXPECT_TRUE(absl::StrContains(fish("aangan --data roster tok"), "token\t"));
  EXPECT_TRUE(absl::StrContains(fish("aangan token create --ro"), "--role\t"));
}

// Its own tables, with what shows them replaced by a print.
TEST_F(Shells, ZshCompletesCommandsOptionsAndValues) {
  const auto zsh = [this](const std::string& words) {
    return RunIn(
        "zsh -f",
        absl::StrCat("compdef() { : }\n_describe() { print -l -- ${(P)2} }\n_files() { print files }\n", "source ",
                     Script("zsh"), "\nwords=(", words, ")\nCURRENT=$#words\nPREFIX=${words[-1]}\n_aangan\n"));
  };
  EXPECT_TRUE(absl::StrContains(zsh("aangan ros"), "roster:Who is in"));
  EXPECT_TRUE(absl::StrContains(zsh("aangan roster ''"), "sign:Sign the roster"));
  EXPECT_TRUE(absl::StrContains(zsh("aangan token create --role ''"), "caseworker\n"));
  EXPECT_TRUE(absl::StrContains(zsh("aangan token create --r"), "--role:what it may do"));
  EXPECT_TRUE(absl::StrContains(zsh("aangan --data roster ''"), "token:"));
  EXPECT_TRUE(absl::StrContains(zsh("aangan --data ''"), "files\n"));
}

TEST_F(Shells, ManReadsThePageWithoutAWarning) {
  const std::string page = folder_ / "aangan.1";
  ASSERT_EQ(Printed(absl::StrCat(AANGAN_COMMAND, " man > ", page)), "code 0\n");
  EXPECT_EQ(Printed(absl::StrCat("LC_ALL=C.UTF-8 man -l --warnings ", page, " 2>&1 >/dev/null")), "code 0\n");
  const std::string shown = Printed(absl::StrCat("LC_ALL=C.UTF-8 MANWIDTH=80 man -l ", page, " | col -b"));
  for (const char* part : {"EXIT STATUS", "aangan roster sign", "--token-file", "configuration or key files"})
    EXPECT_TRUE(absl::StrContains(shown, part)) << part;
}

TEST(Version, SaysWhatItWasBuiltFrom) {
  const auto version = JsonOf("--version");
  ASSERT_TRUE(version.is_array());
  for (const char* part : {"version", "commit", "build_day", "compiler", "grpc", "protobuf", "openssl", "libsodium"})
    EXPECT_FALSE(version[0].value(part, "").empty()) << part;
  EXPECT_TRUE(absl::StrContains(Command("--version"), "0.1.0"));
}

TEST(Misuse, IsSaidInWordsAndAsOneObject) {
  EXPECT_TRUE(absl::StrContains(Command("no-such-command"), "code 2\n"));
  std::string printed = Command("--output json status --no-such-option");
  ASSERT_TRUE(absl::EndsWith(printed, "code 2\n")) << printed;
  const auto error = nlohmann::json::parse(printed.substr(0, printed.rfind("code ")), nullptr, false);
  ASSERT_TRUE(error.is_object()) << printed;
  EXPECT_EQ(error["error"]["code"], "INVALID_ARGUMENT");
  EXPECT_FALSE(error["error"]["fix"].get<std::string>().empty());
}

TEST(Colours, ThereAreNoneOnATerminal) {
  const tests::TempDir folder;
  for (const char* words : {"--help-all", "doctor", "status", "--version"}) {
    const std::string shown = OnTerminal(absl::StrCat("--data ", folder / "none", " ", words));
    EXPECT_GT(shown.size(), 40u) << words;
    EXPECT_FALSE(absl::StrContains(shown, "\x1b")) << words;
  }
}

// By a daemon that can not start, because its folder would lie in a file.
TEST(LogOfADaemon, IsTextOnATerminalAndJsonElsewhereUnlessItIsSaid) {
  const tests::TempDir folder;
  std::ofstream(folder / "file") << "x";
  const std::string line = absl::StrCat(AANGAN_NODE, " --node.data ", folder / "file/data",
                                        " --node.listen 127.0.0.1:0 --node.https 127.0.0.1:0");
  const auto is_json = [](const std::string& said) { return absl::StrContains(said, "\"event\":\"not started\""); };
  const auto is_text = [](const std::string& said) { return absl::StrContains(said, " error node: not started"); };
  const std::string shown = tests::OnTerminal(line), piped = Printed(line);
  EXPECT_TRUE(is_text(shown) && !is_json(shown)) << shown;
  EXPECT_TRUE(is_json(piped) && !is_text(piped)) << piped;
  EXPECT_TRUE(is_json(tests::OnTerminal(line + " --log.format json")));
  EXPECT_TRUE(is_text(Printed(line + " --log.format text")));
}

TEST(Paths, SaysWhichFolderIsUsedAndWhatIsThere) {
  const tests::TempDir folder;
  const auto paths = JsonOf(absl::StrCat("--data ", folder.path(), " paths"));
  ASSERT_TRUE(paths.is_array());
  for (const auto& each : paths) {
    if (each["what"] != "node_data") continue;
    EXPECT_EQ(each["path"], folder.path());
    EXPECT_EQ(each["there"], true);
    return;
  }
  FAIL() << "no data folder";
}

// The data folder's path holds a name, as one below /home does.
class CommandOfANode : public ::testing::Test {
 protected:
  CommandOfANode() {
    std::filesystem::create_directories(ground_ / "Zanarypath");
    options_ = tests::LoneNode(AANGAN_NODE_UNDER_TEST, ground_ / "Zanarypath");
    std::ofstream(config()) << "[node]\ndata = \"" << options_.data_folder << "\"\nlisten = \"127.0.0.1:0\"\n"
                            << "disk_reserve_megabytes = 1\nkey_file = \"" << ground_ / "Zanarypath/key"
                            << "\"\n";
    chmod(config().c_str(), 0600);
  }
  std::string config() const { return ground_ / "Zanarypath/node.toml"; }
  std::string Words(const std::string& words) const {
    return absl::StrCat("--data ", options_.data_folder, " ", words);
  }
  std::string VerdictOf(const nlohmann::json& doctor, const std::string& check) const {
    for (const auto& each : doctor) {
      if (each["check"] == check) return each["verdict"];
    }
    return "no such check";
  }
  nlohmann::json Doctor() const { return JsonOf(Words(absl::StrCat("doctor node --config ", config()))); }

  const tests::TempDir ground_;
  DaemonProcess::Options options_;
};

TEST_F(CommandOfANode, HealthIsItsExitCode) {
  EXPECT_TRUE(absl::EndsWith(Command(Words("health")), "code 1\n"));
  auto node = DaemonProcess::Start(options_);
  ASSERT_NE(node, nullptr);
  EXPECT_TRUE(absl::EndsWith(Command(Words("health node")), "code 0\n"));
  EXPECT_EQ(JsonOf(Words("health"))[0]["health"], "serving");
  node->Stop();
  EXPECT_TRUE(absl::EndsWith(Command(Words("health")), "code 1\n"));
}

// A user who may not look into the data folder is told that, and not that nobody answers.
TEST_F(CommandOfANode, HealthOfWhatMayNotBeLookedAtIsNotKnown) {
  auto node = DaemonProcess::Start(options_);
  ASSERT_NE(node, nullptr);
  chmod(options_.data_folder.c_str(), 0);
  // Root looks everywhere by two capabilities; without them it is a user as others are.
  const char* another =
      geteuid() == 0
          ? "setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-dac_override,-dac_read_search "
          : "";
  const auto as_another = [&](const std::string& words) {
    return Printed(absl::StrCat(another, AANGAN_COMMAND, " ", Words(words)));
  };
  const std::string health = as_another("health");
  EXPECT_TRUE(absl::StrContains(health, "not_known")) << health;
  EXPECT_TRUE(absl::StrContains(health, "may not look into its data folder")) << health;
  EXPECT_TRUE(absl::StrContains(health, "sudo aangan health")) << health;
  EXPECT_TRUE(absl::EndsWith(health, "code 1\n")) << health;
  const std::string status = as_another("status");
  EXPECT_TRUE(absl::StrContains(status, "may not look into the data folder; give the command with sudo")) << status;
  EXPECT_TRUE(absl::EndsWith(status, "code 78\n")) << status;
  EXPECT_TRUE(absl::StrContains(as_another("lock"), "give the command with sudo"));
  chmod(options_.data_folder.c_str(), 0700);
}

TEST_F(CommandOfANode, ALockedOneIsSaidToBeLocked) {
  const DaemonProcess::Options locked = tests::LockedNode(AANGAN_NODE_UNDER_TEST, ground_ / "Zanarypath");
  auto node = DaemonProcess::Launch(locked);
  ASSERT_TRUE(
      tests::Eventually(absl::Seconds(60), [&] { return JsonOf(Words("health"))[0].value("health", "") == "locked"; }));
  EXPECT_EQ(VerdictOf(Doctor(), "unlocked"), "fail");
}

TEST_F(CommandOfANode, TheDoctorFindsWhatIsWrong) {
  auto node = DaemonProcess::Start(options_);
  ASSERT_NE(node, nullptr);
  auto doctor = Doctor();
  ASSERT_TRUE(doctor.is_array());
  EXPECT_GE(doctor.size(), 20u);
  for (const char* check :
       {"settings",         "settings_mode",     "running",         "unlocked",      "ports_file", "data_folder",
        "data_folder_mode", "data_folder_owner", "secret_files",    "master_key",    "key_file",   "port_certificate",
        "port_key",         "port_authority",    "clock",           "disk_free",     "store",      "version",
        "backup",           "operator_token",    "operator_access", "steward_access"})
    EXPECT_EQ(VerdictOf(doctor, check), "pass") << check;
  for (const char* check : {"enrolled", "recovery"}) EXPECT_EQ(VerdictOf(doctor, check), "warn") << check;
  chmod((options_.data_folder + "/operator.token").c_str(), 0644);
  std::ofstream(config(), std::ios::app) << "no_such = 1\n";
  doctor = Doctor();
  EXPECT_EQ(VerdictOf(doctor, "secret_files"), "fail");
  EXPECT_EQ(VerdictOf(doctor, "settings"), "fail");
  EXPECT_TRUE(absl::EndsWith(Command(Words("doctor")), "code 1\n"));
  node->Kill();
  doctor = Doctor();
  EXPECT_EQ(VerdictOf(doctor, "running"), "fail");
  EXPECT_EQ(VerdictOf(doctor, "ports_file"), "warn");
  EXPECT_EQ(VerdictOf(doctor, "backup"), "skip");
}

TEST_F(CommandOfANode, AnImportTakesEachRowOfEachFileOnce) {
  auto node = DaemonProcess::Start(options_);
  ASSERT_NE(node, nullptr);
  std::ofstream(ground_ / "m.toml") << "id = \"coded\"\n[defaults]\n\"member.enrolment_quarter\" = \"2026Q1\"\n"
                                    << "[[column]]\nname = \"Sex\"\nfield = \"member.gender\"\n"
                                    << "values = { F = \"woman\", M = \"man\" }\n";
  // How many rows were added, there already and refused.
  const auto take_in = [&](const std::string& file, const std::string& rows, const std::string& more = "") {
    std::ofstream(ground_ / file) << "Sex\n" << rows;
    const auto printed =
        JsonOf(Words(absl::StrCat("import ", ground_ / file, " --mapping ", ground_ / "m.toml", " ", more)));
    EXPECT_TRUE(printed.is_array()) << file << printed;
    const auto& counts = printed.at(0);
    return absl::StrCat(counts["added"].get<int>(), " ", counts["repeated"].get<int>(), " ",
                        counts["refused"].get<int>());
  };
  EXPECT_EQ(take_in("April.csv", "F\nF\nX\nM\n"), "3 0 1");
  EXPECT_EQ(take_in("April.csv", "F\nF\nF\nM\n"), "1 3 0");  // mended into the same as one that is in
  EXPECT_EQ(take_in("April.csv", "F\nF\nF\nM\n"), "0 4 0");
  EXPECT_EQ(take_in("May.csv", "F\nF\nF\nM\n"), "4 0 0");
  EXPECT_EQ(take_in("April.csv", "F\nF\nF\nM\n", "--source 'June 2026'"), "4 0 0");
  EXPECT_EQ(take_in("June-mended.csv", "F\nF\nF\nM\n", "--source 'June 2026'"), "0 4 0");
  const std::string told =
      Command(Words(absl::StrCat("import ", ground_ / "May.csv", " --mapping ", ground_ / "m.toml")));
  EXPECT_TRUE(absl::StrContains(told, "under the name \"May.csv\". Is this another file")) << told;
}

TEST_F(CommandOfANode, TheDoctorFindsATokenThatHasEnded) {
  auto node = DaemonProcess::Start(options_);
  ASSERT_NE(node, nullptr);
  for (const auto& token : JsonOf(Words("token list"))) {
    if (token["role"] != "operator") continue;
    ASSERT_TRUE(
        absl::EndsWith(Command(Words(absl::StrCat("token end ", token["name"].get<std::string>()))), "code 0\n"));
  }
  const auto doctor = Doctor();
  EXPECT_EQ(VerdictOf(doctor, "running"), "pass");
  EXPECT_EQ(VerdictOf(doctor, "operator_access"), "fail");
  EXPECT_EQ(VerdictOf(doctor, "steward_access"), "pass");
  EXPECT_EQ(VerdictOf(doctor, "operator_token"), "fail");
  EXPECT_EQ(VerdictOf(doctor, "backup"), "skip");
  const std::string shown = Command(Words(absl::StrCat("doctor --config ", config())));
  EXPECT_TRUE(absl::StrContains(shown, "Do: the steward makes another")) << shown;
}

TEST_F(CommandOfANode, TheDoctorFindsMemoryThatCanNotBeLocked) {
  EXPECT_EQ(VerdictOf(Doctor(), "memory_lock"), "pass");
  const char* without_right = geteuid() == 0 ? "setpriv --bounding-set=-ipc_lock --inh-caps=-ipc_lock " : "";
  const std::string said =
      Printed(absl::StrCat(without_right, "prlimit --memlock=0:0 ", AANGAN_COMMAND, " --output csv ", Words("doctor")));
  EXPECT_TRUE(absl::StrContains(said, "memory_lock,fail,")) << said;
}

TEST_F(CommandOfANode, NeitherDoctorNorBundleSaysAnythingOfAnybody) {
  auto node = DaemonProcess::Start(options_);
  ASSERT_NE(node, nullptr);
  const auto steward = tests::NodeClient::OfFolder(node->address("grpc"), options_.data_folder, "steward.token");
  const std::string token = tests::TokenFor(steward, node::v1::ROLE_CASEWORKER);
  const tests::NodeClient client(
      tests::OpenChannel(node->address("grpc"), {tests::ReadAll(options_.data_folder + "/tls/authority.pem"), "", ""}),
      token);
  std::string errors;
  const std::vector<std::string> members = tests::FillWithCanaries(client, steward, "2026Q1", &errors);
  ASSERT_FALSE(members.empty()) << errors;
  const std::string bundle = ground_ / "bundle.json";
  const std::string words = Words(absl::StrCat("support-bundle node --config ", config(), " --to ", bundle));
  // Nobody is here who could look: nothing is written, but it is shown.
  std::string said = Printed(absl::StrCat(AANGAN_COMMAND, " ", words, " < /dev/null"));
  EXPECT_TRUE(absl::StrContains(said, "\"check\": \"disk_free\"")) << said;
  EXPECT_TRUE(absl::EndsWith(said, "code 1\n")) << said;
  EXPECT_FALSE(std::filesystem::exists(bundle));
  said = Command(words + " --yes");
  EXPECT_TRUE(absl::EndsWith(said, "code 0\n")) << said;
  const std::string written = tests::ReadAll(bundle);
  const auto parts = nlohmann::json::parse(written, nullptr, false);
  ASSERT_TRUE(parts.is_object()) << written;
  for (const char* part : {"build", "system", "settings", "doctor"}) EXPECT_TRUE(parts.contains(part)) << part;
  const std::string doctor = Command(Words(absl::StrCat("--output json doctor --config ", config())));
  std::vector<std::string> needles = tests::Canaries();
  needles.insert(needles.end(),
                 {token, ground_.path(), "Zanarypath", std::string(absl::StripPrefix(members.front(), "members/")),
                  std::string(absl::StripAsciiWhitespace(tests::ReadAll(options_.data_folder + "/operator.token"))),
                  JsonOf(Words("status"))[0]["node_id"]});
  for (const std::string& needle : needles) ASSERT_GT(needle.size(), 3u);
  EXPECT_EQ(tests::FoundIn(written, needles), "");
  EXPECT_EQ(tests::FoundIn(doctor, needles), "");
  EXPECT_EQ(tests::FoundIn(written + token, needles), token);
}

TEST_F(CommandOfANode, TheBundleAsksOnATerminal) {
  const std::string bundle = ground_ / "bundle.json";
  const auto answer = [&](const char* typed) {
    return OnTerminal(Words(absl::StrCat("support-bundle --to ", bundle)), "[y/N] ", typed);
  };
  EXPECT_TRUE(absl::StrContains(answer("n\n"), "Nothing was written"));
  EXPECT_FALSE(std::filesystem::exists(bundle));
  // Every byte of it was seen before the question.
  const std::string shown = absl::StrReplaceAll(answer("y\n"), {{"\r\n", "\n"}});
  EXPECT_TRUE(absl::StrContains(shown, "Written."));
  const std::string written = tests::ReadAll(bundle);
  EXPECT_TRUE(absl::StrContains(written, "disk_free") && absl::StrContains(written, "node.listen")) << written;
  const size_t at = shown.find(written);
  ASSERT_NE(at, std::string::npos) << shown;
  EXPECT_LT(at + written.size() - 1, shown.find("[y/N] "));
}

}  // namespace
}  // namespace aangan
