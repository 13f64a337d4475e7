// SPDX-License-Identifier: Apache-2.0
// What a line of the shell shows on a terminal of its own, for tests of the real command.
#ifndef AANGAN_TESTS_SUPPORT_TERMINAL_H_
#define AANGAN_TESTS_SUPPORT_TERMINAL_H_

#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace aangan::tests {

// `typed` is typed when it has shown `question`.
inline std::string OnTerminal(const std::string& line, const std::string& question = "",
                              const std::string& typed = "") {
  constexpr int kLookMs = 20;
  constexpr int kLastWordsMs = 200;
  int terminal = -1, end = -1;
  EXPECT_EQ(openpty(&terminal, &end, nullptr, nullptr, nullptr), 0);
  const pid_t child = fork();
  if (child == 0) {
    login_tty(end);
    setenv("TERM", "xterm-256color", 1);
    execl("/bin/sh", "sh", "-c", absl::StrCat("exec ", line).c_str(), nullptr);
    _exit(127);
  }
  std::string shown;
  bool asked = question.empty();
  char some[256];
  // The other end stays open here: what was written last may be lost where the last one who has it open ends.
  bool is_over = false;
  for (pollfd readable{terminal, POLLIN, 0};;) {
    if (poll(&readable, 1, is_over ? kLastWordsMs : kLookMs) == 0) {
      if (is_over) break;
      is_over = waitpid(child, nullptr, WNOHANG) == child;
      continue;
    }
    const ssize_t size = read(terminal, some, sizeof(some));
    if (size <= 0) break;
    shown.append(some, static_cast<size_t>(size));
    if (asked || !absl::StrContains(shown, question)) continue;
    asked = true;
    EXPECT_EQ(write(terminal, typed.data(), typed.size()), static_cast<ssize_t>(typed.size()));
  }
  EXPECT_TRUE(asked) << shown;
  close(terminal);
  close(end);
  return shown;
}

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_TERMINAL_H_
