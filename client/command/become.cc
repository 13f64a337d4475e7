// SPDX-License-Identifier: Apache-2.0
// The daemons' programs: see become.h.
#include "client/command/become.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "absl/strings/str_cat.h"
#include "base/problem.h"

namespace aangan::client {
namespace {

std::string Beside(const std::string& name) {
  char path[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof(path));
  if (size <= 0) return name;
  const std::string self(path, static_cast<size_t>(size));
  const std::string beside = absl::StrCat(self.substr(0, self.find_last_of('/')), "/", name);
  return access(beside.c_str(), X_OK) == 0 ? beside : name;
}

std::vector<std::string> AllWords(const std::string& program, const std::vector<std::string>& words) {
  std::vector<std::string> all = {Beside(program)};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

// For exec; they point into `words`.
std::vector<char*> Arguments(std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  return arguments;
}

absl::Status NotThere(int error) {
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing,
                 "the program can not be started; install it beside aangan, or on the PATH")
      .Number("errno", error);
}

// The exit code, or -1 when a signal ended it.
int Await(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

absl::Status Become(const std::string& program, const std::vector<std::string>& words) {
  std::vector<std::string> all = AllWords(program, words);
  const std::vector<char*> arguments = Arguments(all);
  execvp(arguments[0], arguments.data());
  return NotThere(errno);
}

absl::StatusOr<Ended> RunToEnd(const std::string& program, const std::vector<std::string>& words) {
  std::vector<std::string> all = AllWords(program, words);
  const std::vector<char*> arguments = Arguments(all);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return NotThere(errno);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  pid_t child = -1;
  const int failed = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  Ended ended;
  char some[4096];
  ssize_t size = 0;
  while (failed == 0 && (size = read(ends[0], some, sizeof(some))) != 0) {
    if (size > 0) ended.printed.append(some, static_cast<size_t>(size));
    if (size < 0 && errno != EINTR) break;
  }
  close(ends[0]);
  if (failed != 0) return NotThere(failed);
  ended.exit_code = Await(child);
  return ended;
}

absl::StatusOr<int> RunAndHear(const std::string& program, const std::vector<std::string>& words) {
  std::vector<std::string> all = AllWords(program, words);
  const std::vector<char*> arguments = Arguments(all);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  pid_t child = -1;
  const int failed = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return NotThere(failed);
  return Await(child);
}

}  // namespace aangan::client
