// SPDX-License-Identifier: Apache-2.0
// A job runs now or after a period, again and again, and not after Stop.
#include "server/shared/periodic.h"

#include <atomic>

#include "absl/synchronization/blocking_counter.h"
#include "gtest/gtest.h"

namespace aangan::server {
namespace {

TEST(Periodic, RunsAtOnceAndAgain) {
  absl::BlockingCounter twice(2);
  std::atomic<int> runs = 0;
  Periodic periodic;
  periodic.Start(absl::Milliseconds(1), Periodic::First::kNow, [&] {
    if (++runs <= 2) twice.DecrementCount();
  });
  twice.Wait();
  EXPECT_TRUE(periodic.Stop());
  const int then = runs;
  EXPECT_FALSE(periodic.Stop());
  EXPECT_EQ(runs, then);
}

TEST(Periodic, WaitsForThePeriodWhereItIsTold) {
  std::atomic<int> runs = 0;
  Periodic periodic;
  periodic.Start(absl::Hours(1), Periodic::First::kAfterOnePeriod, [&] { ++runs; });
  EXPECT_TRUE(periodic.Stop());
  EXPECT_EQ(runs, 0);
}

TEST(Periodic, WhatWasNotStartedNeedsNoEnd) { EXPECT_FALSE(Periodic().Stop()); }

}  // namespace
}  // namespace aangan::server
