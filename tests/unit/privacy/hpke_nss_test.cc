// SPDX-License-Identifier: Apache-2.0
// HPKE against NSS, an implementation that is not ours: what one seals the other opens, both ways; and NSS itself
// against the vectors of RFC 9180, A.1.1, A.1.2 and A.2.1, so that the oracle is known to be one.
#include <gtest/gtest.h>
#include <nss/keyhi.h>
#include <nss/nss.h>
#include <nss/pk11pub.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/canonical.h"
#include "base/digest.h"
#include "privacy/hpke.h"
#include "tests/support/hex.h"
#include "tests/support/seeded_random.h"

namespace aangan::privacy {
namespace {

using tests::FromHex;

struct Closer {
  void operator()(HpkeContext* context) const { PK11_HPKE_DestroyContext(context, PR_TRUE); }
  void operator()(SECItem* item) const { SECITEM_FreeItem(item, PR_TRUE); }
  void operator()(SECKEYPublicKey* key) const { SECKEY_DestroyPublicKey(key); }
  void operator()(SECKEYPrivateKey* key) const { SECKEY_DestroyPrivateKey(key); }
  void operator()(PK11SlotInfo* slot) const { PK11_FreeSlot(slot); }
  void operator()(PK11SymKey* key) const { PK11_FreeSymKey(key); }
};
template <typename T>
using Owned = std::unique_ptr<T, Closer>;

SECItem View(absl::string_view bytes) {
  return {siBuffer, reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data())),
          static_cast<unsigned int>(bytes.size())};
}
std::string Text(const SECItem& item) { return std::string(reinterpret_cast<const char*>(item.data), item.len); }

struct NssPair {
  Owned<SECKEYPublicKey> public_key;
  Owned<SECKEYPrivateKey> private_key;
  std::string public_bytes;
};

class HpkeNss : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_EQ(NSS_NoDB_Init(nullptr), SECSuccess); }
  static void TearDownTestSuite() { EXPECT_EQ(NSS_Shutdown(), SECSuccess); }

  static Owned<HpkeContext> Context(HpkeAeadId aead = HpkeAeadChaCha20Poly1305, PK11SymKey* psk = nullptr,
                                    const SECItem* psk_id = nullptr) {
    return Owned<HpkeContext>(PK11_HPKE_NewContext(HpkeDhKemX25519Sha256, HpkeKdfHkdfSha256, aead, psk, psk_id));
  }
  static Owned<SECKEYPublicKey> Public(absl::string_view bytes) {
    SECKEYPublicKey* key = nullptr;
    const auto context = Context();
    EXPECT_EQ(PK11_HPKE_Deserialize(context.get(), View(bytes).data, static_cast<unsigned>(bytes.size()), &key),
              SECSuccess);
    return Owned<SECKEYPublicKey>(key);
  }
  // A private key as PKCS #8, in the form in which NSS keeps Curve25519.
  static NssPair Import(const SecretBytes& private_key) {
    NssPair pair;
    pair.public_bytes = std::string(AsText(RecipientKeyOf(private_key)));
    const std::string der = FromHex("3067020100301406072a8648ce3d020106092b06010401da470f01044c304a0201010420") +
                            std::string(AsText(private_key.span())) + FromHex("a123032100") + pair.public_bytes;
    const Owned<PK11SlotInfo> slot(PK11_GetInternalSlot());
    SECItem item = View(der);
    SECKEYPrivateKey* key = nullptr;
    EXPECT_EQ(PK11_ImportDERPrivateKeyInfoAndReturnKey(slot.get(), &item, nullptr, nullptr, PR_FALSE, PR_FALSE, KU_ALL,
                                                       &key, nullptr),
              SECSuccess);
    pair.private_key.reset(key);
    pair.public_key = Public(pair.public_bytes);
    return pair;
  }
  tests::SeededRandom random_{11};
};

