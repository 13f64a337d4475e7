// SPDX-License-Identifier: Apache-2.0
// A key in parts: which subsets give it back, and that a wrong part is named.
#include "privacy/key_split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/problem.h"
#include "google/rpc/error_details.pb.h"
#include "privacy/shamir.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace aangan::privacy {
namespace {

using tests::IsOk;
using tests::SeededRandom;

KeyPart Copy(const KeyPart& part) { return {part.deal, part.needed, part.of, part.place, part.words.Clone()}; }

std::vector<KeyPart> Chosen(const std::vector<KeyPart>& parts, uint32_t mask) {
  std::vector<KeyPart> chosen;
  for (size_t i = 0; i < parts.size(); ++i)
    if ((mask >> i & 1) != 0) chosen.push_back(Copy(parts[i]));
  return chosen;
}

std::string MetadataOf(const absl::Status& status, const std::string& key) {
  google::rpc::ErrorInfo info;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  if (!payload || !info.ParseFromString(std::string(*payload)) || info.metadata().count(key) == 0) return "";
  return info.metadata().at(key);
}

std::string Text(const KeyPart& part) { return std::string(AsText(KeyPartText(part).span())); }

class KeySplitTest : public ::testing::Test {
 protected:
  std::vector<KeyPart> Split(int needed, int of) {
    absl::StatusOr<std::vector<KeyPart>> parts = SplitKey(key_.span(), needed, of, random_);
    EXPECT_THAT(parts, IsOk());
    return *std::move(parts);
  }
  bool IsKey(const absl::StatusOr<SecretBytes>& joined) const {
    return joined.ok() && joined->ConstantTimeEquals(key_.span());
  }

  SeededRandom random_{20261125};
  const SecretBytes key_ = SecretBytes::Random(kSplitKeyBytes, random_);
};

TEST_F(KeySplitTest, EverySubsetOfKOrMoreGivesItBackAndEveryOtherIsRefused) {
  for (int of = 2; of <= 8; ++of) {
    for (int needed = 2; needed <= of; ++needed) {
      const std::vector<KeyPart> parts = Split(needed, of);
      for (uint32_t mask = 1; mask < (1u << of); ++mask) {
        const absl::StatusOr<SecretBytes> joined = JoinKey(Chosen(parts, mask));
        if (__builtin_popcount(mask) >= needed) {
          EXPECT_TRUE(IsKey(joined)) << needed << " of " << of << ", mask " << mask;
        } else {
          EXPECT_TRUE(HasReason(joined.status(), Reason::kNotEnoughParts)) << joined.status();
        }
      }
    }
  }
}

// Said with numbers: k-1 parts fit every key by exactly one last part. So they say nothing about it.
TEST_F(KeySplitTest, OneLessThanNeededFitsEveryOtherKeyToo) {
  const std::vector<KeyPart> parts = Split(3, 5);
  const SecretBytes other = SecretBytes::Random(kSplitKeyBytes, random_);
  // A deal of the other key that goes through the same first two parts is found by taking the difference of two deals:
  // add to the third part what moves the secret and leaves the values at 1 and 2.
  const absl::StatusOr<SecretBytes> before = JoinKey(Chosen(parts, 0b00111));
  ASSERT_TRUE(IsKey(before));
  std::vector<KeyPart> moved = Chosen(parts, 0b00111);
  const std::vector<uint64_t> points = {0, 1, 2};
  const std::vector<uint64_t> weights = WeightsAt<Field64>(3, points);
  for (size_t word = 0; word < 8; ++word) {
    const auto value = [&](const KeyPart& part) {
      uint64_t v = 0;
      for (size_t i = 8; i-- > 0;) v = v << 8 | part.words.data()[word * 8 + i];
      return v;
    };
    uint64_t secret = 0;
    for (size_t i = 4; i-- > 0;) secret = secret << 8 | other.data()[word * 4 + i];
    const std::vector<uint64_t> values = {secret, value(parts[0]), value(parts[1])};
    const uint64_t third = WeightedSum<Field64>(weights, values);
    for (size_t i = 0; i < 8; ++i) moved[2].words.data()[word * 8 + i] = static_cast<uint8_t>(third >> (8 * i));
  }
  const absl::StatusOr<SecretBytes> joined = JoinKey(moved);
  ASSERT_THAT(joined, IsOk());
  EXPECT_TRUE(joined->ConstantTimeEquals(other.span()));
}

TEST_F(KeySplitTest, PartsAreReadBackHoweverTheyAreTyped) {
  for (const KeyPart& part : Split(3, 5)) {
    std::string text = Text(part);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), kKeyPartLines);
    for (const char* form : {"as printed", "lower case", "one line"}) {
      if (form == std::string("lower case")) std::transform(text.begin(), text.end(), text.begin(), ::tolower);
      if (form == std::string("one line"))
        text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == ' ' || c == '\n'; }), text.end());
      const absl::StatusOr<KeyPart> read = ReadKeyPart(AsBytes(text), 1);
      ASSERT_THAT(read, IsOk()) << form;
      EXPECT_EQ(KeyPartDigest(*read), KeyPartDigest(part));
      EXPECT_EQ(read->place, part.place);
      EXPECT_EQ(read->needed, 3);
      EXPECT_EQ(read->of, 5);
    }
  }
}

