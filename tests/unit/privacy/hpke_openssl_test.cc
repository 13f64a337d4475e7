// SPDX-License-Identifier: Apache-2.0
// HPKE against OpenSSL's own, which a newer OpenSSL than Debian 12's has: what one seals the other opens, both ways;
// and OpenSSL itself against the vector of our suite, RFC 9180, A.2.1, so that the oracle is known to be one.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hpke.h>

#include <algorithm>
#include <memory>
#include <string>

#include "base/canonical.h"
#include "base/digest.h"
#include "privacy/hpke.h"
#include "tests/support/hex.h"
#include "tests/support/seeded_random.h"

namespace aangan::privacy {
namespace {

using tests::FromHex;
using Context = std::unique_ptr<OSSL_HPKE_CTX, decltype(&OSSL_HPKE_CTX_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

constexpr OSSL_HPKE_SUITE kSuite = {OSSL_HPKE_KEM_ID_X25519, OSSL_HPKE_KDF_ID_HKDF_SHA256,
                                    OSSL_HPKE_AEAD_ID_CHACHA_POLY1305};

Context Make(int role) {
  Context context(OSSL_HPKE_CTX_new(OSSL_HPKE_MODE_BASE, kSuite, role, nullptr, nullptr), OSSL_HPKE_CTX_free);
  EXPECT_NE(context, nullptr);
  return context;
}
Key PrivateKey(const SecretBytes& bytes) {
  return {EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, bytes.data(), bytes.size()), EVP_PKEY_free};
}
const unsigned char* Data(absl::string_view text) { return AsBytes(text).data(); }
unsigned char* Room(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// `enc` and ciphertext apart.
std::string Seal(OSSL_HPKE_CTX* context, absl::string_view aad, absl::string_view text) {
  std::string ciphertext(text.size() + kTagBytes, '\0');
  size_t size = ciphertext.size();
  EXPECT_EQ(OSSL_HPKE_seal(context, Room(ciphertext), &size, Data(aad), aad.size(), Data(text), text.size()), 1);
  EXPECT_EQ(size, ciphertext.size());
  return ciphertext;
}
std::string Encapsulate(OSSL_HPKE_CTX* context, const RecipientKey& recipient, absl::string_view info) {
  std::string enc(kEncapsulationBytes, '\0');
  size_t size = enc.size();
  EXPECT_EQ(OSSL_HPKE_encap(context, Room(enc), &size, recipient.data(), recipient.size(), Data(info), info.size()), 1);
  return enc;
}

TEST(HpkeOpenssl, WhatWeSealOpensslOpens) {
  tests::SeededRandom random(12);
  for (const size_t size : {1u, 37u, 8029u}) {
    const SecretBytes private_key = SecretBytes::Random(32, random);
    const std::string info = "sc-agg/v1/share and more", aad = "a header", text(size, 'x');
    const std::string sealed = *SealTo(RecipientKeyOf(private_key), info, aad, AsBytes(text), random);
    const absl::string_view enc = absl::string_view(sealed).substr(0, kEncapsulationBytes);
    const absl::string_view ciphertext = absl::string_view(sealed).substr(kEncapsulationBytes);
    const Context context = Make(OSSL_HPKE_ROLE_RECEIVER);
    const Key key = PrivateKey(private_key);
    ASSERT_EQ(OSSL_HPKE_decap(context.get(), Data(enc), enc.size(), key.get(), Data(info), info.size()), 1);
    std::string opened(ciphertext.size(), '\0');
    size_t opened_size = opened.size();
    ASSERT_EQ(OSSL_HPKE_open(context.get(), Room(opened), &opened_size, Data(aad), aad.size(), Data(ciphertext),
                             ciphertext.size()),
              1)
        << size;
    EXPECT_EQ(opened.substr(0, opened_size), text);
  }
}

TEST(HpkeOpenssl, WhatOpensslSealsWeOpen) {
  tests::SeededRandom random(13);
  for (const size_t size : {1u, 37u, 8029u}) {
    const SecretBytes private_key = SecretBytes::Random(32, random);
    const std::string info = "some info", aad = "a header", text(size, 'y');
    const Context context = Make(OSSL_HPKE_ROLE_SENDER);
    std::string sealed = Encapsulate(context.get(), RecipientKeyOf(private_key), info);
    sealed += Seal(context.get(), aad, text);
    const auto opening = OpeningKeyOf(private_key, sealed, info);
    ASSERT_TRUE(opening.ok());
    const auto opened = Open(*opening, aad, sealed);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(AsText(opened->span()), text);
    EXPECT_FALSE(Open(*opening, "another header", sealed).ok());
  }
}

TEST(HpkeOpenssl, OpensslKeepsTheRfcsVectorOfOurSuite) {
  const std::string ephemeral_seed = FromHex("909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b");
  const std::string recipient_seed = FromHex("1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df");
  const std::string info = "Ode on a Grecian Urn", text = "Beauty is truth, truth beauty";
  RecipientKey recipient{};
  size_t size = recipient.size();
  EVP_PKEY* key = nullptr;
  ASSERT_EQ(OSSL_HPKE_keygen(kSuite, recipient.data(), &size, &key, Data(recipient_seed), recipient_seed.size(),
                             nullptr, nullptr),
            1);
  EVP_PKEY_free(key);
  const Context context = Make(OSSL_HPKE_ROLE_SENDER);
  ASSERT_EQ(OSSL_HPKE_CTX_set1_ikme(context.get(), Data(ephemeral_seed), ephemeral_seed.size()), 1);
  EXPECT_EQ(ToHex(AsBytes(Encapsulate(context.get(), recipient, info))),
            "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a");
  EXPECT_EQ(ToHex(AsBytes(Seal(context.get(), "Count-0", text))),
            "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28");
  EXPECT_EQ(ToHex(AsBytes(Seal(context.get(), "Count-1", text))),
            "6b53c051e4199c518de79594e1c4ab18b96f081549d45ce015be002090bb119e85285337cc95ba5f59992dc98c");
  // What a context exports hangs on its exporter secret alone.
  const std::string exporter = FromHex("a3b010d4994890e2c6968a36f64470d3c824c8f5029942feb11e7a74b2921922");
  const std::string suite = "HPKE" + CanonicalWriter().U16(0x0020).U16(0x0001).U16(0x0003).bytes();
  const SecretBytes expected =
      HkdfExpand(AsBytes(exporter), CanonicalWriter().U16(32).bytes() + "HPKE-v1" + suite + "sec" + "a label", 32);
  std::string exported(32, '\0');
  ASSERT_EQ(OSSL_HPKE_export(context.get(), Room(exported), exported.size(), Data("a label"), 7), 1);
  EXPECT_EQ(exported, AsText(expected.span()));
}

}  // namespace
}  // namespace aangan::privacy
