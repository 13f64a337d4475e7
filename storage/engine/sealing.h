// SPDX-License-Identifier: Apache-2.0
// Values at rest: XChaCha20-Poly1305 by libsodium, with what the value is bound in, so that it can not be moved to
// another member, kind or version. Source: draft-irtf-cfrg-xchacha-03.
//
// Form: format u8 (1), nonce (24 random bytes), ciphertext and tag. The plain text is padded to a multiple of 64 bytes
// (ISO/IEC 7816-4), so that lengths say little.
// Threads: thread-safe, if the RandomSource is. Errors: DATA_LOSS (DAMAGED): another key, another place, or damage;
// which of them can not be told.
#ifndef AANGAN_STORAGE_ENGINE_SEALING_H_
#define AANGAN_STORAGE_ENGINE_SEALING_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/random.h"
#include "base/secret.h"

namespace aangan::storage {

inline constexpr size_t kSealKeyBytes = 32;

// Bytes that may lie on a disk. It does not turn into plain text by itself: only Open does, with the key.
class Sealed {
 public:
  static Sealed FromStored(absl::string_view bytes) { return Sealed(std::string(bytes)); }
  const std::string& bytes() const& { return bytes_; }
  std::string bytes() && { return std::move(bytes_); }

 private:
  friend Sealed Seal(absl::Span<const uint8_t>, const struct SealedPlace&, absl::string_view, RandomSource&);
  explicit Sealed(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string bytes_;
};

// Where a sealed value belongs; the same three must be given to open it.
struct SealedPlace {
  uint8_t kind = 0;        // of the owner's own list
  absl::string_view name;  // resource name or key
  uint64_t version = 0;
};

// `key` has 32 bytes.
Sealed Seal(absl::Span<const uint8_t> key, const SealedPlace& place, absl::string_view plain, RandomSource& random);
absl::StatusOr<std::string> Open(absl::Span<const uint8_t> key, const SealedPlace& place, const Sealed& sealed);
// The same for keys and draws, which never touch an ordinary string.
absl::StatusOr<SecretBytes> OpenSecret(absl::Span<const uint8_t> key, const SealedPlace& place, const Sealed& sealed);

}  // namespace aangan::storage

#endif  // AANGAN_STORAGE_ENGINE_SEALING_H_
