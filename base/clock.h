// SPDX-License-Identifier: Apache-2.0
// The wall clock as a seam: everything that asks for the time gets a Clock, so that tests can turn it.
#ifndef AANGAN_BASE_CLOCK_H_
#define AANGAN_BASE_CLOCK_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace aangan {

// Threads: thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

}  // namespace aangan

#endif  // AANGAN_BASE_CLOCK_H_