// Each digit of a part, turned into each other one: the slip is found, and in its line but for one case in 256, where
// the check of the whole finds it.
TEST_F(KeySplitTest, ASlipIsFoundAndItsLineNamed) {
  const std::vector<KeyPart> parts = Split(2, 2);
  const std::string text = Text(parts[0]);
  int found_by_the_whole = 0, slips = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == ' ' || text[at] == '\n') continue;
    const int64_t line = std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(at), '\n') + 1;
    for (const char letter : std::string("0123456789ABCDEF")) {
      if (letter == text[at]) continue;
      std::string slipped = text;
      slipped[at] = letter;
      const absl::Status status = ReadKeyPart(AsBytes(slipped), 7).status();
      ASSERT_TRUE(HasReason(status, Reason::kBadPart));
      EXPECT_EQ(MetadataOf(status, "part"), "7");
      ++slips;
      if (MetadataOf(status, "line").empty())
        ++found_by_the_whole;
      else
        EXPECT_EQ(MetadataOf(status, "line"), std::to_string(line));
    }
  }
  EXPECT_EQ(slips, 176 * 15);
  EXPECT_LT(found_by_the_whole, slips / 50);
}

TEST_F(KeySplitTest, SwappedLinesMissingLinesAndStrangeLettersAreRefused) {
  const std::vector<KeyPart> parts = Split(2, 2);
  const std::string text = Text(parts[0]);
  const size_t line = text.find('\n') + 1;
  EXPECT_TRUE(HasReason(
      ReadKeyPart(AsBytes(text.substr(line, line) + text.substr(0, line) + text.substr(2 * line)), 1).status(),
      Reason::kBadPart));
  EXPECT_TRUE(HasReason(ReadKeyPart(AsBytes(text.substr(line)), 1).status(), Reason::kBadPart));
  EXPECT_TRUE(HasReason(ReadKeyPart({}, 1).status(), Reason::kBadPart));
  std::string strange = text;
  strange[2 * line + 1] = 'O';
  const absl::Status status = ReadKeyPart(AsBytes(strange), 1).status();
  EXPECT_EQ(MetadataOf(status, "line"), "3");
}

TEST_F(KeySplitTest, PartsOfTwoDealsOrOfOneHolderDoNotGoTogether) {
  const std::vector<KeyPart> parts = Split(2, 3);
  const std::vector<KeyPart> later = Split(2, 3);
  std::vector<KeyPart> mixed;
  mixed.push_back(Copy(parts[0]));
  mixed.push_back(Copy(later[1]));
  EXPECT_EQ(MetadataOf(JoinKey(mixed).status(), "part"), "2");
  mixed[1] = Copy(parts[0]);
  EXPECT_EQ(MetadataOf(JoinKey(mixed).status(), "part"), "2");
}

TEST_F(KeySplitTest, NumbersThatMakeNoSenseAreRefused) {
  for (const auto& [needed, of] : std::vector<std::pair<int, int>>{{1, 3}, {0, 0}, {4, 3}, {2, 15}, {-1, 2}})
    EXPECT_TRUE(HasReason(SplitKey(key_.span(), needed, of, random_).status(), Reason::kInvalidField)) << needed;
}

}  // namespace
}  // namespace aangan::privacy
