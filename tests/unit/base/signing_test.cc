// SPDX-License-Identifier: Apache-2.0
// Ed25519: the keys of RFC 8032, and signatures that hold for one label and one message alone.
#include "base/signing.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "base/digest.h"
#include "tests/support/hex.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

using tests::HasProblem;
using tests::IsOk;

constexpr Literal kLabel = "aangan/v1/test";

// RFC 8032, section 7.1: tests 1, 2, 3 and 1024's keys. What we sign carries a label, so the messages of the RFC are
// covered below by libsodium, an implementation of its own, over the labelled bytes.
struct Vector {
  const char* seed;
  const char* public_key;
};
constexpr Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"},
    {"f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
     "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e"},
};

SigningKey KeyOf(const Vector& vector) { return *SigningKey::FromSeed(AsBytes(tests::FromHex(vector.seed))); }

TEST(Signing, PublicKeysAreThoseOfRfc8032) {
  for (const Vector& vector : kVectors) EXPECT_EQ(ToHex(KeyOf(vector).public_key()), vector.public_key);
}

TEST(Signing, SignaturesAreThoseOfAnotherImplementationOverTheLabelledBytes) {
  const std::string labelled = std::string(1, 14) + "aangan/v1/test" + "a message";
  for (const Vector& vector : kVectors) {
    const std::string seed = tests::FromHex(vector.seed);
    std::array<uint8_t, 32> public_key;
    std::array<uint8_t, 64> secret_key;
    std::array<uint8_t, 64> expected;
    crypto_sign_seed_keypair(public_key.data(), secret_key.data(), AsBytes(seed).data());
    crypto_sign_detached(expected.data(), nullptr, AsBytes(labelled).data(), labelled.size(), secret_key.data());
    EXPECT_EQ(KeyOf(vector).Sign(kLabel, "a message"), expected);
  }
}

TEST(Signing, ASignatureHoldsForItsKeyLabelAndMessageAlone) {
  tests::SeededRandom random(8032);
  SigningKey key = SigningKey::Generate(random);
  SigningKey other = SigningKey::Generate(random);
  const Signature signature = key.Sign(kLabel, "message");
  EXPECT_THAT(VerifySignature(key.public_key(), kLabel, "message", signature), IsOk());
  const auto refused = HasProblem(absl::StatusCode::kInvalidArgument, Reason::kBadSignature);
  EXPECT_THAT(VerifySignature(other.public_key(), kLabel, "message", signature), refused);
  EXPECT_THAT(VerifySignature(key.public_key(), "aangan/v1/tesT", "message", signature), refused);
  EXPECT_THAT(VerifySignature(key.public_key(), kLabel, "messagf", signature), refused);
  // A byte moved from the message into the label must not verify either.
  EXPECT_THAT(VerifySignature(key.public_key(), "aangan/v1/testm", "essage", signature), refused);
  EXPECT_THAT(VerifySignature(key.public_key(), kLabel, "message", absl::MakeConstSpan(signature).first(63)), refused);
  EXPECT_THAT(VerifySignature(key.public_key(), kLabel, "message", {}), refused);
  for (size_t bit = 0; bit < signature.size() * 8; ++bit) {
    Signature flipped = signature;
    flipped[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    ASSERT_THAT(VerifySignature(key.public_key(), kLabel, "message", flipped), refused) << "bit " << bit;
  }
}

TEST(Signing, AKeyComesBackFromItsSeed) {
  tests::SeededRandom random(1);
  SigningKey key = SigningKey::Generate(random);
  auto again = SigningKey::FromSeed(key.seed().span());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->public_key(), key.public_key());
}

TEST(Signing, ASeedOfAnotherLengthIsRefused) {
  for (size_t size : {0, 31, 33, 64}) {
    EXPECT_THAT(SigningKey::FromSeed(SecretBytes(size).span()),
                HasProblem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength));
  }
}

TEST(Signing, BytesWithTheirSignatureComeBackOrAreRefused) {
  tests::SeededRandom random(1);
  const SigningKey key = SigningKey::Generate(random);
  const std::string bytes = WithSignature(key, kLabel, "message");
  const auto part = SignedPart(key.public_key(), kLabel, bytes);
  ASSERT_THAT(part, IsOk());
  EXPECT_EQ(*part, "message");
  EXPECT_EQ(*SignedPart(key.public_key(), kLabel, WithSignature(key, kLabel, "")), "");
  EXPECT_THAT(SignedPart(key.public_key(), kLabel, bytes + "x").status(),
              HasProblem(absl::StatusCode::kInvalidArgument, Reason::kBadSignature));
  EXPECT_THAT(SignedPart(key.public_key(), kLabel, bytes.substr(0, kSignatureBytes - 1)).status(),
              HasProblem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength));
}

}  // namespace
}  // namespace aangan
