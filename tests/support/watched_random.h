// SPDX-License-Identifier: Apache-2.0
// The system's randomness with a place to look in: a test sees each time that the thread which made it asks, and how
// much. Other threads are served and not watched.
#ifndef AANGAN_TESTS_SUPPORT_WATCHED_RANDOM_H_
#define AANGAN_TESTS_SUPPORT_WATCHED_RANDOM_H_

#include <functional>
#include <thread>

#include "base/random.h"

namespace aangan::tests {

class WatchedRandom final : public RandomSource {
 public:
  explicit WatchedRandom(RandomSource* source = nullptr) : source_(source != nullptr ? source : &system_) {}
  void Fill(absl::Span<uint8_t> out) override {
    if (before_fill && std::this_thread::get_id() == maker_) before_fill(out.size());
    source_->Fill(out);
  }
  // Told how many bytes are asked for. Set and unset by the thread that made this, while nothing runs.
  std::function<void(size_t)> before_fill;

 private:
  SystemRandom system_;
  RandomSource* const source_;
  const std::thread::id maker_ = std::this_thread::get_id();
};

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_WATCHED_RANDOM_H_
