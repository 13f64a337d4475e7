// SPDX-License-Identifier: Apache-2.0
// Threads for work that blocks.
#include "server/shared/worker_pool.h"

#include <utility>

#include "server/shared/wiped_stack.h"

namespace aangan::server {
WorkerPool::WorkerPool(const Bounds& bounds) : bounds_(bounds) {
  for (size_t i = 0; i < bounds.threads; ++i) threads_.emplace_back([this] { Work(); });
}

WorkerPool::~WorkerPool() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

bool WorkerPool::Run(std::function<void()> job) {
  absl::MutexLock lock(&mutex_);
  if (stopping_ || busy_ + jobs_.size() >= bounds_.threads + bounds_.waiting_max) return false;
  jobs_.push_back(std::move(job));
  return true;
}

void WorkerPool::Work() {
  while (true) {
    std::function<void()> job;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(
          +[](WorkerPool* self)
               ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) { return self->stopping_ || !self->jobs_.empty(); },
          this));
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
      ++busy_;
    }
    job();
    job = nullptr;
    WipeStack();
    absl::MutexLock lock(&mutex_);
    --busy_;
  }
}

}  // namespace aangan::server
