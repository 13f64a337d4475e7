// SPDX-License-Identifier: Apache-2.0
// The nearest name is the one with the fewest edits.
#include "base/nearest.h"

#include <gtest/gtest.h>

namespace aangan {
namespace {

TEST(Nearest, FindsTheNameWithTheFewestEdits) {
  EXPECT_EQ(NearestName("node.lissten", {"node.data", "node.listen", "node.reflection"}), "node.listen");
  EXPECT_EQ(NearestName("gendre", {"birth_year", "gender"}), "gender");
  EXPECT_EQ(NearestName("", {"ab", "a"}), "a");
}

TEST(Nearest, TakesTheFirstOfEqualsAndNothingFromNothing) {
  EXPECT_EQ(NearestName("x", {"a", "b"}), "a");
  EXPECT_EQ(NearestName("x", {}), "");
}

}  // namespace
}  // namespace aangan
