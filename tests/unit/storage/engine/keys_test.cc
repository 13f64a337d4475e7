// SPDX-License-Identifier: Apache-2.0
// Keys sort as what they hold, and come back as they went in.
#include "storage/engine/keys.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "base/digest.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace aangan::storage {
namespace {

using tests::HasProblem;
using tests::IsOk;
constexpr uint64_t kSeed = 20260101;

TEST(Keys, ComeBackAsTheyWentIn) {
  KeyId id;
  id.fill(0xab);
  const std::string key = KeyWriter().U8(7).U32(70000).U64(1ull << 40).Id(id).Text(std::string("a\0b", 3)).bytes();
  KeyReader reader(key);
  EXPECT_EQ(*reader.U8(), 7);
  EXPECT_EQ(*reader.U32(), 70000u);
  EXPECT_EQ(*reader.U64(), 1ull << 40);
  EXPECT_EQ(*reader.Id(), id);
  EXPECT_EQ(*reader.Text(), std::string("a\0b", 3));
  EXPECT_THAT(reader.End(), IsOk());
}

TEST(Keys, NumbersSortByValue) {
  const std::vector<uint64_t> numbers = {0, 1, 255, 256, 65535, 1ull << 32, ~0ull};
  for (size_t i = 1; i < numbers.size(); ++i) {
    EXPECT_LT(KeyWriter().U64(numbers[i - 1]).bytes(), KeyWriter().U64(numbers[i]).bytes());
  }
}

TEST(Keys, TextSortsAsTextWhateverFollows) {
  SCOPED_TRACE(kSeed);
  tests::SeededRandom random(kSeed);
  std::vector<std::tuple<std::string, uint64_t>> rows;
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (uint64_t n = random.Below(4); n > 0; --n) text.push_back(static_cast<char>(random.Below(3) * 127));
    rows.emplace_back(text, random.Below(3));
  }
  std::sort(rows.begin(), rows.end());
  std::string before;
  for (const auto& [text, number] : rows) {
    const std::string key = KeyWriter().Text(text).U64(number).bytes();
    EXPECT_LE(before, key);
    before = key;
  }
}

TEST(Keys, ShortOrStrangeKeysAreDamage) {
  auto damaged = HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged);
  EXPECT_THAT(KeyReader("abc").U32(), damaged);
  EXPECT_THAT(KeyReader("").U8(), damaged);
  EXPECT_THAT(KeyReader("too short for an id").End(), damaged);
  EXPECT_THAT(KeyReader("fifteen bytes..").Id(), damaged);
  EXPECT_THAT(KeyReader("text without an end").Text(), damaged);
  EXPECT_THAT(KeyReader(absl::string_view("a\0", 2)).Text(), damaged);
  EXPECT_THAT(KeyReader(absl::string_view("a\0b", 3)).Text(), damaged);
}

TEST(KeyRanges, PrefixHoldsExactlyWhatStartsWithIt) {
  const KeyRange range = KeyRange::Prefix("ab\xff");
  EXPECT_TRUE(range.Contains("ab\xff"));
  EXPECT_TRUE(range.Contains("ab\xff\xff\xff"));
  EXPECT_FALSE(range.Contains("ab"));
  EXPECT_FALSE(range.Contains("ac"));
  EXPECT_TRUE(KeyRange::Prefix("\xff\xff").end.empty());
  EXPECT_TRUE(KeyRange::All().Contains(""));
}

TEST(KeyRanges, AfterLeavesOutTheKeyItself) {
  const KeyRange range = KeyRange::Prefix("a").After("ab");
  EXPECT_FALSE(range.Contains("ab"));
  EXPECT_TRUE(range.Contains(absl::string_view("ab\0", 3)));
  EXPECT_TRUE(KeyRange::Prefix("b").After("a").Contains("b"));
}

}  // namespace
}  // namespace aangan::storage
