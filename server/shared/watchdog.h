// SPDX-License-Identifier: Apache-2.0
// Feeds systemd's watchdog, each time after a call through the program's own port came back as it does when all is
// well: no thread says that it is alive for others that hang.
//
// Threads: thread-safe but for WriterWatch, which belongs to one; one thread of its own between Start and Stop.
#ifndef AANGAN_SERVER_SHARED_WATCHDOG_H_
#define AANGAN_SERVER_SHARED_WATCHDOG_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
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
  // A sixth of what systemd waits for after each call; nothing when it waits for nothing. `call` ends within the time
  // that it is given, a fourth of it: a single one that does not come back costs no new start. What it uses outlives
  // Stop.
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
// refused it for want of a credential, as it does when all is well (IsWell); what was answered else, or UNAVAILABLE or
// DEADLINE_EXCEEDED when nothing or nobody of ours answered.
absl::Status CallOwnPort(const OwnPort& port, absl::Duration within);
bool IsWell(const absl::Status& answered);

// Whether whoever writes a store goes on, from outside and without a write: the call above passes no writer.
class WriterWatch {
 public:
  // `writes`: how many are done, or any number that moves with each; `waiting`: how many wait or are under way.
  // UNAVAILABLE (BUSY) when something waited at the look before too and nothing was written between.
  absl::Status Look(uint64_t writes, size_t waiting);

 private:
  std::optional<uint64_t> waited_at_;  // how many were done when something waited; none: nothing waited
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_WATCHDOG_H_
