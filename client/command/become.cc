// SPDX-License-Identifier: Apache-2.0
// Becoming a daemon: see become.h.
#include "client/command/become.h"

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

}  // namespace

absl::Status Become(const std::string& program, const std::vector<std::string>& words) {
  std::vector<std::string> all = {Beside(program)};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> arguments;
  for (std::string& word : all) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing,
                 "the program can not be started; install it beside aangan, or on the PATH")
      .Number("errno", errno);
}

}  // namespace aangan::client
