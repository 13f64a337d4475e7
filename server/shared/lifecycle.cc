// SPDX-License-Identifier: Apache-2.0
// A daemon's life: signals and the ports file.
#include "server/shared/lifecycle.h"

#include <pthread.h>
#include <signal.h>

#include "absl/strings/str_cat.h"
#include "base/files.h"

namespace aangan::server {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

void BlockSignals() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

void AwaitStop() {
  const sigset_t signals = StopSignals();
  int received = 0;
  while (sigwait(&signals, &received) != 0) {
  }
}

absl::Status WritePorts(const std::string& folder, const std::map<std::string, std::string>& addresses) {
  std::string text;
  for (const auto& [name, address] : addresses) absl::StrAppend(&text, name, "=", address, "\n");
  return WriteFileDurably(absl::StrCat(folder, "/ports"), text, 0644);
}

}  // namespace aangan::server
