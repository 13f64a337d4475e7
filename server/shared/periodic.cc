// SPDX-License-Identifier: Apache-2.0
// Again and again.
#include "server/shared/periodic.h"

#include <utility>

namespace aangan::server {

void Periodic::Start(absl::Duration period, First first, std::function<void()> job) {
  thread_ = std::thread([this, period, first, job = std::move(job)] {
    if (first == First::kNow) job();
    while (!AwaitStop(period)) job();
  });
}

bool Periodic::AwaitStop(absl::Duration period) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&stopping_), period);
}

bool Periodic::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (!thread_.joinable()) return false;
  thread_.join();
  return true;
}

}  // namespace aangan::server
