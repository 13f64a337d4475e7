// SPDX-License-Identifier: Apache-2.0
// A daemon's life: signals are blocked before the first thread, then one thread waits for orders; the ports that were
// bound are written to a file, so that clients and tests find them when port 0 was asked for. Threads: all but WakeMain
// from the main thread.
#ifndef AANGAN_SERVER_SHARED_LIFECYCLE_H_
#define AANGAN_SERVER_SHARED_LIFECYCLE_H_

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace aangan::server {

// Calls under way get ten seconds (of the daemons' own), and the rest of the stop five.
inline constexpr absl::Duration kStopMost = absl::Seconds(15);
// After a second order to stop.
inline constexpr absl::Duration kHurriedStopMost = absl::Seconds(4);

// SIGTERM, SIGINT and SIGHUP are held back for the waits below, SIGPIPE is ignored. Call first of all.
void BlockSignals();
// Until the order to stop (SIGTERM, SIGINT) or to reload (SIGHUP), at most `within`.
enum class Order { kStop, kReload, kNone };
Order AwaitOrder(absl::Duration within);
// Until the order to stop, or WakeMain. From another thread WakeMain says that the main thread may go on. An order to
// reload waits for AwaitOrder.
enum class Woken { kStop, kGoOn };
Woken AwaitStopOrWake();
void WakeMain();

// While it lives, after the order to stop: a second one calls `hurry`, once, on a thread of its own.
class SecondStop {
 public:
  explicit SecondStop(std::function<void()> hurry);
  ~SecondStop();
  SecondStop(const SecondStop&) = delete;

 private:
  std::atomic<bool> over_{false};
  std::thread thread_;
};

// From now on the program has so long to come to its end; whatever holds it up then, it ends, with exit code 0. What
// was acknowledged is on disk, as after a power cut. The shortest of several calls counts.
void EndWithin(absl::Duration within);

// Writes "<name>=<address>" a line to <folder>/ports, whole or not at all.
absl::Status WritePorts(const std::string& folder, const std::map<std::string, std::string>& addresses);

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_LIFECYCLE_H_
