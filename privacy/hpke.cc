// SPDX-License-Identifier: Apache-2.0
// HPKE over OpenSSL's EVP: see hpke.h. Names in comments are those of RFC 9180.
#include "privacy/hpke.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "base/canonical.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::privacy {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

constexpr size_t kSecretBytes = 32;
constexpr absl::string_view kVersion = "HPKE-v1";

absl::Status DoesNotOpen() {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kBadSignature, "a sealed share does not open");
}

std::string KemSuite() { return "KEM" + CanonicalWriter().U16(0x0020).bytes(); }
std::string HpkeSuite() { return "HPKE" + CanonicalWriter().U16(0x0020).U16(0x0001).U16(0x0003).bytes(); }

SecretBytes LabeledExtract(absl::string_view suite, absl::string_view salt, absl::string_view label,
                           absl::Span<const uint8_t> ikm) {
  const std::string prefix = std::string(kVersion) + std::string(suite) + std::string(label);
  SecretBytes labeled(prefix.size() + ikm.size());
  std::copy(prefix.begin(), prefix.end(), labeled.data());
  std::copy(ikm.begin(), ikm.end(), labeled.data() + prefix.size());
  return HkdfExtract(labeled.span(), salt);
}

SecretBytes LabeledExpand(absl::string_view suite, const SecretBytes& prk, absl::string_view label,
                          absl::string_view info, uint16_t size) {
  const std::string labeled = CanonicalWriter().U16(size).bytes() + std::string(kVersion) + std::string(suite) +
                              std::string(label) + std::string(info);
  return HkdfExpand(prk.span(), labeled, size);
}

// DH(); nothing for a public key of low order, which OpenSSL refuses as the all-zero result.
absl::StatusOr<SecretBytes> DiffieHellman(absl::Span<const uint8_t> private_key, const RecipientKey& public_key) {
  const Key own(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, private_key.data(), private_key.size()),
                EVP_PKEY_free);
  const Key other(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, public_key.data(), public_key.size()),
                  EVP_PKEY_free);
  AANGAN_CHECK(own != nullptr && other != nullptr);
  const KeyContext context(EVP_PKEY_CTX_new(own.get(), nullptr), EVP_PKEY_CTX_free);
  SecretBytes shared(kSecretBytes);
  size_t size = shared.size();
  AANGAN_CHECK(context != nullptr && EVP_PKEY_derive_init(context.get()) == 1);
  if (EVP_PKEY_derive_set_peer(context.get(), other.get()) != 1 ||
      EVP_PKEY_derive(context.get(), shared.data(), &size) != 1 || size != kSecretBytes)
    return DoesNotOpen();
  return shared;
}

// ExtractAndExpand() and KeySchedule() of base mode.
OpeningKey KeySchedule(const SecretBytes& dh, const RecipientKey& enc, const RecipientKey& recipient,
                       absl::string_view info) {
  const std::string kem_context = std::string(AsText(enc)) + std::string(AsText(recipient));
  const SecretBytes eae_prk = LabeledExtract(KemSuite(), "", "eae_prk", dh.span());
  const SecretBytes shared = LabeledExpand(KemSuite(), eae_prk, "shared_secret", kem_context, kSecretBytes);
  const std::string suite = HpkeSuite();
  const SecretBytes psk_id_hash = LabeledExtract(suite, "", "psk_id_hash", {});
  const SecretBytes info_hash = LabeledExtract(suite, "", "info_hash", AsBytes(info));
  const std::string context =
      std::string(1, '\0') + std::string(AsText(psk_id_hash.span())) + std::string(AsText(info_hash.span()));
  const SecretBytes secret = LabeledExtract(suite, AsText(shared.span()), "secret", {});
  OpeningKey opening;
  const SecretBytes key = LabeledExpand(suite, secret, "key", context, opening.aead_key.size());
  const SecretBytes nonce = LabeledExpand(suite, secret, "base_nonce", context, opening.base_nonce.size());
  std::copy_n(key.data(), key.size(), opening.aead_key.begin());
  std::copy_n(nonce.data(), nonce.size(), opening.base_nonce.begin());
  return opening;
}

