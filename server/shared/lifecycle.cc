// SPDX-License-Identifier: Apache-2.0
// A daemon's life: signals and the ports file.
#include "server/shared/lifecycle.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <initializer_list>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/files.h"
#include "base/log.h"

namespace aangan::server {
namespace {

sigset_t Signals(std::initializer_list<int> numbers) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : numbers) sigaddset(&signals, number);
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
  const sigset_t signals = Signals({SIGTERM, SIGINT, SIGHUP, SIGUSR1});
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

Order AwaitOrder(absl::Duration within) {
  const sigset_t signals = Signals({SIGTERM, SIGINT, SIGHUP});
  const timespec wait = absl::ToTimespec(within);
  const int received = sigtimedwait(&signals, nullptr, &wait);
  if (received < 0) return Order::kNone;
  return received == SIGHUP ? Order::kReload : Order::kStop;
}

Woken AwaitStopOrWake() { return Await(Signals({SIGTERM, SIGINT, SIGUSR1})) == SIGUSR1 ? Woken::kGoOn : Woken::kStop; }

void WakeMain() { kill(getpid(), SIGUSR1); }

SecondStop::SecondStop(std::function<void()> hurry) {
  thread_ = std::thread([this, hurry = std::move(hurry)] {
    // The destructor's signal goes to this thread alone; whoever sends one to the process means the program.
    Await(Signals({SIGTERM, SIGINT, SIGUSR1}));
    if (!over_) hurry();
  });
}

SecondStop::~SecondStop() {
  over_ = true;
  pthread_kill(thread_.native_handle(), SIGUSR1);
  thread_.join();
}

void EndWithin(absl::Duration within) {
  // On no other thread's mercy: each of them may be what holds it up.
  std::thread([within] {
    absl::Notification().WaitForNotificationWithTimeout(within);
    LogWarning("lifecycle", "something does not come to an end; the program ends without it");
    std::_Exit(0);
  }).detach();
}

absl::Status WritePorts(const std::string& folder, const std::map<std::string, std::string>& addresses) {
  std::string text;
  for (const auto& [name, address] : addresses) absl::StrAppend(&text, name, "=", address, "\n");
  return WriteFileDurably(absl::StrCat(folder, "/ports"), text, 0644);
}

}  // namespace aangan::server
