// SPDX-License-Identifier: Apache-2.0
// Seeds, words and the plaintext of a share.
#include "privacy/share_vector.h"

#include <gtest/gtest.h>

#include "base/digest.h"
#include "privacy/field.h"
#include "tests/support/status_matchers.h"

namespace aangan::privacy {
namespace {

using absl::StatusCode;
using tests::HasProblem;

TEST(ShareVectorTest, ASeedExpandsToWordsOfTheFieldAndTheSameOnes) {
  const std::string seed(32, '\1');
  const ShareVector one = ExpandSeed(AsBytes(seed), 1000);
  const ShareVector longer = ExpandSeed(AsBytes(seed), 1001);
  for (size_t i = 0; i < one.size(); ++i) {
    EXPECT_LT(one[i], kFieldPrime);
    EXPECT_EQ(one[i], longer[i]);
  }
}

// RFC 8439, A.1, vector 1: key and nonce zero, block 0.
TEST(ShareVectorTest, TheStreamIsThatOfTheRfc) {
  const ShareVector words = ExpandSeed(std::vector<uint8_t>(32, 0), 2);
  EXPECT_EQ(EncodeFieldWords(words.span()).substr(0, 16),
            std::string("\x76\xb8\xe0\xad\xa0\xf1\x3d\x90\x40\x5d\x6a\xe5\x53\x86\xbd\x28", 16));
}

TEST(ShareVectorTest, AShareOfAnotherSuiteLengthOrWithAWordTooLargeIsRefused) {
  ShareVector share(5);
  const SecretBytes whole = EncodeWordShare(share);
  EXPECT_TRUE(DecodeShare(whole.span(), false, 3).ok());
  EXPECT_FALSE(DecodeShare(whole.span(), false, 4).ok());
  EXPECT_FALSE(DecodeShare(whole.span(), true, 3).ok());
  EXPECT_FALSE(DecodeShare(whole.span().subspan(1), false, 3).ok());
  SecretBytes other = whole.Clone();
  other.data()[0] = 2;
  EXPECT_FALSE(DecodeShare(other.span(), false, 3).ok());
  SecretBytes large = whole.Clone();
  for (size_t i = 5; i < 13; ++i) large.data()[i] = 0xff;
  EXPECT_THAT(DecodeShare(large.span(), false, 3).status(),
              HasProblem(StatusCode::kInvalidArgument, Reason::kOutOfRange));
}

}  // namespace
}  // namespace aangan::privacy
