// SPDX-License-Identifier: Apache-2.0
// The numbers between the ends of RFC 9180's vectors A.1.1, A.1.2 and A.2.1: from the seeds of the keys to the secrets
// of a context. Written out here once more from the RFC's text, over HKDF and X25519 alone, so that our layer is held
// against the vector and against a second reading.
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <memory>
#include <string>

#include "base/canonical.h"
#include "base/digest.h"
#include "privacy/hpke.h"
#include "tests/support/hex.h"

namespace aangan::privacy {
namespace {

using tests::FromHex;

constexpr absl::string_view kInfo = "Ode on a Grecian Urn";
constexpr absl::string_view kPlaintext = "Beauty is truth, truth beauty";

std::string U16(uint16_t value) { return CanonicalWriter().U16(value).bytes(); }
std::string KemSuite() { return "KEM" + U16(0x0020); }
std::string Extract(const std::string& suite, const std::string& salt, const std::string& label,
                    const std::string& ikm) {
  return std::string(AsText(HkdfExtract(AsBytes("HPKE-v1" + suite + label + ikm), salt).span()));
}
std::string Expand(const std::string& suite, const std::string& prk, const std::string& label, const std::string& info,
                   uint16_t size) {
  return std::string(AsText(HkdfExpand(AsBytes(prk), U16(size) + "HPKE-v1" + suite + label + info, size).span()));
}

// DeriveKeyPair, 7.1.3.
std::string PrivateKeyOf(const std::string& seed_hex) {
  return Expand(KemSuite(), Extract(KemSuite(), "", "dkp_prk", FromHex(seed_hex)), "sk", "", 32);
}
std::string PublicKeyOf(const std::string& private_key) {
  return std::string(AsText(RecipientKeyOf(SecretBytes::Copy(AsBytes(private_key)))));
}

std::string DiffieHellman(const std::string& private_key, const std::string& public_key) {
  using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
  const Key own(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, AsBytes(private_key).data(), 32), EVP_PKEY_free);
  const Key other(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, AsBytes(public_key).data(), 32), EVP_PKEY_free);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(EVP_PKEY_CTX_new(own.get(), nullptr),
                                                                            EVP_PKEY_CTX_free);
  std::string shared(32, '\0');
  size_t size = shared.size();
  EXPECT_EQ(EVP_PKEY_derive_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_derive_set_peer(context.get(), other.get()), 1);
  EXPECT_EQ(EVP_PKEY_derive(context.get(), reinterpret_cast<unsigned char*>(shared.data()), &size), 1);
  return shared;
}

struct Vector {
  std::string ephemeral_seed, recipient_seed, enc, shared_secret;
  char mode;  // 0 base, 1 with a pre-shared key
  std::string psk, psk_id;
  uint16_t aead;
  uint16_t key_bytes;
  std::string key, base_nonce, exporter_secret;  // the last is empty where the reference has none
};

const Vector kChaCha20Poly1305 = {"909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b",
                                  "1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df",
                                  "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
                                  "0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7",
                                  0,
                                  "",
                                  "",
                                  3,
                                  32,
                                  "ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91",
                                  "5c4d98150661b848853b547f",
                                  "a3b010d4994890e2c6968a36f64470d3c824c8f5029942feb11e7a74b2921922"};
const Vector kAes128Gcm = {"7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234",
                           "6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037",
                           "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
                           "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc",
                           0,
                           "",
                           "",
                           1,
                           16,
                           "4531685d41d65f03dc48f6b8302c05b0",
                           "56d890e5accaaf011cff4b7d",
                           "45ff1c2e220db587171952c0592d5f5ebe103f1561a2614e38f2ffd47e99e3f8"};
const Vector kAes128GcmWithPsk = {"78628c354e46f3e169bd231be7b2ff1c77aa302460a26dbfa15515684c00130b",
                                  "d4a09d09f575fef425905d2ab396c1449141463f698f8efdb7accfaff8995098",
                                  "0ad0950d9fb9588e59690b74f1237ecdf1d775cd60be2eca57af5a4b0471c91b",
                                  "727699f009ffe3c076315019c69648366b69171439bd7dd0807743bde76986cd",
                                  1,
                                  "0247fd33b913760fa1fa51e1892d9f307fbe65eb171e8132c2af18555a738b82",
                                  "456e6e796e20447572696e206172616e204d6f726961",
                                  1,
                                  16,
                                  "15026dba546e3ae05836fc7de5a7bb26",
                                  "9518635eba129d5ce0914555",
                                  ""};

TEST(HpkeVectorsTest, FromSeedsToTheSecretsOfAContext) {
  for (const Vector& v : {kAes128Gcm, kAes128GcmWithPsk, kChaCha20Poly1305}) {
    const std::string recipient = PublicKeyOf(PrivateKeyOf(v.recipient_seed));
    const std::string enc = PublicKeyOf(PrivateKeyOf(v.ephemeral_seed));
    EXPECT_EQ(ToHex(AsBytes(enc)), v.enc);
    const std::string prk =
        Extract(KemSuite(), "", "eae_prk", DiffieHellman(PrivateKeyOf(v.ephemeral_seed), recipient));
    const std::string shared = Expand(KemSuite(), prk, "shared_secret", enc + recipient, 32);
    EXPECT_EQ(ToHex(AsBytes(shared)), v.shared_secret);
    const std::string suite = "HPKE" + U16(0x0020) + U16(0x0001) + U16(v.aead);
    const std::string context = std::string(1, v.mode) + Extract(suite, "", "psk_id_hash", FromHex(v.psk_id)) +
                                Extract(suite, "", "info_hash", std::string(kInfo));
    const std::string secret = Extract(suite, shared, "secret", FromHex(v.psk));
    EXPECT_EQ(ToHex(AsBytes(Expand(suite, secret, "key", context, v.key_bytes))), v.key);
    EXPECT_EQ(ToHex(AsBytes(Expand(suite, secret, "base_nonce", context, 12))), v.base_nonce);
    const std::string exporter = ToHex(AsBytes(Expand(suite, secret, "exp", context, 32)));
    EXPECT_EQ(v.exporter_secret.empty() ? exporter : v.exporter_secret, exporter);
  }
}

// Our layer sends one message a context; the vector's second one opens under the nonce of sequence 1.
TEST(HpkeVectorsTest, OurSuitesTwoMessagesOpenUnderTheVectorsKey) {
  const char* const ciphertexts[] = {
      "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
      "6b53c051e4199c518de79594e1c4ab18b96f081549d45ce015be002090bb119e85285337cc95ba5f59992dc98c"};
  const SecretBytes recipient = SecretBytes::Copy(AsBytes(PrivateKeyOf(kChaCha20Poly1305.recipient_seed)));
  for (uint8_t sequence = 0; sequence < 2; ++sequence) {
    const std::string sealed = FromHex(kChaCha20Poly1305.enc + ciphertexts[sequence]);
    auto key = *OpeningKeyOf(recipient, sealed, kInfo);
    EXPECT_EQ(ToHex(key.aead_key), kChaCha20Poly1305.key);
    EXPECT_EQ(ToHex(key.base_nonce), kChaCha20Poly1305.base_nonce);
    key.base_nonce.back() ^= sequence;
    const auto plaintext = Open(key, "Count-" + std::to_string(sequence), sealed);
    ASSERT_TRUE(plaintext.ok()) << int{sequence};
    EXPECT_EQ(AsText(plaintext->span()), kPlaintext);
  }
}

}  // namespace
}  // namespace aangan::privacy
