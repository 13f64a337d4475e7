// SPDX-License-Identifier: Apache-2.0
// kill -9 of a process that commits: nothing that it acknowledged is lost, nothing is there twice or in part.
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "tests/faults/numbered_store.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

extern char** environ;

namespace aangan::tests {
namespace {

constexpr uint64_t kSeed = 909;
constexpr int kKills = 120;
using SteadyClock = std::chrono::steady_clock;

// The child and the pipe on which it tells what is durable.
class Child {
 public:
  explicit Child(const std::string& folder) {
    int ends[2];
    if (pipe(ends) != 0) std::abort();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    std::string program = AANGAN_COMMITTING_CHILD;
    std::string argument = folder;
    char* arguments[] = {program.data(), argument.data(), nullptr};
    if (posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environ) != 0) std::abort();
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    told_ = ends[0];
  }

  ~Child() { close(told_); }

  // Reads what it tells until the time is over; false when the pipe ended.
  bool ReadUntil(SteadyClock::time_point deadline) {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now()).count();
      pollfd waited = {told_, POLLIN, 0};
      if (poll(&waited, 1, static_cast<int>(std::max<int64_t>(left, 0))) == 0) return true;
      if (!ReadOne()) return false;
      if (SteadyClock::now() >= deadline) return true;
    }
  }

  bool ReadOne() {
    uint64_t number = 0;
    if (read(told_, &number, sizeof(number)) != sizeof(number)) return false;
    last_told_ = std::max(last_told_, number);
    return true;
  }

  // True when the signal was what ended it.
  bool Kill() {
    kill(pid_, SIGKILL);
    while (ReadOne()) {
    }
    int status = 0;
    waitpid(pid_, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

  uint64_t last_told() const { return last_told_; }

 private:
  pid_t pid_ = 0;
  int told_ = -1;
  uint64_t last_told_ = 0;
};

TEST(KillCommits, NothingAcknowledgedIsLost) {
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  TempDir dir;
  uint64_t found = 0;
  int in_flight = 0;
  for (int kills = 0; kills < kKills; ++kills) {
    Child child(dir.path());
    // Most kills hit commits in flight; every fifth may hit the opening of the store.
    if (kills % 5 != 0) {
      ASSERT_TRUE(child.ReadOne()) << "the child did not open the store";
    }
    child.ReadUntil(SteadyClock::now() + std::chrono::microseconds(random.Below(kills % 5 == 0 ? 60000 : 30000)));
    ASSERT_TRUE(child.Kill()) << "the child ended by itself";
    in_flight += child.last_told() > 0;

    auto store = NumberedStore::Open(dir.path());
    ASSERT_THAT(store, IsOk()) << "kill " << kills;
    ASSERT_GE((*store)->last_number(), child.last_told()) << "kill " << kills;
    ASSERT_GE((*store)->last_number(), found) << "kill " << kills;
    found = (*store)->last_number();
  }
  EXPECT_GE(in_flight, 90);
  std::cerr << kKills << " kills, " << in_flight << " of them with commits in flight, " << found << " items\n";
}

}  // namespace
}  // namespace aangan::tests
