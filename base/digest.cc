// SPDX-License-Identifier: Apache-2.0
// Digests by OpenSSL's EVP: see digest.h.
#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <sodium.h>

#include <memory>

#include "absl/strings/escaping.h"
#include "base/check.h"

namespace aangan {

Digest Sha256(absl::string_view bytes) { return Sha256({bytes}); }

Digest Sha256(std::initializer_list<absl::string_view> parts) {
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  AANGAN_CHECK(context != nullptr && EVP_DigestInit_ex2(context.get(), kSha256, nullptr) == 1);
  for (absl::string_view part : parts) AANGAN_CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  Digest digest;
  AANGAN_CHECK(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
  return digest;
}

Digest HmacSha256(absl::Span<const uint8_t> key, absl::string_view bytes) {
  Digest digest;
  unsigned int size = 0;
  AANGAN_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), AsBytes(bytes).data(), bytes.size(),
                    digest.data(), &size) != nullptr);
  AANGAN_CHECK(size == digest.size());
  return digest;
}

namespace {

SecretBytes Hkdf(int mode, absl::Span<const uint8_t> key, absl::string_view salt, absl::string_view info,
                 size_t size_bytes) {
  std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr),
                                                                      EVP_PKEY_CTX_free);
  SecretBytes out(size_bytes);
  size_t size = size_bytes;
  AANGAN_CHECK(context != nullptr && EVP_PKEY_derive_init(context.get()) == 1);
  AANGAN_CHECK(EVP_PKEY_CTX_set_hkdf_mode(context.get(), mode) == 1);
  AANGAN_CHECK(EVP_PKEY_CTX_set_hkdf_md(context.get(), EVP_sha256()) == 1);
  AANGAN_CHECK(EVP_PKEY_CTX_set1_hkdf_salt(context.get(), AsBytes(salt).data(), static_cast<int>(salt.size())) == 1);
  AANGAN_CHECK(EVP_PKEY_CTX_set1_hkdf_key(context.get(), key.data(), static_cast<int>(key.size())) == 1);
  AANGAN_CHECK(EVP_PKEY_CTX_add1_hkdf_info(context.get(), AsBytes(info).data(), static_cast<int>(info.size())) == 1);
  AANGAN_CHECK(EVP_PKEY_derive(context.get(), out.data(), &size) == 1 && size == size_bytes);
  return out;
}

}  // namespace

SecretBytes HkdfSha256(absl::Span<const uint8_t> key, absl::string_view salt, absl::string_view info,
                       size_t size_bytes) {
  return Hkdf(EVP_PKEY_HKDEF_MODE_EXTRACT_AND_EXPAND, key, salt, info, size_bytes);
}

SecretBytes HkdfExtract(absl::Span<const uint8_t> key, absl::string_view salt) {
  return Hkdf(EVP_PKEY_HKDEF_MODE_EXTRACT_ONLY, key, salt, "", std::tuple_size_v<Digest>);
}

SecretBytes HkdfExpand(absl::Span<const uint8_t> extracted, absl::string_view info, size_t size_bytes) {
  return Hkdf(EVP_PKEY_HKDEF_MODE_EXPAND_ONLY, extracted, "", info, size_bytes);
}

std::string ToHex(absl::Span<const uint8_t> bytes) { return absl::BytesToHexString(AsText(bytes)); }

std::optional<std::string> FromHex(absl::string_view hex) {
  std::string bytes(hex.size() / 2, '\0');
  size_t written = 0;
  const int failed = sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), hex.data(),
                                    hex.size(), nullptr, &written, nullptr);
  if (failed != 0 || ToHex(AsBytes(bytes)) != hex) return std::nullopt;
  return bytes;
}

}  // namespace aangan
