// SPDX-License-Identifier: Apache-2.0
// Field words: the published vectors of VDAF's Field64, signs, what is refused.
#include "privacy/prime_field.h"

#include "gtest/gtest.h"
#include "tests/support/hex.h"
#include "tests/support/status_matchers.h"

namespace aangan::privacy {
namespace {

uint64_t LittleEndian(absl::string_view hex) {
  const std::string bytes = tests::FromHex(hex);
  uint64_t word = 0;
  for (size_t i = 0; i < 8; ++i) word |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[i])) << (8 * i);
  return word;
}

// draft-irtf-cfrg-vdaf, test_vec: aggregate shares that add up to the result modulo p.
TEST(Field, AddsAsTheVdafVectorsDo) {
  EXPECT_EQ(Field64::Add(LittleEndian("355e16daa732744c"), LittleEndian("cda1e92557cd8bb3")), 1u);
  EXPECT_EQ(Field64::Add(0x7e44fd48426fd706u, 0x81bb02b6bd9028feu), 3u);
  EXPECT_EQ(Field64::Add(Field64::Add(0xdf7d03cb8f96da0fu, 0xb38bcd5725e9a1cdu), 0x6cf72edb4a7f8427u), 1u);
  EXPECT_EQ(Field64::Add(LittleEndian("e3ad3d4d7d6f5765"), LittleEndian("8252c2b28190a89a")), 100u);
}

// The modulus of the same draft, in its decimal form; its generator is tested beside the sharing.
static_assert(kFieldPrime == 18446744069414584321u);

TEST(Field, SignedValuesComeBack) {
  const std::vector<int64_t> values = {0, 1, -1, 900, -40, (int64_t{1} << 62) - 1, -((int64_t{1} << 62) - 1)};
  const std::string bytes = EncodeWords(values);
  EXPECT_EQ(bytes.size(), values.size() * 8);
  auto back = DecodeWords(bytes);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, values);
  EXPECT_EQ(FieldFromSigned(-1), kFieldPrime - 1);
}

TEST(Field, WordsOfThePrimeOrMoreAreRefused) {
  EXPECT_THAT(DecodeWords(tests::FromHex("01000000ffffffff")),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kOutOfRange));
  EXPECT_THAT(DecodeWords(std::string(8, '\xff')),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kOutOfRange));
  EXPECT_TRUE(DecodeWords(tests::FromHex("00000000ffffffff")).ok());
}

TEST(Field, BrokenWordsAreRefused) {
  EXPECT_THAT(DecodeWords("1234567"), tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength));
}

}  // namespace
}  // namespace aangan::privacy
