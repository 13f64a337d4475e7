// SPDX-License-Identifier: Apache-2.0
// Sealing a share to its holder: HPKE in base mode with X25519, HKDF-SHA256 and ChaCha20-Poly1305, one message a
// context.
//
// Source: RFC 9180 (sections 4.1, 5.1, 5.2; suite 0x0020, 0x0001, 0x0003). A thin layer over OpenSSL's EVP, because
// Debian 12's OpenSSL has no HPKE of its own; the RFC's vectors, NSS and a newer OpenSSL are the oracles in tests.
// The context of a receiver (AEAD key and base nonce) is a type of its own, because a complaint opens exactly these two
// and never the shared secret: that one depends on enc and the recipient alone, so that a dealer who copied somebody
// else's enc could have it opened.
// Threads: pure. Errors: INVALID_ARGUMENT (BAD_SIGNATURE) for what does not open, the same for each cause.
#ifndef AANGAN_PRIVACY_HPKE_H_
#define AANGAN_PRIVACY_HPKE_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/random.h"
#include "base/secret.h"

namespace aangan::privacy {

using RecipientKey = std::array<uint8_t, 32>;  // X25519, public
inline constexpr size_t kEncapsulationBytes = 32;
inline constexpr size_t kTagBytes = 16;

// Of a private key of 32 random bytes.
RecipientKey RecipientKeyOf(const SecretBytes& private_key);

// False for a point of low order: no share can be sealed to it.
bool CanSealTo(const RecipientKey& recipient);

// enc || ciphertext. INVALID_ARGUMENT for a recipient key of low order.
absl::StatusOr<std::string> SealTo(const RecipientKey& recipient, absl::string_view info, absl::string_view aad,
                                   absl::Span<const uint8_t> plaintext, RandomSource& random);

struct OpeningKey {
  std::array<uint8_t, 32> aead_key{};
  std::array<uint8_t, 12> base_nonce{};
};
absl::StatusOr<OpeningKey> OpeningKeyOf(const SecretBytes& private_key, absl::string_view sealed,
                                        absl::string_view info);
absl::StatusOr<SecretBytes> Open(const OpeningKey& key, absl::string_view aad, absl::string_view sealed);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_HPKE_H_