CipherContext Cipher(const OpeningKey& key, bool encrypt, absl::string_view aad) {
  CipherContext context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  AANGAN_CHECK(context != nullptr && EVP_CipherInit_ex2(context.get(), EVP_chacha20_poly1305(), key.aead_key.data(),
                                                        key.base_nonce.data(), encrypt ? 1 : 0, nullptr) == 1);
  int size = 0;
  AANGAN_CHECK(EVP_CipherUpdate(context.get(), nullptr, &size, AsBytes(aad).data(), static_cast<int>(aad.size())) == 1);
  return context;
}

RecipientKey EncOf(absl::string_view sealed) {
  RecipientKey enc{};
  std::copy_n(sealed.begin(), enc.size(), enc.begin());
  return enc;
}

}  // namespace

RecipientKey RecipientKeyOf(const SecretBytes& private_key) {
  const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, private_key.data(), private_key.size()),
                EVP_PKEY_free);
  RecipientKey public_key{};
  size_t size = public_key.size();
  AANGAN_CHECK(key != nullptr && EVP_PKEY_get_raw_public_key(key.get(), public_key.data(), &size) == 1);
  return public_key;
}

bool CanSealTo(const RecipientKey& recipient) {
  // Whatever the private key, clamped it is a multiple of eight: a point of low order always gives zero, no other does.
  SecretBytes any(kSecretBytes);
  any.mutable_span()[0] = 1;
  return DiffieHellman(any.span(), recipient).ok();
}

absl::StatusOr<std::string> SealTo(const RecipientKey& recipient, absl::string_view info, absl::string_view aad,
                                   absl::Span<const uint8_t> plaintext, RandomSource& random) {
  const SecretBytes ephemeral = SecretBytes::Random(kSecretBytes, random);
  const RecipientKey enc = RecipientKeyOf(ephemeral);
  ASSIGN_OR_RETURN(const SecretBytes dh, DiffieHellman(ephemeral.span(), recipient));
  OpeningKey key = KeySchedule(dh, enc, recipient, info);
  const CipherContext context = Cipher(key, true, aad);
  Wipe(absl::MakeSpan(key.aead_key));
  std::string sealed(AsText(enc));
  sealed.resize(enc.size() + plaintext.size() + kTagBytes);
  auto* out = reinterpret_cast<uint8_t*>(sealed.data()) + enc.size();
  int size = 0;
  int last = 0;
  AANGAN_CHECK(EVP_CipherUpdate(context.get(), out, &size, plaintext.data(), static_cast<int>(plaintext.size())) == 1);
  AANGAN_CHECK(EVP_CipherFinal_ex(context.get(), out + size, &last) == 1);
  AANGAN_CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagBytes),
                                   out + plaintext.size()) == 1);
  return sealed;
}

absl::StatusOr<OpeningKey> OpeningKeyOf(const SecretBytes& private_key, absl::string_view sealed,
                                        absl::string_view info) {
  if (sealed.size() < kEncapsulationBytes + kTagBytes) return DoesNotOpen();
  const RecipientKey enc = EncOf(sealed);
  ASSIGN_OR_RETURN(const SecretBytes dh, DiffieHellman(private_key.span(), enc));
  return KeySchedule(dh, enc, RecipientKeyOf(private_key), info);
}

absl::StatusOr<SecretBytes> Open(const OpeningKey& key, absl::string_view aad, absl::string_view sealed) {
  if (sealed.size() < kEncapsulationBytes + kTagBytes) return DoesNotOpen();
  const absl::Span<const uint8_t> body = AsBytes(sealed).subspan(kEncapsulationBytes);
  const absl::Span<const uint8_t> text = body.subspan(0, body.size() - kTagBytes);
  std::array<uint8_t, kTagBytes> tag{};
  std::copy(body.end() - kTagBytes, body.end(), tag.begin());
  const CipherContext context = Cipher(key, false, aad);
  SecretBytes plaintext(text.size());
  int size = 0;
  int last = 0;
  AANGAN_CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTagBytes), tag.data()) == 1);
  if (EVP_CipherUpdate(context.get(), plaintext.data(), &size, text.data(), static_cast<int>(text.size())) != 1 ||
      EVP_CipherFinal_ex(context.get(), plaintext.data() + size, &last) != 1)
    return DoesNotOpen();
  return plaintext;
}

}  // namespace aangan::privacy
