// SPDX-License-Identifier: Apache-2.0
// A node whose passphrase is forgotten, with the real daemon and the real command: parts made and printed, rehearsed by
// every choice of people, and the node opened with them behind a new passphrase.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/command_line.h"
#include "tests/support/daemon_process.h"
#include "tests/support/node_client.h"
#include "tests/support/process_memory.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using tests::DaemonProcess;
using tests::IsOk;
using tests::NodeClient;

constexpr char kPassphrase[] = "five words that are forgotten";
constexpr char kNext[] = "five words that are known";
constexpr int kParts = 4;
constexpr int kNeeded = 3;

class RecoveryTest : public ::testing::Test {
 protected:
  RecoveryTest() {
    options_.binary = AANGAN_NODE_UNDER_TEST;
    options_.data_folder = folder_ / "data";
    options_.log_path = folder_ / "log";
    options_.arguments = {"--node.data",
                          options_.data_folder,
                          "--node.listen",
                          "127.0.0.1:0",
                          "--node.https",
                          "127.0.0.1:0",
                          "--node.disk_reserve_megabytes",
                          "1"};
    Write("passphrase", kPassphrase);
    Write("next", kNext);
    node_ = DaemonProcess::Launch(options_);
  }

  std::string Write(const std::string& name, const std::string& text) const {
    const std::string path = folder_ / name;
    std::ofstream(path) << text;
    chmod(path.c_str(), 0600);
    return path;
  }
  // What the command prints, and its exit code behind.
  std::string Command(const std::string& words) const {
    return tests::Printed(absl::StrCat(AANGAN_COMMAND, " ", words, " --data ", options_.data_folder, " </dev/null"));
  }
  bool AwaitSocket() const {
    return tests::Eventually(absl::Seconds(60),
                             [this] { return std::filesystem::exists(options_.data_folder + "/control"); });
  }
  bool Unlock(const std::string& file) const {
    return absl::StrContains(Command(absl::StrCat("unlock --passphrase-file ", folder_ / file)), "code 0");
  }
  // Makes parts and leaves each in a file of its own, as somebody would who typed what is on her sheet.
  void SplitInto(const std::string& name) const {
    const std::string sheets = folder_ / ("sheets-" + name);
    const std::string printed = Command(absl::StrCat("recovery split --parts ", kParts, " --needed ", kNeeded, " --to ",
                                                     sheets, " --passphrase-file ", folder_ / "passphrase"));
    ASSERT_TRUE(absl::StrContains(printed, "code 0")) << printed;
    for (int place = 1; place <= kParts; ++place) {
      std::stringstream page;
      page << std::ifstream(absl::StrCat(sheets, "/part-", place, "-of-", kParts, ".html")).rdbuf();
      const std::string text = page.str();
      const size_t begin = text.find("<pre>") + 5;
      ASSERT_GT(text.size(), begin);
      Write(absl::StrCat(name, place), text.substr(begin, text.find("</pre>") - begin));
    }
  }
  std::string With(const std::string& words, const std::vector<std::string>& parts) const {
    std::string line = words;
    for (const std::string& part : parts) absl::StrAppend(&line, " --part-file ", folder_ / part);
    return Command(line);
  }
  absl::StatusOr<node::v1::GetStatusResponse> Status() const {
    const NodeClient client = NodeClient::OfFolder(node_->address("grpc"), options_.data_folder, "operator.token");
    node::v1::GetStatusResponse response;
    const absl::Status status =
        client.Call(*client.operators, &node::v1::OperatorService::Stub::GetStatus, {}, &response);
    if (!status.ok()) return status;
    return response;
  }
  bool WantsRecovery() const {
    const auto status = Status();
    EXPECT_THAT(status, IsOk());
    return status.ok() &&
           std::count(status->attentions().begin(), status->attentions().end(), node::v1::ATTENTION_RECOVERY) == 1;
  }

  const tests::TempDir folder_;
  DaemonProcess::Options options_;
  std::unique_ptr<DaemonProcess> node_;
};

