// SPDX-License-Identifier: Apache-2.0
// A broken invariant ends the process and says which; it never says a value.
#include "base/check.h"

#include <gtest/gtest.h>

namespace aangan {
namespace {

TEST(CheckDeathTest, AFalseConditionEndsTheProcessWithItsSourceText) {
  const int secret_value = 4711;
  EXPECT_DEATH(AANGAN_CHECK(secret_value < 0), "check failed: secret_value < 0 at .*check_test.cc:[0-9]+\n$");
}

TEST(Check, ATrueConditionIsEvaluatedOnceAndDoesNothing) {
  int count = 0;
  AANGAN_CHECK(++count == 1);
  EXPECT_EQ(count, 1);
}

}  // namespace
}  // namespace aangan
