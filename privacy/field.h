// SPDX-License-Identifier: Apache-2.0
// Words of the field with p = 2^64 - 2^32 + 1: how signed counts travel, eight bytes little-endian.
//
// Source: Field64 of the VDAF draft (draft-irtf-cfrg-vdaf), whose vectors test the encoding.
// A signed value v is v mod p and comes back in (-(p-1)/2 .. (p-1)/2). A word of p or more is refused.
// Threads: pure. Errors: INVALID_ARGUMENT (WRONG_LENGTH, OUT_OF_RANGE).
#ifndef AANGAN_PRIVACY_FIELD_H_
#define AANGAN_PRIVACY_FIELD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace aangan::privacy {

inline constexpr uint64_t kFieldPrime = 0xFFFFFFFF00000001u;
inline constexpr size_t kFieldWordBytes = 8;

// |value| below 2^62.
uint64_t FieldFromSigned(int64_t value);
int64_t SignedFromField(uint64_t word);

std::string EncodeFieldWords(absl::Span<const uint64_t> words);
// A multiple of eight bytes, each word below p.
absl::StatusOr<std::vector<uint64_t>> DecodeFieldWords(absl::string_view bytes);
// The same for signed values.
std::string EncodeWords(absl::Span<const int64_t> values);
absl::StatusOr<std::vector<int64_t>> DecodeWords(absl::string_view bytes);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_FIELD_H_
