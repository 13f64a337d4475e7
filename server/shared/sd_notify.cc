// SPDX-License-Identifier: Apache-2.0
// Datagrams to systemd.
#include "server/shared/sd_notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace aangan::server {
namespace {

const char* Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

SdNotify SdNotify::FromEnvironment() {
  int64_t micros = 0, pid = 0;
  std::optional<absl::Duration> watchdog;
  const bool ours = !absl::SimpleAtoi(Environment("WATCHDOG_PID"), &pid) || pid == getpid();
  if (ours && absl::SimpleAtoi(Environment("WATCHDOG_USEC"), &micros) && micros > 0)
    watchdog = absl::Microseconds(micros);
  return {Environment("NOTIFY_SOCKET"), watchdog};
}

void SdNotify::Ready(Literal status) const { Send(absl::StrCat("READY=1\nSTATUS=", status.text())); }
void SdNotify::Status(Literal status) const { Send(absl::StrCat("STATUS=", status.text())); }
void SdNotify::Stopping() const { Send("STOPPING=1\nSTATUS=stopping"); }
void SdNotify::Watchdog() const { Send("WATCHDOG=1"); }

void SdNotify::Reloading() const {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  Send(absl::StrCat("RELOADING=1\nMONOTONIC_USEC=", absl::ToInt64Microseconds(absl::DurationFromTimespec(now))));
}

void SdNotify::Send(const std::string& state) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.empty() || socket_.size() >= sizeof(address.sun_path)) return;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (socket_[0] == '@') address.sun_path[0] = '\0';
  const int sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (sender < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  (void)sendto(sender, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
  close(sender);
}

}  // namespace aangan::server
