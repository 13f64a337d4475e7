// SPDX-License-Identifier: Apache-2.0
// A bounded number of threads with a bounded queue: for work that blocks, which the threads of a front must not do.
//
// After each job a thread overwrites the part of its stack that jobs use, because a short text of a request may have
// lain there, and a thread that waits would keep it.
// Threads: thread-safe. The destructor waits for what was taken in.
#ifndef AANGAN_SERVER_SHARED_WORKER_POOL_H_
#define AANGAN_SERVER_SHARED_WORKER_POOL_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace aangan::server {

class WorkerPool {
 public:
  struct Bounds {
    size_t threads = 1;
    size_t waiting_max = 0;  // jobs that wait while all threads are busy
  };
  explicit WorkerPool(const Bounds& bounds);
  ~WorkerPool();

  // False when it is full, or is being destroyed.
  bool Run(std::function<void()> job);

 private:
  void Work();

  const Bounds bounds_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  size_t busy_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<std::function<void()>> jobs_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_WORKER_POOL_H_