TEST_F(HpkeNss, WhatWeSealNssOpens) {
  for (const size_t size : {0u, 1u, 37u, 8029u}) {
    const NssPair recipient = Import(SecretBytes::Random(32, random_));
    RecipientKey key{};
    std::copy(recipient.public_bytes.begin(), recipient.public_bytes.end(), key.begin());
    const std::string info = "sc-agg/v1/share and more", aad = "a header", text(size, 'x');
    const std::string sealed = *SealTo(key, info, aad, AsBytes(text), random_);
    const auto context = Context();
    const absl::string_view whole = sealed;
    const SECItem enc = View(whole.substr(0, kEncapsulationBytes)), info_item = View(info), aad_item = View(aad);
    const SECItem ciphertext = View(whole.substr(kEncapsulationBytes));
    ASSERT_EQ(
        PK11_HPKE_SetupR(context.get(), recipient.public_key.get(), recipient.private_key.get(), &enc, &info_item),
        SECSuccess);
    SECItem* opened = nullptr;
    ASSERT_EQ(PK11_HPKE_Open(context.get(), &aad_item, &ciphertext, &opened), SECSuccess) << size;
    EXPECT_EQ(Text(*Owned<SECItem>(opened)), text);
  }
}

TEST_F(HpkeNss, WhatNssSealsWeOpen) {
  for (const size_t size : {1u, 37u, 8029u}) {
    const SecretBytes private_key = SecretBytes::Random(32, random_);
    const auto recipient = Public(AsText(RecipientKeyOf(private_key)));
    const std::string info = "some info", aad = "a header", text(size, 'y');
    const SECItem info_item = View(info), aad_item = View(aad), text_item = View(text);
    const auto context = Context();
    ASSERT_EQ(PK11_HPKE_SetupS(context.get(), nullptr, nullptr, recipient.get(), &info_item), SECSuccess);
    SECItem* ciphertext = nullptr;
    ASSERT_EQ(PK11_HPKE_Seal(context.get(), &aad_item, &text_item, &ciphertext), SECSuccess);
    const std::string sealed = Text(*PK11_HPKE_GetEncapPubKey(context.get())) + Text(*Owned<SECItem>(ciphertext));
    const auto opening = OpeningKeyOf(private_key, sealed, info);
    ASSERT_TRUE(opening.ok());
    const auto opened = Open(*opening, aad, sealed);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(AsText(opened->span()), text);
    EXPECT_FALSE(Open(*opening, "another header", sealed).ok());
  }
}

// DeriveKeyPair of RFC 9180, 7.1.3, for X25519.
SecretBytes Derived(const std::string& ikm) {
  const std::string suite = "KEM" + CanonicalWriter().U16(0x0020).bytes();
  const std::string labeled = "HPKE-v1" + suite + "dkp_prk" + ikm;
  const SecretBytes prk = HkdfExtract(AsBytes(labeled), "");
  return HkdfExpand(prk.span(), CanonicalWriter().U16(32).bytes() + "HPKE-v1" + suite + "sk", 32);
}

// Counts of sequence 0 and 1 as the RFC has them.
void ExpectVector(HpkeContext* context, const std::string& ephemeral_ikm, const std::string& recipient_ikm,
                  const std::string& enc, const std::vector<std::string>& ciphertexts,
                  const std::function<NssPair(const SecretBytes&)>& import) {
  const NssPair ephemeral = import(Derived(FromHex(ephemeral_ikm)));
  const NssPair recipient = import(Derived(FromHex(recipient_ikm)));
  const std::string info = FromHex("4f6465206f6e2061204772656369616e2055726e");
  const std::string text = FromHex("4265617574792069732074727574682c20747275746820626561757479");
  const SECItem info_item = View(info), text_item = View(text);
  ASSERT_EQ(PK11_HPKE_SetupS(context, ephemeral.public_key.get(), ephemeral.private_key.get(),
                             recipient.public_key.get(), &info_item),
            SECSuccess);
  EXPECT_EQ(ToHex(AsBytes(Text(*PK11_HPKE_GetEncapPubKey(context)))), enc);
  for (size_t i = 0; i < ciphertexts.size(); ++i) {
    const std::string aad = "Count-" + std::to_string(i);
    const SECItem aad_item = View(aad);
    SECItem* ciphertext = nullptr;
    ASSERT_EQ(PK11_HPKE_Seal(context, &aad_item, &text_item, &ciphertext), SECSuccess);
    EXPECT_EQ(ToHex(AsBytes(Text(*Owned<SECItem>(ciphertext)))), ciphertexts[i]);
  }
}

