// SPDX-License-Identifier: Apache-2.0
// Field words: see field.h.
#include "privacy/field.h"

#include "base/check.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::privacy {
namespace {

constexpr int64_t kSignedMax = int64_t{1} << 62;

}  // namespace

uint64_t FieldFromSigned(int64_t value) {
  AANGAN_CHECK(value > -kSignedMax && value < kSignedMax);
  return value >= 0 ? static_cast<uint64_t>(value) : kFieldPrime - static_cast<uint64_t>(-value);
}

int64_t SignedFromField(uint64_t word) {
  return word <= (kFieldPrime - 1) / 2 ? static_cast<int64_t>(word) : -static_cast<int64_t>(kFieldPrime - word);
}

std::string EncodeFieldWords(absl::Span<const uint64_t> words) {
  std::string bytes;
  bytes.reserve(words.size() * kFieldWordBytes);
  for (const uint64_t word : words) {
    for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(word >> shift & 0xff));
  }
  return bytes;
}

absl::StatusOr<std::vector<uint64_t>> DecodeFieldWords(absl::string_view bytes) {
  if (bytes.size() % kFieldWordBytes != 0) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength,
                   "a vector is a whole number of eight byte words");
  }
  std::vector<uint64_t> words;
  words.reserve(bytes.size() / kFieldWordBytes);
  for (size_t at = 0; at < bytes.size(); at += kFieldWordBytes) {
    uint64_t word = 0;
    for (size_t i = 0; i < kFieldWordBytes; ++i)
      word |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[at + i])) << (8 * i);
    if (word >= kFieldPrime) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kOutOfRange,
                     "a word of the vector is not below the field's prime")
          .Number("cell", static_cast<int64_t>(at / kFieldWordBytes));
    }
    words.push_back(word);
  }
  return words;
}

std::string EncodeWords(absl::Span<const int64_t> values) {
  std::vector<uint64_t> words;
  words.reserve(values.size());
  for (const int64_t value : values) words.push_back(FieldFromSigned(value));
  return EncodeFieldWords(words);
}

absl::StatusOr<std::vector<int64_t>> DecodeWords(absl::string_view bytes) {
  ASSIGN_OR_RETURN(const std::vector<uint64_t> words, DecodeFieldWords(bytes));
  std::vector<int64_t> values;
  values.reserve(words.size());
  for (const uint64_t word : words) values.push_back(SignedFromField(word));
  return values;
}

}  // namespace aangan::privacy
