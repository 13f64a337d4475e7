// SPDX-License-Identifier: Apache-2.0
// A clock that a test turns by hand.
#ifndef AANGAN_TESTS_SUPPORT_FAKE_CLOCK_H_
#define AANGAN_TESTS_SUPPORT_FAKE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"

namespace aangan::tests {

// Threads: thread-safe.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time now) : now_(now) {}
  absl::Time Now() const override {
    absl::MutexLock lock(&mutex_);
    return now_;
  }
  void Advance(absl::Duration by) {
    absl::MutexLock lock(&mutex_);
    now_ += by;
  }

 private:
  mutable absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_FAKE_CLOCK_H_
