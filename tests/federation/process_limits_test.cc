// SPDX-License-Identifier: Apache-2.0
// The programs that hold secrets, as they are shipped: none leaves a core dump or lets itself be traced, and none goes
// on with secrets in memory that can not be locked.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/support/command_line.h"
#include "tests/support/daemon_process.h"
#include "tests/support/key_lock.h"
#include "tests/support/node_client.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using tests::DaemonProcess;

// Root may lock what it likes, so the right to it is taken away as well.
std::string WithoutLockedMemory(const std::string& words) {
  const char* without_right = geteuid() == 0 ? "setpriv --bounding-set=-ipc_lock --inh-caps=-ipc_lock " : "";
  return absl::StrCat(without_right, "prlimit --memlock=0:0 ", words);
}

// Files of a process in /proc belong to its group unless it may not be dumped, and then to root: proc(5). A process of
// root's own gets another group, so that the two can be told apart.
std::vector<std::string> InAGroupOfItsOwn(const std::vector<std::string>& words) {
  if (getegid() != 0) return words;
  std::vector<std::string> all = {"/usr/bin/setpriv", "--regid=65534", "--clear-groups"};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}
bool IsDumpable(pid_t pid) {
  struct stat facts {};
  return stat(absl::StrCat("/proc/", pid, "/environ").c_str(), &facts) == 0 && facts.st_gid != 0;
}
bool MayLeaveACore(pid_t pid) {
  const std::string limits = tests::ReadAll(absl::StrCat("/proc/", pid, "/limits"));
  EXPECT_TRUE(absl::StrContains(limits, "Max core file size")) << limits;
  return !absl::StrContains(limits, absl::StrCat("Max core file size        0", std::string(20, ' '), "0 "));
}

class ProcessLimits : public ::testing::Test {
 protected:
  std::unique_ptr<DaemonProcess> Start(const std::string& binary) const {
    std::vector<std::string> words = InAGroupOfItsOwn({binary, "--node.data", data_, "--node.listen", "127.0.0.1:0",
                                                       "--node.https", "127.0.0.1:0", "--node.disk_reserve_megabytes",
                                                       "1", "--node.key_file", tests::MakeKeyFile(folder_ / "key")});
    DaemonProcess::Options options;
    options.binary = words.front();
    options.arguments.assign(words.begin() + 1, words.end());
    options.data_folder = data_;
    options.log_path = folder_ / "log";
    return DaemonProcess::Start(options);
  }

  const tests::TempDir folder_;
  const std::string data_ = folder_ / "data";
};

TEST_F(ProcessLimits, ANodeRefusesMemoryThatCanNotBeLocked) {
  const std::string said = tests::Printed(WithoutLockedMemory(
      absl::StrCat(AANGAN_NODE, " --node.data ", data_, " --node.key_file ", tests::MakeKeyFile(folder_ / "key"))));
  EXPECT_TRUE(absl::StrContains(said, "can not be locked")) << said;
  EXPECT_TRUE(absl::StrContains(said, "LimitMEMLOCK")) << said;
  EXPECT_TRUE(absl::StrContains(said, "code 1")) << said;
  EXPECT_FALSE(std::filesystem::exists(data_));
}

// The shipped node; the one of other tests, which lets a debugger in, is the test of the test.
TEST_F(ProcessLimits, ANodeIsNeitherDumpedNorTraced) {
  auto node = Start(AANGAN_NODE_UNDER_TEST);
  ASSERT_NE(node, nullptr);
  EXPECT_TRUE(IsDumpable(node->pid()));
  EXPECT_EQ(node->Stop(), 0);
  node = Start(AANGAN_NODE);
  ASSERT_NE(node, nullptr);
  EXPECT_FALSE(IsDumpable(node->pid()));
  EXPECT_FALSE(MayLeaveACore(node->pid()));
  EXPECT_EQ(node->Stop(), 0);
}

// While it waits for the passphrase to be typed.
TEST_F(ProcessLimits, TheCommandIsNeitherDumpedNorTraced) {
  const std::string pid_file = folder_ / "pid";
  std::string line = absl::StrCat("echo $$ > ", pid_file, "; exec");
  for (const std::string& word : InAGroupOfItsOwn({AANGAN_COMMAND})) absl::StrAppend(&line, " ", word);
  FILE* const typed = popen(absl::StrCat(line, " unlock --data ", data_, " 2>/dev/null").c_str(), "w");
  ASSERT_NE(typed, nullptr);
  pid_t pid = 0;
  ASSERT_TRUE(tests::Eventually(absl::Seconds(60), [&] {
    return absl::SimpleAtoi(tests::ReadAll(pid_file), &pid) &&
           absl::StrContains(tests::ReadAll(absl::StrCat("/proc/", pid, "/cmdline")), AANGAN_COMMAND) &&
           !MayLeaveACore(pid);
  }));
  EXPECT_FALSE(IsDumpable(pid));
  pclose(typed);
}

TEST_F(ProcessLimits, ALowLimitStopsTheCommandsThatTakeASecretAlone) {
  const std::string data = absl::StrCat(" --data ", data_);
  const std::string unlock = tests::Printed(absl::StrCat(
      "echo five words that stay together | ", WithoutLockedMemory(absl::StrCat(AANGAN_COMMAND, " unlock", data))));
  EXPECT_TRUE(absl::StrContains(unlock, "can not be locked")) << unlock;
  EXPECT_TRUE(absl::StrContains(unlock, "code 78")) << unlock;
  const std::string rehearse = tests::Printed(
      WithoutLockedMemory(absl::StrCat(AANGAN_COMMAND, " recovery rehearse --part-file ", folder_ / "part", data)));
  EXPECT_TRUE(absl::StrContains(rehearse, "can not be locked")) << rehearse;
  // This one takes none: it gets as far as the node that is not there.
  const std::string lock = tests::Printed(WithoutLockedMemory(absl::StrCat(AANGAN_COMMAND, " lock", data)));
  EXPECT_TRUE(absl::StrContains(lock, "no node answers")) << lock;
}

}  // namespace
}  // namespace aangan
