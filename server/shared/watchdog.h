// SPDX-License-Identifier: Apache-2.0
// Feeds systemd's watchdog, each time after a call through the program's own port came back as it does when all is
// well: no thread says that it is alive for others that hang.
//
// Threads: thread-safe but for WriterWatch and FullDoorWatch, which belong to one; one thread of its own between Start
// and Stop.
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

class Door;

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
  // `steps`: a number that moves while the writer gets on, also with what is refused or was there before; `waiting`:
  // how many wait or are under way. UNAVAILABLE (BUSY) when something waited at the look before too and the writer took
  // no step between.
  absl::Status Look(uint64_t steps, size_t waiting);

 private:
  std::optional<uint64_t> waited_at_;  // the steps when something waited; none: nothing waited
};

// Whether a door that has no room goes on: it is full of callers' doing, and a new start would help none of them.
class FullDoorWatch {
 public:
  // `answered`: by CallOwnPort; `steps`: of the writer, and the calls of the door that are over are added. What was
  // answered, but OK for a full door (TOO_MANY) where a call ended or the writer got on since the look before.
  absl::Status Look(const absl::Status& answered, const Door& door, uint64_t steps);

 private:
  uint64_t stood_at_ = 0;
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_WATCHDOG_H_
