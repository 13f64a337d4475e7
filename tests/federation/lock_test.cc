// SPDX-License-Identifier: Apache-2.0
// A node that is opened with a passphrase and locked again, with the real daemon and the real command: what can be read
// when, and where the passphrase and the master key lie.
#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/secret.h"
#include "storage/engine/master_key.h"
#include "tests/support/command_line.h"
#include "tests/support/daemon_process.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/process_memory.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using tests::DaemonProcess;
using tests::IsOk;
using tests::NodeClient;

constexpr char kPassphrase[] = "five words that stay together";

class LockTest : public ::testing::Test {
 protected:
  LockTest() {
    options_ = tests::LockedNode(AANGAN_NODE_UNDER_TEST, folder_.path());
    node_ = DaemonProcess::Launch(options_);
  }
  // What the command prints, with these lines typed, and its exit code behind.
  std::string Command(const std::string& words, const std::string& typed) const {
    return tests::Printed(
        absl::StrCat("printf '%s\\n' '", typed, "' | ", AANGAN_COMMAND, " ", words, " --data ", options_.data_folder));
  }
  bool AwaitSocket() const {
    return tests::Eventually(absl::Seconds(60),
                             [this] { return std::filesystem::exists(options_.data_folder + "/control"); });
  }
  std::string Unlock(const std::string& typed) const { return Command("unlock", typed); }
  NodeClient Operator() const {
    return NodeClient::OfFolder(node_->address("grpc"), options_.data_folder, "operator.token");
  }
  absl::Status Ask() const {
    const NodeClient client = Operator();
    node::v1::GetStatusResponse response;
    return client.Call(*client.operators, &node::v1::OperatorService::Stub::GetStatus, {}, &response);
  }

  const tests::TempDir folder_;
  DaemonProcess::Options options_;
  std::unique_ptr<DaemonProcess> node_;
};

TEST_F(LockTest, OpensWithThePassphraseAloneAndLocksAtOnce) {
  ASSERT_TRUE(AwaitSocket());
  EXPECT_FALSE(std::filesystem::exists(options_.data_folder + "/main"));  // locked: no store is opened, none is made
  EXPECT_TRUE(absl::StrContains(Unlock("too short"), "at least 12 characters"));
  EXPECT_TRUE(absl::StrContains(Unlock(kPassphrase), "code 0"));
  ASSERT_TRUE(node_->AwaitReady(absl::Seconds(60)));
  EXPECT_THAT(Ask(), IsOk());
  EXPECT_TRUE(absl::StrContains(Unlock(kPassphrase), "open already"));

  // The same process, from the beginning: nothing answers until the passphrase comes.
  const pid_t pid = node_->pid();
  EXPECT_TRUE(absl::StrContains(Command("lock", ""), "code 0"));
  ASSERT_TRUE(tests::Eventually(absl::Seconds(60), [this] { return !Ask().ok(); }));
  ASSERT_TRUE(AwaitSocket());
  ASSERT_TRUE(tests::Eventually(
      absl::Seconds(60), [this] { return absl::StrContains(Unlock("five words that stay apart"), "does not open"); }));
  EXPECT_FALSE(Ask().ok());
  EXPECT_TRUE(absl::StrContains(Unlock(kPassphrase), "code 0"));
  ASSERT_TRUE(node_->AwaitReady(absl::Seconds(60)));
  EXPECT_EQ(node_->pid(), pid);
  EXPECT_THAT(Ask(), IsOk());

  EXPECT_TRUE(
      absl::StrContains(Command("passphrase", absl::StrCat(kPassphrase, "\n", "another five words it is")), "code 0"));
  EXPECT_TRUE(absl::StrContains(Command("lock", ""), "code 0"));
  ASSERT_TRUE(
      tests::Eventually(absl::Seconds(60), [this] { return absl::StrContains(Unlock(kPassphrase), "does not open"); }));
  EXPECT_TRUE(absl::StrContains(Unlock("another five words it is"), "code 0"));
  ASSERT_TRUE(node_->AwaitReady(absl::Seconds(60)));
  EXPECT_EQ(node_->Stop(), 0);
}

