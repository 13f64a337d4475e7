// SPDX-License-Identifier: Apache-2.0
// Digests against the vectors of FIPS 180-4, RFC 4231 and RFC 5869.
#include "base/digest.h"
#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace aangan {
namespace {

std::string Bytes(absl::string_view hex) { return tests::FromHex(hex); }

TEST(Digest, Sha256OfTheVectorsOfFips180) {
  EXPECT_EQ(ToHex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(ToHex(Sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(ToHex(Sha256(std::string(1000000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Digest, FromHexTakesWhatToHexWritesAndNothingElse) {
  EXPECT_EQ(FromHex(ToHex(AsBytes(absl::string_view("a\0b\xff", 4)))), std::string("a\0b\xff", 4));
  EXPECT_EQ(FromHex(""), "");
  for (const char* wrong : {"0", "0g", "AB", "ab ", " ab", "a b", "0x12", "ab:"})
    EXPECT_EQ(FromHex(wrong), std::nullopt) << wrong;
}

TEST(Digest, PartsAreHashedAsIfJoined) { EXPECT_EQ(Sha256({"a", "", "bc"}), Sha256("abc")); }

TEST(Digest, HmacOfTheVectorsOfRfc4231) {
  EXPECT_EQ(ToHex(HmacSha256(AsBytes(std::string(20, '\x0b')), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(ToHex(HmacSha256(AsBytes("Jefe"), "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Digest, HkdfOfTheFirstVectorOfRfc5869) {
  SecretBytes out = HkdfSha256(AsBytes(std::string(22, '\x0b')), Bytes("000102030405060708090a0b0c"),
                               Bytes("f0f1f2f3f4f5f6f7f8f9"), 42);
  EXPECT_EQ(ToHex(out.span()), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
}

TEST(Digest, HkdfWithoutSaltAndLabelAsInTheThirdVectorOfRfc5869) {
  SecretBytes out = HkdfSha256(AsBytes(std::string(22, '\x0b')), "", "", 42);
  EXPECT_EQ(ToHex(out.span()), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

}  // namespace
}  // namespace aangan
