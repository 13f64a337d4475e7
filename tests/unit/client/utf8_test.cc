// SPDX-License-Identifier: Apache-2.0
// Well-formed UTF-8 as RFC 3629 says, and the ways in which it is not.
#include "client/command/utf8.h"

#include "gtest/gtest.h"

namespace aangan::client {
namespace {

TEST(Utf8, TakesIndianScriptsAndEveryLength) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("लक्ष्मी লক্ষ্মী లక్ష్మి"));
  EXPECT_TRUE(IsUtf8("\xF4\x8F\xBF\xBF"));
}

TEST(Utf8, RefusesOverlongSurrogatesAndCutSequences) {
  for (const char* bad :
       {"\xC0\x80", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "\x80", "\xE0\xA4", "\xF0\x9F\x98"}) {
    EXPECT_FALSE(IsUtf8(bad));
  }
}

}  // namespace
}  // namespace aangan::client
