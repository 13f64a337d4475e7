// SPDX-License-Identifier: Apache-2.0
// Slows down whoever guesses tokens: after some wrong ones from an address, each further one is answered later, by at
// most two seconds. A right token is never slowed and nobody is locked out, because only refusals wait.
//
// A leaky bucket an address: a wrong token fills it by one, a second empties it by one. Addresses share a fixed number
// of buckets by a keyed hash; two that meet in one slow each other's wrong tokens, no more.
// Threads: thread-safe. Bounds: 1024 buckets, made once.
#ifndef AANGAN_SERVER_SHARED_GUESS_BRAKE_H_
#define AANGAN_SERVER_SHARED_GUESS_BRAKE_H_

#include <array>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"

namespace aangan::server {

class GuessBrake {
 public:
  static constexpr int64_t kFreeGuesses = 20;
  static constexpr int64_t kLevelMax = 120;
  static constexpr absl::Duration kWaitAGuess = absl::Milliseconds(20);  // for each one above the free ones
  static constexpr absl::Duration kWaitMax = absl::Seconds(2);

  explicit GuessBrake(const Clock* clock) : clock_(clock) {}  // outlives it

  // A wrong token came from "ipv4:192.0.2.7:49152" or the like; the port does not count. How long its answer waits.
  absl::Duration Wrong(absl::string_view address);

 private:
  struct Bucket {
    int64_t level = 0;
    int64_t second = 0;  // since 1970, up to which it was emptied
  };

  const Clock* const clock_;
  absl::Mutex mutex_;
  std::array<Bucket, 1024> buckets_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_GUESS_BRAKE_H_
