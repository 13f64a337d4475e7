// SPDX-License-Identifier: Apache-2.0
// Sealed values open with their key in their place, and nowhere else.
#include "storage/engine/sealing.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <set>
#include <type_traits>

#include "base/digest.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace aangan::storage {
namespace {

using tests::HasProblem;
using tests::IsOk;
constexpr uint64_t kSeed = 4242;
const SealedPlace kPlace = {3, "members/a/services/b", 7};

static_assert(!std::is_convertible_v<Sealed, std::string> && !std::is_convertible_v<Sealed, absl::string_view>);
static_assert(!std::is_convertible_v<std::string, Sealed> && !std::is_constructible_v<Sealed, std::string>);

class SealingTest : public testing::Test {
 protected:
  tests::SeededRandom random_{kSeed};
  SecretBytes key_ = SecretBytes::Random(kSealKeyBytes, random_);
};

TEST_F(SealingTest, WhatIsSealedOpens) {
  for (size_t size : {0, 1, 62, 63, 64, 65, 1000, 4096}) {
    const std::string plain(size, 'x');
    const Sealed sealed = Seal(key_.span(), kPlace, plain, random_);
    auto opened = Open(key_.span(), kPlace, sealed);
    ASSERT_THAT(opened, IsOk());
    EXPECT_EQ(*opened, plain);
    auto secret = OpenSecret(key_.span(), kPlace, Sealed::FromStored(sealed.bytes()));
    ASSERT_THAT(secret, IsOk());
    EXPECT_EQ(AsText(secret->span()), plain);
  }
}

TEST_F(SealingTest, LengthsAreRoundedUpToSixtyFour) {
  const size_t one = Seal(key_.span(), kPlace, "x", random_).bytes().size();
  EXPECT_EQ(one, 1 + 24 + 64 + 16u);
  EXPECT_EQ(Seal(key_.span(), kPlace, std::string(63, 'x'), random_).bytes().size(), one);
  EXPECT_EQ(Seal(key_.span(), kPlace, std::string(64, 'x'), random_).bytes().size(), one + 64);
}

TEST_F(SealingTest, AnotherPlaceOrKeyIsRefused) {
  const Sealed sealed = Seal(key_.span(), kPlace, "text", random_);
  auto damaged = HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged);
  EXPECT_THAT(Open(key_.span(), {4, kPlace.name, kPlace.version}, sealed), damaged);
  EXPECT_THAT(Open(key_.span(), {kPlace.kind, "members/c/services/b", kPlace.version}, sealed), damaged);
  EXPECT_THAT(Open(key_.span(), {kPlace.kind, kPlace.name, 8}, sealed), damaged);
  const SecretBytes other = SecretBytes::Random(kSealKeyBytes, random_);
  EXPECT_THAT(Open(other.span(), kPlace, sealed), damaged);
  EXPECT_THAT(OpenSecret(other.span(), kPlace, sealed), damaged);
}

TEST_F(SealingTest, EveryFlippedBitIsRefused) {
  const std::string bytes = Seal(key_.span(), kPlace, "a survivor's words", random_).bytes();
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    ASSERT_FALSE(Open(key_.span(), kPlace, Sealed::FromStored(flipped)).ok()) << bit;
  }
}

TEST_F(SealingTest, EveryOtherLengthIsRefused) {
  std::string bytes = Seal(key_.span(), kPlace, std::string(100, 'x'), random_).bytes();
  for (size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_FALSE(Open(key_.span(), kPlace, Sealed::FromStored(bytes.substr(0, size))).ok()) << size;
  }
  EXPECT_FALSE(OpenSecret(key_.span(), kPlace, Sealed::FromStored("")).ok());
  EXPECT_FALSE(Open(key_.span(), kPlace, Sealed::FromStored(bytes + "x")).ok());
}

TEST_F(SealingTest, ThePlainTextIsNowhereInTheSealedBytesAndNoNonceRepeats) {
  SystemRandom system;
  std::set<std::string> nonces;
  for (int i = 0; i < 10000; ++i) {
    const std::string bytes = Seal(key_.span(), kPlace, "Canary-Lakshmi", system).bytes();
    ASSERT_EQ(bytes.find("Canary"), std::string::npos);
    ASSERT_TRUE(nonces.insert(bytes.substr(1, 24)).second);
  }
}

// draft-irtf-cfrg-xchacha-03, A.3.1, through the same library call that sealing makes.
TEST(SealingVector, LibraryAgreesWithTheDraft) {
  unsigned char key[32], nonce[24];
  for (int i = 0; i < 32; ++i) key[i] = static_cast<unsigned char>(0x80 + i);
  for (int i = 0; i < 24; ++i) nonce[i] = static_cast<unsigned char>(0x40 + i);
  const unsigned char bound[] = {0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7};
  const std::string plain =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be "
      "it.";
  std::string out(plain.size() + 16, '\0');
  crypto_aead_xchacha20poly1305_ietf_encrypt(reinterpret_cast<unsigned char*>(out.data()), nullptr,
                                             AsBytes(plain).data(), plain.size(), bound, sizeof(bound), nullptr, nonce,
                                             key);
  EXPECT_EQ(ToHex(AsBytes(out).subspan(0, 16)), "bd6d179d3e83d43b9576579493c0e939");
  EXPECT_EQ(ToHex(AsBytes(out).subspan(plain.size())), "c0875924c1c7987947deafd8780acf49");
}

}  // namespace
}  // namespace aangan::storage