// What a context exports hangs on its exporter secret alone.
void ExpectExporterSecret(const HpkeContext* context, uint16_t aead, const std::string& secret_hex) {
  const std::string suite = "HPKE" + CanonicalWriter().U16(0x0020).U16(0x0001).U16(aead).bytes();
  const SecretBytes expected = HkdfExpand(
      AsBytes(FromHex(secret_hex)), CanonicalWriter().U16(32).bytes() + "HPKE-v1" + suite + "sec" + "a label", 32);
  const SECItem label = View("a label");
  PK11SymKey* exported = nullptr;
  ASSERT_EQ(PK11_HPKE_ExportSecret(context, &label, 32, &exported), SECSuccess);
  const Owned<PK11SymKey> owned(exported);
  ASSERT_EQ(PK11_ExtractKeyValue(exported), SECSuccess);
  EXPECT_EQ(Text(*PK11_GetKeyData(exported)), AsText(expected.span()));
}

TEST_F(HpkeNss, NssKeepsTheRfcsVectorOfTheBaseMode) {
  const auto context = Context(HpkeAeadAes128Gcm);
  ExpectVector(context.get(), "7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234",
               "6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037",
               "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
               {"f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a",
                "af2d7e9ac9ae7e270f46ba1f975be53c09f8d875bdc8535458c2494e8a6eab251c03d0c22a56b8ca42c2063b84"},
               Import);
  ExpectExporterSecret(context.get(), 1, "45ff1c2e220db587171952c0592d5f5ebe103f1561a2614e38f2ffd47e99e3f8");
}

TEST_F(HpkeNss, NssKeepsTheRfcsVectorOfOurSuite) {
  const auto context = Context();
  ExpectVector(context.get(), "909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b",
               "1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df",
               "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
               {"1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
                "6b53c051e4199c518de79594e1c4ab18b96f081549d45ce015be002090bb119e85285337cc95ba5f59992dc98c"},
               Import);
  ExpectExporterSecret(context.get(), 3, "a3b010d4994890e2c6968a36f64470d3c824c8f5029942feb11e7a74b2921922");
}

TEST_F(HpkeNss, NssKeepsTheRfcsVectorOfThePskMode) {
  const std::string psk = FromHex("0247fd33b913760fa1fa51e1892d9f307fbe65eb171e8132c2af18555a738b82");
  const std::string psk_id = FromHex("456e6e796e20447572696e206172616e204d6f726961");
  SECItem psk_item = View(psk), id_item = View(psk_id);
  const Owned<PK11SlotInfo> slot(PK11_GetInternalSlot());
  const Owned<PK11SymKey> key(
      PK11_ImportSymKey(slot.get(), CKM_HKDF_KEY_GEN, PK11_OriginUnwrap, CKA_WRAP, &psk_item, nullptr));
  ASSERT_NE(key, nullptr);
  ExpectVector(Context(HpkeAeadAes128Gcm, key.get(), &id_item).get(),
               "78628c354e46f3e169bd231be7b2ff1c77aa302460a26dbfa15515684c00130b",
               "d4a09d09f575fef425905d2ab396c1449141463f698f8efdb7accfaff8995098",
               "0ad0950d9fb9588e59690b74f1237ecdf1d775cd60be2eca57af5a4b0471c91b",
               {"e52c6fed7f758d0cf7145689f21bc1be6ec9ea097fef4e959440012f4feb73fb611b946199e681f4cfc34db8ea"}, Import);
}

}  // namespace
}  // namespace aangan::privacy
