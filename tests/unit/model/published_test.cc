// SPDX-License-Identifier: Apache-2.0
// What the federation signs: the signature is not among the bytes, everything else is.
#include "model/published.h"

#include "gtest/gtest.h"

namespace aangan::model {
namespace {

TEST(Published, TheSignatureIsNotAmongTheSignedBytes) {
  federation::v1::Receipt receipt;
  receipt.set_collective("kerala_1");
  const std::string bytes = *CanonicalReceipt(receipt);
  receipt.set_signature("x");
  EXPECT_EQ(*CanonicalReceipt(receipt), bytes);
  receipt.set_collective("bihar_1");
  EXPECT_NE(*CanonicalReceipt(receipt), bytes);
  federation::v1::NationalRelease release;
  release.add_sums(-3);
  const std::string sums = *CanonicalRelease(release);
  release.set_signature("x");
  EXPECT_EQ(*CanonicalRelease(release), sums);
  release.set_sums(0, 3);
  EXPECT_NE(*CanonicalRelease(release), sums);
}

TEST(Published, AFreezeBindsEveryContribution) {
  federation::v1::Freeze freeze;
  freeze.add_contributions()->set_collective("bihar_1");
  const std::string one = *CanonicalFreeze(freeze);
  freeze.add_contributions()->set_collective("kerala_1");
  EXPECT_NE(*CanonicalFreeze(freeze), one);
}

// Field by number, lengths before bytes: what every node and the federation sign and verify.
TEST(Published, AVoidNamesItsRoundAndItsPeriod) {
  federation::v1::Void word;
  word.set_round_id(std::string(32, 'r'));
  word.set_period("2026Q3");
  EXPECT_EQ(*CanonicalVoid(word),
            std::string("\0\0\0\x20", 4) + std::string(32, 'r') + std::string("\0\0\0\x06", 4) + "2026Q3");
}

TEST(Published, UnknownFieldsAreRefused) {
  federation::v1::Freeze freeze;
  freeze.GetReflection()->MutableUnknownFields(&freeze)->AddVarint(99, 1);
  EXPECT_FALSE(CanonicalFreeze(freeze).ok());
}

}  // namespace
}  // namespace aangan::model
