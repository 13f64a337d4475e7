// SPDX-License-Identifier: Apache-2.0
// What one holder gets of one dealer's vector: L + 2 field words, the last two for the degree check. The holders at the
// first k-1 places get them as a seed of 32 bytes.
//
// A seed expands by ChaCha20 (RFC 8439; zero nonce, block counter from 0) into little-endian words of eight bytes; a
// word of p or more is skipped, so that words are uniform. One seed, one vector.
// Threads: plain values. Errors: INVALID_ARGUMENT (WRONG_LENGTH, OUT_OF_RANGE).
#ifndef AANGAN_PRIVACY_SHARE_VECTOR_H_
#define AANGAN_PRIVACY_SHARE_VECTOR_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/secret.h"

namespace aangan::privacy {

inline constexpr size_t kSeedBytes = 32;
inline constexpr size_t kCheckWords = 2;

// Words that are wiped when they go. Moves, does not copy.
class ShareVector {
 public:
  explicit ShareVector(size_t words) : words_(words, 0) {}
  explicit ShareVector(std::vector<uint64_t> words) : words_(std::move(words)) {}
  ShareVector(ShareVector&&) noexcept = default;
  ShareVector& operator=(ShareVector&& other) noexcept;
  ShareVector(const ShareVector&) = delete;
  ShareVector& operator=(const ShareVector&) = delete;
  ~ShareVector();

  size_t size() const { return words_.size(); }
  uint64_t operator[](size_t i) const { return words_[i]; }
  uint64_t& operator[](size_t i) { return words_[i]; }
  absl::Span<const uint64_t> span() const { return words_; }

 private:
  std::vector<uint64_t> words_;
};

ShareVector ExpandSeed(absl::Span<const uint8_t> seed, size_t words);

// The plaintext that is sealed to a holder: u8 suite | u32 L | the seed, or L + 2 words.
inline constexpr uint8_t kShareSuite = 1;  // X25519, HKDF-SHA256, ChaCha20-Poly1305; Field64
size_t SharePlaintextBytes(bool as_seed, size_t cells);
SecretBytes EncodeSeedShare(absl::Span<const uint8_t> seed, size_t cells);
SecretBytes EncodeWordShare(const ShareVector& share);
absl::StatusOr<ShareVector> DecodeShare(absl::Span<const uint8_t> plaintext, bool as_seed, size_t cells);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_SHARE_VECTOR_H_
