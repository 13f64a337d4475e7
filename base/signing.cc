// SPDX-License-Identifier: Apache-2.0
// Ed25519 by OpenSSL's EVP: see signing.h.
#include "base/signing.h"

#include <openssl/evp.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan {
namespace {

using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using ContextPtr = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

std::string Labelled(Literal label, absl::string_view message) {
  AANGAN_CHECK(label.text().size() < 256);
  return absl::StrCat(std::string(1, static_cast<char>(label.text().size())), label.text(), message);
}

}  // namespace

SigningKey SigningKey::Generate(RandomSource& random) {
  SecretBytes seed = SecretBytes::Random(32, random);
  return *FromSeed(seed.span());
}

absl::StatusOr<SigningKey> SigningKey::FromSeed(absl::Span<const uint8_t> seed) {
  if (seed.size() != 32) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength, "a signing key has 32 bytes");
  }
  SigningKey key;
  key.seed_ = SecretBytes::Copy(seed);
  KeyPtr pkey(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()), EVP_PKEY_free);
  size_t size = key.public_key_.size();
  AANGAN_CHECK(pkey != nullptr && EVP_PKEY_get_raw_public_key(pkey.get(), key.public_key_.data(), &size) == 1);
  return key;
}

Signature SigningKey::Sign(Literal label, absl::string_view message) const {
  const std::string text = Labelled(label, message);
  KeyPtr pkey(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed_.data(), seed_.size()), EVP_PKEY_free);
  ContextPtr context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  Signature signature;
  size_t size = signature.size();
  AANGAN_CHECK(pkey != nullptr && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) == 1);
  AANGAN_CHECK(EVP_DigestSign(context.get(), signature.data(), &size, AsBytes(text).data(), text.size()) == 1);
  return signature;
}

absl::Status VerifySignature(const PublicKey& key, Literal label, absl::string_view message,
                             absl::Span<const uint8_t> signature) {
  const std::string text = Labelled(label, message);
  KeyPtr pkey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()), EVP_PKEY_free);
  ContextPtr context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (signature.size() == sizeof(Signature) && pkey != nullptr && context != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) == 1 &&
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), AsBytes(text).data(), text.size()) == 1) {
    return absl::OkStatus();
  }
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kBadSignature,
                 "the signature does not verify; it was made for other bytes or by another key");
}

std::string WithSignature(const SigningKey& key, Literal label, std::string bytes) {
  const Signature signature = key.Sign(label, bytes);
  bytes.append(signature.begin(), signature.end());
  return bytes;
}

absl::StatusOr<absl::string_view> SignedPart(const PublicKey& key, Literal label, absl::string_view signed_bytes) {
  if (signed_bytes.size() < kSignatureBytes) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength,
                   "the bytes are too short to end in a signature");
  }
  const absl::string_view part = signed_bytes.substr(0, signed_bytes.size() - kSignatureBytes);
  RETURN_IF_ERROR(VerifySignature(key, label, part, AsBytes(signed_bytes.substr(part.size()))));
  return part;
}

}  // namespace aangan
