// SPDX-License-Identifier: Apache-2.0
// What a daemon does between its start and the order to stop: on SIGHUP it reads its settings again.
//
// A configuration with a fault changes nothing: the one in force stays whole, and the fault is said. It is a fault too
// when the file that was read is not there any more. Of one without, the settings that are marked live count at once,
// and the log names those that differ from what runs, which wait for the next start. The level
// "debug" lasts an hour and is then "info" again, because such a log grows and is forgotten.
// Threads: the main thread.
#ifndef AANGAN_SERVER_SHARED_RELOAD_H_
#define AANGAN_SERVER_SHARED_RELOAD_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/clock.h"
#include "base/literal.h"
#include "server/shared/config.h"
#include "server/shared/sd_notify.h"

namespace aangan::server {

// log.format and log.level: of every daemon.
std::vector<Setting> WithLogSettings(std::vector<Setting> settings);

class Reload {
 public:
  using Read = std::function<Config::Outcome()>;
  // `in_force`: what `read` said at the start; its log settings count from here on. `clock` and `notify` outlive it.
  Reload(std::vector<Setting> settings, Config in_force, Read read, const Clock* clock, const SdNotify* notify);

  // Until the order to stop. `apply` is called with each configuration that was read anew and has no fault; `status` is
  // what systemd is told once more after a reload.
  void AwaitStop(Literal status, const std::function<void(const Config&)>& apply);
  // One reload. False when the new configuration has a fault.
  bool Now(const std::function<void(const Config&)>& apply);
  // Ends "debug" when its hour is over.
  void Tick();

 private:
  void ApplyLog();

  const std::vector<Setting> settings_;
  const Read read_;
  const Clock* const clock_;
  const SdNotify* const notify_;
  Config in_force_;  // what runs
  std::optional<absl::Time> debug_until_;
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_RELOAD_H_