TEST_F(RecoveryTest, EveryThreeOfFourOpenItAndNoTwo) {
  ASSERT_TRUE(AwaitSocket());
  ASSERT_TRUE(Unlock("passphrase"));
  ASSERT_TRUE(node_->AwaitReady(absl::Seconds(60)));
  EXPECT_TRUE(WantsRecovery());
  EXPECT_TRUE(absl::StrContains(With("recovery rehearse", {}), "code"));
  ASSERT_NO_FATAL_FAILURE(SplitInto("old"));
  ASSERT_NO_FATAL_FAILURE(SplitInto("part"));
  EXPECT_TRUE(WantsRecovery());  // made, and not tried
  for (uint32_t mask = 1; mask < (1u << kParts); ++mask) {
    std::vector<std::string> parts;
    for (int place = 1; place <= kParts; ++place)
      if ((mask >> (place - 1) & 1) != 0) parts.push_back(absl::StrCat("part", place));
    const std::string printed = With("recovery rehearse", parts);
    if (parts.size() >= kNeeded)
      EXPECT_TRUE(absl::StrContains(printed, "code 0")) << printed;
    else
      EXPECT_TRUE(absl::StrContains(printed, "too few parts")) << printed;
  }
  EXPECT_FALSE(WantsRecovery());
  // A wrong one is named: of an earlier day, and with a slip in its fourth line.
  EXPECT_TRUE(absl::StrContains(With("recovery rehearse --output json", {"part1", "old2", "part3"}), "\"part\":\"2\""));
  std::stringstream text;
  text << std::ifstream(folder_ / "part3").rdbuf();
  std::string slipped = text.str();
  char& letter = slipped[3 * 28];
  letter = letter == '0' ? '1' : '0';
  Write("slipped", slipped);
  const std::string printed = With("recovery rehearse --output json", {"part1", "part2", "slipped"});
  EXPECT_TRUE(absl::StrContains(printed, "\"part\":\"3\"")) << printed;
  EXPECT_TRUE(absl::StrContains(printed, "\"line\":\"4\"")) << printed;
  // No part lies in the node's folder or in unlocked memory.
  std::vector<std::string> needles;
  for (int place = 1; place <= kParts; ++place) {
    std::stringstream part;
    part << std::ifstream(folder_ / absl::StrCat("part", place)).rdbuf();
    needles.push_back(part.str().substr(28, 22));
  }
  EXPECT_TRUE(tests::FoundInFolder(options_.data_folder, needles).empty());
  EXPECT_TRUE(tests::FoundInMemory(node_->pid(), needles, tests::Pages::kUnlocked).empty());
}

TEST_F(RecoveryTest, TheNodeOpensBehindANewPassphrase) {
  ASSERT_TRUE(AwaitSocket());
  ASSERT_TRUE(Unlock("passphrase"));
  ASSERT_TRUE(node_->AwaitReady(absl::Seconds(60)));
  ASSERT_NO_FATAL_FAILURE(SplitInto("part"));
  const std::string recover = absl::StrCat("recovery recover --next-file ", folder_ / "next");
  EXPECT_TRUE(absl::StrContains(With(recover, {"part1", "part2", "part4"}), "Lock it first"));
  ASSERT_TRUE(absl::StrContains(Command("lock"), "code 0"));
  ASSERT_TRUE(tests::Eventually(absl::Seconds(60), [this] { return !Status().ok(); }));
  ASSERT_TRUE(AwaitSocket());
  ASSERT_TRUE(tests::Eventually(absl::Seconds(60), [&] {
    return absl::StrContains(With(recover, {"part1", "part2"}), "too few parts");
  }));
  EXPECT_FALSE(Unlock("next"));
  const std::string printed = With(recover, {"part1", "part2", "part4"});
  ASSERT_TRUE(absl::StrContains(printed, "code 0")) << printed;
  EXPECT_FALSE(Unlock("passphrase"));
  ASSERT_TRUE(Unlock("next"));
  ASSERT_TRUE(node_->AwaitReady(absl::Seconds(60)));
  EXPECT_THAT(Status(), IsOk());
  // The parts are still good: they are of the key, not of the passphrase.
  EXPECT_TRUE(absl::StrContains(With("recovery rehearse", {"part2", "part3", "part4"}), "code 0"));
}

// The computer is gone, and nobody knows the passphrase: a backup, the key file and three people are enough.
TEST_F(RecoveryTest, ANewComputerIsOpenedByPartsAndABackup) {
  ASSERT_TRUE(AwaitSocket());
  ASSERT_TRUE(Unlock("passphrase"));
  ASSERT_TRUE(node_->AwaitReady(absl::Seconds(60)));
  ASSERT_NO_FATAL_FAILURE(SplitInto("part"));
  const std::string backed_up =
      Command(absl::StrCat("backup --to ", folder_ / "backup", " --keys-to ", folder_ / "stick", " --label stick"));
  ASSERT_TRUE(absl::StrContains(backed_up, "code 0")) << backed_up;
  EXPECT_EQ(node_->Stop(), 0);
  const std::string restore = absl::StrCat("restore --from ", folder_ / "backup", " --keys-from ", folder_ / "stick",
                                           " --passphrase-file ", folder_ / "next");
  std::filesystem::rename(options_.data_folder, folder_ / "gone");
  EXPECT_TRUE(absl::StrContains(With(restore, {"part1", "part4"}), "too few parts"));
  const std::string restored = With(restore, {"part1", "part3", "part4"});
  ASSERT_TRUE(absl::StrContains(restored, "code 0")) << restored;
  node_ = DaemonProcess::Launch(options_);
  ASSERT_TRUE(AwaitSocket());
  EXPECT_FALSE(Unlock("passphrase"));
  ASSERT_TRUE(Unlock("next"));
  ASSERT_TRUE(node_->AwaitReady(absl::Seconds(60)));
  EXPECT_THAT(Status(), IsOk());
  // It still knows which parts were made.
  EXPECT_TRUE(absl::StrContains(With("recovery rehearse", {"part2", "part3", "part4"}), "code 0"));
}

}  // namespace
}  // namespace aangan
