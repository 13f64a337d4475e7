// SPDX-License-Identifier: Apache-2.0
// What a line of the shell prints, for tests of the real command.
#ifndef AANGAN_TESTS_SUPPORT_COMMAND_LINE_H_
#define AANGAN_TESTS_SUPPORT_COMMAND_LINE_H_

#include <cstdio>
#include <cstdlib>
#include <string>

namespace aangan::tests {

// Standard output and error of the line, and its exit code behind: "code 0\n".
inline std::string Printed(const std::string& line) {
  FILE* const pipe = popen((line + " 2>&1; echo \"code $?\"").c_str(), "r");
  if (pipe == nullptr) std::abort();
  std::string printed;
  char some[256];
  while (fgets(some, sizeof(some), pipe) != nullptr) printed += some;
  pclose(pipe);
  return printed;
}

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_COMMAND_LINE_H_
