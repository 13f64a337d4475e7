// SPDX-License-Identifier: Apache-2.0
// Bounded numbers are uniform by rejection; the system's source gives something new each time.
#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <set>

namespace aangan {
namespace {

// Hands out the 64-bit words that a test wrote down.
class Scripted final : public RandomSource {
 public:
  explicit Scripted(std::deque<uint64_t> words) : words_(std::move(words)) {}
  void Fill(absl::Span<uint8_t> out) override {
    ASSERT_EQ(out.size(), 8u);
    ASSERT_FALSE(words_.empty());
    for (size_t i = 0; i < 8; ++i) out[i] = static_cast<uint8_t>(words_.front() >> (56 - 8 * i));
    words_.pop_front();
  }
  size_t left() const { return words_.size(); }

 private:
  std::deque<uint64_t> words_;
};

TEST(Random, WordsThatWouldFavourSmallResultsAreDrawnAgain) {
  // 2^64 mod 10 = 6: the words 0 to 5 are refused, 6 is the first that counts.
  Scripted random({0, 5, 6, UINT64_MAX});
  EXPECT_EQ(random.Below(10), 6u);
  EXPECT_EQ(random.left(), 1u);
  EXPECT_EQ(random.Below(10), UINT64_MAX % 10);
}

TEST(Random, APowerOfTwoRefusesNothing) {
  Scripted random({0, UINT64_MAX});
  EXPECT_EQ(random.Below(uint64_t{1} << 63), 0u);
  EXPECT_EQ(random.Below(1), 0u);
}

TEST(RandomDeathTest, ABoundOfZeroIsOurError) {
  Scripted random({1});
  EXPECT_DEATH(random.Below(0), "check failed: bound > 0");
}

TEST(Random, TheSystemsSourceFillsEveryByteAndDoesNotRepeat) {
  SystemRandom random;
  std::set<std::array<uint8_t, 32>> seen;
  std::array<uint8_t, 32> any{};
  for (int i = 0; i < 64; ++i) {
    auto bytes = random.Bytes<32>();
    EXPECT_TRUE(seen.insert(bytes).second);
    for (size_t k = 0; k < bytes.size(); ++k) any[k] |= bytes[k];
  }
  EXPECT_EQ(std::count(any.begin(), any.end(), 0), 0) << "64 draws left a byte at zero: it is not filled";
}

}  // namespace
}  // namespace aangan
