// SPDX-License-Identifier: Apache-2.0
// Slows down whoever guesses tokens.
#include "server/shared/guess_brake.h"

#include <algorithm>

#include "absl/hash/hash.h"

namespace aangan::server {

absl::Duration GuessBrake::Wrong(absl::string_view address) {
  const absl::string_view host = address.substr(0, address.rfind(':'));  // all of it where there is no port
  const int64_t now = absl::ToUnixSeconds(clock_->Now());
  absl::MutexLock lock(&mutex_);
  // The hash begins anywhere in memory, at another place with each start: nobody picks an address to meet another's.
  Bucket& bucket = buckets_[absl::HashOf(host) % buckets_.size()];
  bucket.level = std::max<int64_t>(0, bucket.level - std::max<int64_t>(0, now - bucket.second));
  bucket.second = now;
  bucket.level = std::min(kLevelMax, bucket.level + 1);
  return std::min(kWaitMax, kWaitAGuess * std::max<int64_t>(0, bucket.level - kFreeGuesses));
}

}  // namespace aangan::server