// A credential of the systemd unit, as LoadCredentialEncrypted lays it down.
TEST_F(LockTest, OpensByTheCredentialOfItsUnit) {
  ASSERT_TRUE(AwaitSocket());
  EXPECT_EQ(node_->Stop(), 0);
  const std::string folder = folder_ / "credentials";
  std::filesystem::create_directory(folder);
  const auto lay = [&folder](const std::string& line) {
    return WriteFileDurably(folder + "/aangan-passphrase", line, 0400);
  };
  DaemonProcess::Options with_credential = options_;
  with_credential.environment["CREDENTIALS_DIRECTORY"] = folder;
  // The first one makes the key; the second opens it.
  for (int start = 0; start < 2; ++start) {
    ASSERT_THAT(lay(absl::StrCat(kPassphrase, "\n")), IsOk());
    node_ = DaemonProcess::Start(with_credential);
    ASSERT_NE(node_, nullptr);
    EXPECT_THAT(Ask(), IsOk());
    EXPECT_TRUE(absl::StrContains(Command("lock", ""), "opens by itself"));
    EXPECT_EQ(node_->Stop(), 0);
  }
  // A wrong one is not asked again and again: the node says so and ends.
  constexpr char kWrong[] = "five words that stay apart";
  ASSERT_THAT(lay(kWrong), IsOk());
  node_ = DaemonProcess::Launch(with_credential);
  EXPECT_FALSE(node_->AwaitReady(absl::Seconds(60)));
  EXPECT_EQ(node_->Stop(), 1);
  const std::string log = tests::ReadAll(options_.log_path);
  EXPECT_TRUE(absl::StrContains(log, "does not open")) << log;
  EXPECT_FALSE(absl::StrContains(log, kWrong) || absl::StrContains(log, kPassphrase));
  // It is the passphrase of the key, for whoever types it.
  node_ = DaemonProcess::Launch(options_);
  ASSERT_TRUE(AwaitSocket());
  EXPECT_TRUE(absl::StrContains(Unlock(kPassphrase), "code 0"));
  ASSERT_TRUE(node_->AwaitReady(absl::Seconds(60)));
  EXPECT_EQ(node_->Stop(), 0);
}

TEST_F(LockTest, AfterThreeWrongOnesItTakesTheRightOneLater) {
  ASSERT_TRUE(AwaitSocket());
  ASSERT_TRUE(absl::StrContains(Unlock(kPassphrase), "code 0"));
  ASSERT_TRUE(node_->AwaitReady(absl::Seconds(60)));
  EXPECT_EQ(node_->Stop(), 0);
  options_.environment["AANGAN_TEST_CLOCK"] = folder_ / "clock";
  node_ = DaemonProcess::Launch(options_);
  ASSERT_TRUE(AwaitSocket());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(absl::StrContains(Unlock("five words that stay apart"), "does not open"));
  EXPECT_TRUE(absl::StrContains(Unlock(kPassphrase), "Too soon"));
  EXPECT_EQ(node_->Stop(), 0);  // also a locked node stops when it is told to
}

// Passphrase and master key are in no page that could be written to swap or a core dump. They are in the locked ones:
// the test of the test. Once the node is locked they are in none.
TEST_F(LockTest, PassphraseAndMasterKeyLieInLockedPagesAloneUntilItIsLocked) {
  ASSERT_TRUE(AwaitSocket());
  ASSERT_TRUE(absl::StrContains(Unlock(kPassphrase), "code 0"));
  ASSERT_TRUE(node_->AwaitReady(absl::Seconds(60)));
  ASSERT_THAT(Ask(), IsOk());
  const auto key =
      storage::OpenMasterKey(options_.data_folder + "/master_key",
                             {storage::KeyProtection::kByPassphrase, SecretBytes::Copy(AsBytes(kPassphrase))});
  ASSERT_THAT(key, IsOk());
  const std::vector<std::string> needles = {kPassphrase, std::string(AsText(key->span()))};
  EXPECT_TRUE(tests::FoundInMemory(node_->pid(), needles, tests::Pages::kUnlocked).empty());
  EXPECT_EQ(tests::FoundInMemory(node_->pid(), needles, tests::Pages::kLocked), std::vector<size_t>{1});
  EXPECT_TRUE(tests::FoundInFolder(options_.data_folder, needles).empty());

  const pid_t pid = node_->pid();
  ASSERT_TRUE(absl::StrContains(Command("lock", ""), "code 0"));
  // Its answer says that it waits again, as the process that it was.
  ASSERT_TRUE(tests::Eventually(
      absl::Seconds(60), [this] { return absl::StrContains(Unlock("five words that stay apart"), "does not open"); }));
  ASSERT_EQ(node_->pid(), pid);
  EXPECT_TRUE(tests::FoundInMemory(pid, needles).empty());
  EXPECT_FALSE(tests::FoundInMemory(pid, {options_.data_folder}).empty());
  EXPECT_EQ(node_->Stop(), 0);
}

}  // namespace
}  // namespace aangan
