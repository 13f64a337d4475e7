// SPDX-License-Identifier: Apache-2.0
// A daemon's life: signals and the ports file.
#include "server/shared/lifecycle.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

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
sigset_t AllSignals() {
  sigset_t signals = StopSignals();
  sigaddset(&signals, SIGUSR1);
  return signals;
}

int Await(const sigset_t& signals) {
  int received = 0;
  while (sigwait(&signals, &received) != 0) {
  }
  return received;
}

}  // namespace

void BlockSignals() {
  const sigset_t signals = AllSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

void AwaitStop() { Await(StopSignals()); }

Woken AwaitStopOrWake() { return Await(AllSignals()) == SIGUSR1 ? Woken::kGoOn : Woken::kStop; }

void WakeMain() { kill(getpid(), SIGUSR1); }

absl::Status WritePorts(const std::string& folder, const std::map<std::string, std::string>& addresses) {
  std::string text;
  for (const auto& [name, address] : addresses) absl::StrAppend(&text, name, "=", address, "\n");
  return WriteFileDurably(absl::StrCat(folder, "/ports"), text, 0644);
}

}  // namespace aangan::server
