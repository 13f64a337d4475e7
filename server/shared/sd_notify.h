// SPDX-License-Identifier: Apache-2.0
// Tells systemd how the program is doing: datagrams to the socket that it names in NOTIFY_SOCKET.
//
// Source: sd_notify(3) and sd_watchdog_enabled(3), by hand, so that nothing has to be linked for it. Without a socket
// nothing is sent. Threads: thread-safe. Errors: none; who does not listen is not told.
#ifndef AANGAN_SERVER_SHARED_SD_NOTIFY_H_
#define AANGAN_SERVER_SHARED_SD_NOTIFY_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "base/literal.h"

namespace aangan::server {

class SdNotify {
 public:
  // `socket`: a path, "@name" for an abstract one, or empty. `watchdog`: within what systemd wants to be told again.
  SdNotify(std::string socket, std::optional<absl::Duration> watchdog)
      : socket_(std::move(socket)), watchdog_(watchdog) {}
  // From NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
  static SdNotify FromEnvironment();

  // Started, or done with a reload; `status` is what `systemctl status` shows.
  void Ready(Literal status) const;
  void Status(Literal status) const;
  void Reloading() const;
  void Stopping() const;
  void Watchdog() const;  // alive
  const std::optional<absl::Duration>& watchdog() const { return watchdog_; }

 private:
  void Send(const std::string& state) const;

  const std::string socket_;
  const std::optional<absl::Duration> watchdog_;
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_SD_NOTIFY_H_
