// SPDX-License-Identifier: Apache-2.0
// Who is reading a store: a reader keeps the files of when it began. Threads: thread-safe.
#ifndef AANGAN_STORAGE_ENGINE_OPEN_READERS_H_
#define AANGAN_STORAGE_ENGINE_OPEN_READERS_H_

#include <cstdint>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace aangan::storage {

class OpenReaders {
 public:
  class Mark {
   public:
    explicit Mark(OpenReaders* readers) : readers_(readers), number_(readers->Enter()) {}
    ~Mark() { readers_->Leave(number_); }
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;

   private:
    OpenReaders* const readers_;
    const uint64_t number_;
  };

  // False when a reader of before is still there.
  bool AwaitThoseOfNow(absl::Duration patience) {
    absl::MutexLock lock(&mutex_);
    const uint64_t now = next_;
    auto gone = [this, now]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return open_.empty() || *open_.begin() >= now; };
    return mutex_.AwaitWithTimeout(absl::Condition(&gone), patience);
  }

 private:
  uint64_t Enter() {
    absl::MutexLock lock(&mutex_);
    open_.insert(next_);
    return next_++;
  }
  void Leave(uint64_t number) {
    absl::MutexLock lock(&mutex_);
    open_.erase(number);
  }
  absl::Mutex mutex_;
  uint64_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  std::set<uint64_t> open_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::storage

#endif  // AANGAN_STORAGE_ENGINE_OPEN_READERS_H_
