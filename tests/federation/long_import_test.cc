// SPDX-License-Identifier: Apache-2.0
// How far long work is, as people and programs see it: an import by the real command, on a terminal and into a pipe,
// and one that is stopped from the keyboard.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"
#include "tests/support/command_line.h"
#include "tests/support/daemon_process.h"
#include "tests/support/lone_node.h"
#include "tests/support/temp_dir.h"
#include "tests/support/terminal.h"

namespace aangan {
namespace {

using nlohmann::json;
using tests::DaemonProcess;

// A file that lasts: more than one stream, some seconds.
class LongImport : public ::testing::Test {
 protected:
  LongImport() : options_(tests::LoneNode(AANGAN_NODE_UNDER_TEST, ground_.path())) {
    std::ofstream(ground_ / "m.toml") << "id = \"coded\"\n[defaults]\n\"member.enrolment_quarter\" = \"2026Q1\"\n"
                                      << "[[column]]\nname = \"Sex\"\nfield = \"member.gender\"\n";
    std::ofstream rows(ground_ / "all.csv");
    rows << "Sex\n";
    for (int row = 0; row < kRows; ++row) rows << (row % 2 == 0 ? "woman\n" : "man\n");
    node_ = DaemonProcess::Start(options_);
    EXPECT_NE(node_, nullptr);
  }
  std::string Import() const {
    return absl::StrCat(AANGAN_COMMAND, " --data ", options_.data_folder, " --output json import ",
                        ground_ / "all.csv --mapping ", ground_ / "m.toml");
  }
  // What it says of the rows, for programs.
  json Rows(const std::string& more = "") const {
    const std::string printed = tests::Printed(absl::StrCat("(", Import(), more, " 2>/dev/null)"));
    return json::parse(printed.substr(0, printed.rfind("code ")), nullptr, false);
  }

  const tests::TempDir ground_;
  const DaemonProcess::Options options_;
  static constexpr int kRows = 8000;
  std::unique_ptr<DaemonProcess> node_;
};

TEST_F(LongImport, ShowsLinesOfJsonWhereThereIsNoTerminalAndATrialTakesNothingIn) {
  const json trial = Rows(" --dry-run");
  ASSERT_TRUE(trial.is_array()) << trial;
  EXPECT_EQ(trial[0]["rows"], kRows);
  EXPECT_EQ(trial[0]["added"], 0);
  const absl::Time begun = absl::Now();
  // Standard error alone.
  const std::string said = tests::Printed(absl::StrCat("(", Import(), " 2>&1 >", ground_ / "out", ")"));
  const int64_t seconds = absl::ToInt64Seconds(absl::Now() - begun);
  std::vector<json> lines;
  for (const absl::string_view line : absl::StrSplit(said, '\n')) {
    const auto object = json::parse(std::string(line), nullptr, false);
    if (object.is_object()) lines.push_back(object);
  }
  ASSERT_GE(lines.size(), 2u) << said;
  EXPECT_LE(static_cast<int64_t>(lines.size()), seconds + 3) << said;  // not one for each row
  for (size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i]["progress"], "rows");
    EXPECT_EQ(lines[i]["total"], kRows);
    const int64_t done = lines[i]["done"], before = i == 0 ? 0 : lines[i - 1]["done"].get<int64_t>();
    EXPECT_GE(done, before);
    EXPECT_EQ(lines[i]["percent"], done * 100 / kRows);
  }
  EXPECT_EQ(lines.back()["done"], kRows);
  EXPECT_FALSE(absl::StrContains(said, "\r")) << said;
  // And on standard output the data alone.
  std::ifstream out(ground_ / "out");
  EXPECT_EQ(json::parse(out)[0]["added"], kRows);
}

// Stopped in the middle from the keyboard; given again it adds what is missing, and nothing twice.
TEST_F(LongImport, ShowsABarOnATerminalAndMayBeStoppedThere) {
  const std::string third = "██████████";
  const std::string stopped = tests::OnTerminal(Import(), third, "\x03");
  EXPECT_TRUE(absl::StrContains(stopped, "\rrows ░░░")) << stopped;
  EXPECT_TRUE(absl::StrContains(stopped, "s left")) << stopped;
  EXPECT_FALSE(absl::StrContains(stopped, "100 %")) << stopped;
  EXPECT_FALSE(absl::StrContains(stopped, "\"progress\"")) << stopped;
  const json again = Rows();
  ASSERT_TRUE(again.is_array()) << again;
  EXPECT_GE(again[0]["repeated"], 2000);  // a first stream was in
  EXPECT_EQ(again[0]["added"].get<int>() + again[0]["repeated"].get<int>(), kRows);
  const std::string whole = tests::OnTerminal(Import());
  EXPECT_TRUE(absl::StrContains(whole, "██████████████████████████████ 100 %")) << whole;
  EXPECT_TRUE(absl::StrContains(whole, absl::StrCat("\"repeated\": ", kRows))) << whole;
}

}  // namespace
}  // namespace aangan
