// SPDX-License-Identifier: Apache-2.0
// Feeds systemd's watchdog, each time after a call through the program's own port came back: no thread says that it is
// alive for others that hang.
//
// Threads: thread-safe; one thread of its own between Start and Stop.
#ifndef AANGAN_SERVER_SHARED_WATCHDOG_H_
#define AANGAN_SERVER_SHARED_WATCHDOG_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/shared/periodic.h"
#include "server/shared/sd_notify.h"

namespace aangan::server {

class Watchdog {
 public:
  // Outlives the watchdog.
  explicit Watchdog(const SdNotify* notify) : notify_(notify) {}
  // Three times within what systemd waits for; nothing when it waits for nothing. `call` ends within the time that it
  // is given. What it uses outlives Stop.
  void Start(std::function<absl::Status(absl::Duration within)> call);
  void Stop() { calls_.Stop(); }

 private:
  const SdNotify* const notify_;
  bool failing_ = false;  // of the watchdog's thread
  Periodic calls_;
};

// A gRPC port of ours as its own client sees it.
struct OwnPort {
  std::string address;          // as bound: "0.0.0.0:7411" is called at 127.0.0.1
  std::string authority_pem;    // that the port's certificate is checked against
  std::string server_name;      // that stands in it
  std::string certificate_pem;  // shown to a port that wants one; else empty
  std::string key_pem;
  std::string path;  // "/package.Service/Method": of any rpc that needs a credential
};
// One call without a credential over a new connection: TLS, front, door and the look-up of callers. OK when the door
// answered, which it does by refusing; UNAVAILABLE or DEADLINE_EXCEEDED when nothing or nobody of ours did.
absl::Status CallOwnPort(const OwnPort& port, absl::Duration within);

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_WATCHDOG_H_
