// SPDX-License-Identifier: Apache-2.0
// HPKE against the vectors of RFC 9180, appendix A.2.1, and against damage.
#include "privacy/hpke.h"

#include <gtest/gtest.h>

#include "base/digest.h"
#include "tests/support/hex.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace aangan::privacy {
namespace {

using tests::FromHex;
using tests::HasProblem;

// Hands out what the vector used.
class FixedRandom final : public RandomSource {
 public:
  explicit FixedRandom(std::string bytes) : bytes_(std::move(bytes)) {}
  void Fill(absl::Span<uint8_t> out) override {
    ASSERT_EQ(out.size(), bytes_.size());
    std::copy(bytes_.begin(), bytes_.end(), out.begin());
  }

 private:
  std::string bytes_;
};

constexpr char kInfo[] = "Ode on a Grecian Urn";
constexpr char kPlaintext[] = "Beauty is truth, truth beauty";
constexpr char kEphemeral[] = "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600";
constexpr char kRecipient[] = "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb";
constexpr char kEnc[] = "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a";
constexpr char kFirstCiphertext[] =
    "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28";

SecretBytes Secret(absl::string_view hex) { return SecretBytes::Copy(AsBytes(FromHex(hex))); }

TEST(HpkeTest, SealsAsTheRfc) {
  FixedRandom random(FromHex(kEphemeral));
  const auto sealed =
      SealTo(RecipientKeyOf(Secret(kRecipient)), kInfo, "Count-0", AsBytes(absl::string_view(kPlaintext)), random);
  ASSERT_TRUE(sealed.ok());
  EXPECT_EQ(ToHex(AsBytes(*sealed)), std::string(kEnc) + kFirstCiphertext);
}

TEST(HpkeTest, OpensAsTheRfc) {
  const std::string sealed = FromHex(std::string(kEnc) + kFirstCiphertext);
  const auto key = OpeningKeyOf(Secret(kRecipient), sealed, kInfo);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(ToHex(key->aead_key), "ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91");
  EXPECT_EQ(ToHex(key->base_nonce), "5c4d98150661b848853b547f");
  const auto plaintext = Open(*key, "Count-0", sealed);
  ASSERT_TRUE(plaintext.ok());
  EXPECT_EQ(AsText(plaintext->span()), kPlaintext);
}

TEST(HpkeTest, ADamagedByteAnywhereDoesNotOpen) {
  const std::string sealed = FromHex(std::string(kEnc) + kFirstCiphertext);
  for (size_t at = 0; at < sealed.size(); ++at) {
    std::string damaged = sealed;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    const auto key = OpeningKeyOf(Secret(kRecipient), damaged, kInfo);
    if (!key.ok()) continue;
    EXPECT_THAT(Open(*key, "Count-0", damaged).status(),
                HasProblem(absl::StatusCode::kInvalidArgument, Reason::kBadSignature));
  }
}

TEST(HpkeTest, AnotherInfoAadOrKeyDoesNotOpen) {
  const std::string sealed = FromHex(std::string(kEnc) + kFirstCiphertext);
  const auto opens = [&](absl::string_view secret, absl::string_view info, absl::string_view aad) {
    const auto key = OpeningKeyOf(Secret(secret), sealed, info);
    return key.ok() && Open(*key, aad, sealed).ok();
  };
  EXPECT_TRUE(opens(kRecipient, kInfo, "Count-0"));
  EXPECT_FALSE(opens(kEphemeral, kInfo, "Count-0"));
  EXPECT_FALSE(opens(kRecipient, "Ode to a Nightingale", "Count-0"));
  EXPECT_FALSE(opens(kRecipient, kInfo, "Count-1"));
}

TEST(HpkeTest, AKeyOfLowOrderIsRefusedOnBothSides) {
  tests::SeededRandom random(1);
  EXPECT_THAT(SealTo(RecipientKey{}, kInfo, "", {}, random).status(),
              HasProblem(absl::StatusCode::kInvalidArgument, Reason::kBadSignature));
  EXPECT_THAT(OpeningKeyOf(Secret(kRecipient), std::string(64, '\0'), kInfo).status(),
              HasProblem(absl::StatusCode::kInvalidArgument, Reason::kBadSignature));
}

TEST(HpkeTest, WhatIsTooShortToBeSealedIsRefused) {
  for (size_t size = 0; size < kEncapsulationBytes + kTagBytes; ++size) {
    EXPECT_FALSE(OpeningKeyOf(Secret(kRecipient), std::string(size, 'x'), kInfo).ok());
    EXPECT_FALSE(Open(OpeningKey{}, "", std::string(size, 'x')).ok());
  }
}

}  // namespace
}  // namespace aangan::privacy
