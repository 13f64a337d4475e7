// SPDX-License-Identifier: Apache-2.0
// Wrong tokens from one address wait ever longer, up to a bound; time and other addresses are not held against anybody.
#include "server/shared/guess_brake.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"

namespace aangan::server {
namespace {

TEST(GuessBrake, WaitsLongerWithEachGuessUpToABound) {
  const tests::FakeClock clock(absl::FromUnixSeconds(1'800'000'000));
  GuessBrake brake(&clock);
  for (int64_t i = 0; i < GuessBrake::kFreeGuesses; ++i)
    EXPECT_EQ(brake.Wrong("ipv4:192.0.2.7:1"), absl::ZeroDuration()) << i;
  EXPECT_EQ(brake.Wrong("ipv4:192.0.2.7:2"), GuessBrake::kWaitAGuess) << "another port is the same address";
  for (int i = 0; i < 10'000; ++i) EXPECT_LE(brake.Wrong("ipv4:192.0.2.7:3"), GuessBrake::kWaitMax);
  EXPECT_EQ(brake.Wrong("ipv4:192.0.2.7:3"), GuessBrake::kWaitMax);
}

TEST(GuessBrake, ForgetsWithTime) {
  tests::FakeClock clock(absl::FromUnixSeconds(1'800'000'000));
  GuessBrake brake(&clock);
  for (int i = 0; i < 1000; ++i) brake.Wrong("ipv4:192.0.2.7:1");
  clock.Advance(absl::Seconds(GuessBrake::kLevelMax));
  EXPECT_EQ(brake.Wrong("ipv4:192.0.2.7:1"), absl::ZeroDuration());
  // A clock that is set back does no harm.
  clock.Advance(-absl::Hours(1));
  EXPECT_LE(brake.Wrong("ipv4:192.0.2.7:1"), GuessBrake::kWaitMax);
}

TEST(GuessBrake, OneGuesserSlowsFewOthers) {
  const tests::FakeClock clock(absl::FromUnixSeconds(1'800'000'000));
  GuessBrake brake(&clock);
  for (int i = 0; i < 1000; ++i) brake.Wrong("ipv6:[2001:db8::1]:1");
  int slowed = 0;
  for (int i = 0; i < 200; ++i)
    slowed += brake.Wrong(absl::StrCat("ipv4:198.51.100.", i, ":1")) > absl::ZeroDuration() ? 1 : 0;
  EXPECT_LE(slowed, 10) << "those that share its bucket: one in five expected";
}

}  // namespace
}  // namespace aangan::server
