// SPDX-License-Identifier: Apache-2.0
// A key of 32 bytes in parts: any k of n give it back, fewer say nothing about it. Each part is kept by one person, on
// paper.
//
// The key is eight words of 32 bits, each shared by a polynomial of degree k-1 over Field64 with fresh random
// coefficients; the part of the holder at place j is the eight values at x = j, j from 1. Source: A. Shamir, How to
// share a secret, CACM 22 (1979).
//
// A part in words: eight lines of 22 hexadecimal digits. The bytes are format u8 (1) | deal u64 | k u8 | n u8 | place
// u8 | eight words u64, little-endian | the first 4 bytes of SHA-256 of all before; ten to a line, and behind them one
// byte of SHA-256 of the line and its number, so that a slip of the pen is found in its line. Spaces and dashes do not
// count. Threads: pure. Errors: INVALID_ARGUMENT (BAD_PART) names the part and, for a slip, its line;
// FAILED_PRECONDITION (NOT_ENOUGH_PARTS).
#ifndef AANGAN_PRIVACY_KEY_SPLIT_H_
#define AANGAN_PRIVACY_KEY_SPLIT_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/digest.h"
#include "base/random.h"
#include "base/secret.h"

namespace aangan::privacy {

inline constexpr size_t kSplitKeyBytes = 32;
inline constexpr int kKeyPartsMax = 14;
inline constexpr int kKeyPartLines = 8;

struct KeyPart {
  uint64_t deal = 0;  // random: parts of two deals do not go together
  int needed = 0;     // k
  int of = 0;         // n
  int place = 0;      // 1..n
  SecretBytes words;  // 64 bytes: eight field words
};

// 2 <= needed <= of <= kKeyPartsMax: INVALID_ARGUMENT (INVALID_FIELD).
absl::StatusOr<std::vector<KeyPart>> SplitKey(absl::Span<const uint8_t> key, int needed, int of, RandomSource& random);
// Of at least `needed` different parts of one deal; the first `needed` are used.
absl::StatusOr<SecretBytes> JoinKey(absl::Span<const KeyPart> parts);

// As it is printed: lines that end with a newline.
SecretBytes KeyPartText(const KeyPart& part);
// `number`: which of the given parts this is, from 1, for the error.
absl::StatusOr<KeyPart> ReadKeyPart(absl::Span<const uint8_t> text, int number);
// Tells a part from every other, and says nothing about the key: a part is 512 random bits.
Digest KeyPartDigest(const KeyPart& part);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_KEY_SPLIT_H_
