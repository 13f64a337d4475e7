// SPDX-License-Identifier: Apache-2.0
// A thread that does one thing again and again, and ends when it is told to.
// Threads: thread-safe.
#ifndef AANGAN_SERVER_SHARED_PERIODIC_H_
#define AANGAN_SERVER_SHARED_PERIODIC_H_

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace aangan::server {

class Periodic {
 public:
  ~Periodic() { Stop(); }

  enum class First { kNow, kAfterOnePeriod };
  // Once. What `job` uses outlives Stop.
  void Start(absl::Duration period, First first, std::function<void()> job);
  // Waits for a job under way. True when it ended the thread now: it ran, and had not been stopped before.
  bool Stop();

 private:
  bool AwaitStop(absl::Duration period);

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_PERIODIC_H_
