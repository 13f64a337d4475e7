// SPDX-License-Identifier: Apache-2.0
// The clock of daemons under test: the real one, moved by as many seconds as a file says. Shipped programs have no such
// thing; the test daemons are built from the same objects with a main of their own.
#ifndef AANGAN_TESTS_SUPPORT_OFFSET_CLOCK_H_
#define AANGAN_TESTS_SUPPORT_OFFSET_CLOCK_H_

#include <cstdlib>
#include <fstream>
#include <string>

#include "base/clock.h"

namespace aangan::tests {

// Threads: thread-safe. Reads the file named by AANGAN_TEST_CLOCK at each question; no file means no offset.
class OffsetClock final : public Clock {
 public:
  OffsetClock() : path_(std::getenv("AANGAN_TEST_CLOCK") == nullptr ? "" : std::getenv("AANGAN_TEST_CLOCK")) {}
  absl::Time Now() const override {
    int64_t seconds = 0;
    std::ifstream(path_) >> seconds;
    return absl::Now() + absl::Seconds(seconds);
  }

 private:
  const std::string path_;
};

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_OFFSET_CLOCK_H_
