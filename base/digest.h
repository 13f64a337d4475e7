// SPDX-License-Identifier: Apache-2.0
// SHA-256, HMAC-SHA-256 and HKDF-SHA-256 by OpenSSL's EVP. Sources: FIPS 180-4, RFC 2104, RFC 5869.
// Threads: thread-safe. Errors: a failure inside OpenSSL is ours (AANGAN_CHECK).
#ifndef AANGAN_BASE_DIGEST_H_
#define AANGAN_BASE_DIGEST_H_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/secret.h"

namespace aangan {

using Digest = std::array<uint8_t, 32>;

Digest Sha256(absl::string_view bytes);
Digest Sha256(std::initializer_list<absl::string_view> parts);  // of the parts joined, without separators
Digest HmacSha256(absl::Span<const uint8_t> key, absl::string_view bytes);
// HKDF with extract and expand; `info` is the label of what the key is for.
SecretBytes HkdfSha256(absl::Span<const uint8_t> key, absl::string_view salt, absl::string_view info,
                       size_t size_bytes);
// Its two halves, for protocols that use them apart.
SecretBytes HkdfExtract(absl::Span<const uint8_t> key, absl::string_view salt);
SecretBytes HkdfExpand(absl::Span<const uint8_t> extracted, absl::string_view info, size_t size_bytes);

inline absl::string_view AsText(absl::Span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline absl::Span<const uint8_t> AsBytes(absl::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
std::string ToHex(absl::Span<const uint8_t> bytes);
// Of what ToHex writes, and of nothing else.
std::optional<std::string> FromHex(absl::string_view hex);

}  // namespace aangan

#endif  // AANGAN_BASE_DIGEST_H_
