// SPDX-License-Identifier: Apache-2.0
// Ed25519 over canonical bytes with a domain label, by OpenSSL's EVP. Source: RFC 8032.
//
// What is signed is u8(length of label) || label || message, so that a signature made for one kind of object never
// verifies for another. Labels are of the form "aangan/v1/roster".
// Threads: thread-safe once made. Errors: a signature that does not verify is INVALID_ARGUMENT, reason BAD_SIGNATURE.
#ifndef AANGAN_BASE_SIGNING_H_
#define AANGAN_BASE_SIGNING_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/literal.h"
#include "base/random.h"
#include "base/secret.h"

namespace aangan {

using PublicKey = std::array<uint8_t, 32>;
using Signature = std::array<uint8_t, 64>;
inline constexpr size_t kSignatureBytes = std::tuple_size_v<Signature>;

class SigningKey {
 public:
  static SigningKey Generate(RandomSource& random);
  // `seed` is the 32 byte private key of RFC 8032. INVALID_ARGUMENT for another length.
  static absl::StatusOr<SigningKey> FromSeed(absl::Span<const uint8_t> seed);

  SigningKey(SigningKey&&) noexcept = default;
  SigningKey& operator=(SigningKey&&) noexcept = default;

  const PublicKey& public_key() const { return public_key_; }
  const SecretBytes& seed() const { return seed_; }  // for the key file alone
  Signature Sign(Literal label, absl::string_view message) const;

 private:
  SigningKey() = default;
  SecretBytes seed_;
  PublicKey public_key_{};
};

// What is sent signed: the bytes with their signature behind them, and what of it was signed, if it verifies.
std::string WithSignature(const SigningKey& key, Literal label, std::string bytes);
// INVALID_ARGUMENT (WRONG_LENGTH) when there is no room for a signature. The view is into `signed_bytes`.
absl::StatusOr<absl::string_view> SignedPart(const PublicKey& key, Literal label, absl::string_view signed_bytes);

absl::Status VerifySignature(const PublicKey& key, Literal label, absl::string_view message,
                             absl::Span<const uint8_t> signature);

}  // namespace aangan

#endif  // AANGAN_BASE_SIGNING_H_
