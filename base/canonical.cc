// SPDX-License-Identifier: Apache-2.0
// Writing and reading canonical bytes: see canonical.h.
#include "base/canonical.h"

#include <algorithm>

#include "base/check.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan {
namespace {

absl::Status TooShort() {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength, "the bytes end before the object does");
}

template <typename T>
void Append(std::string& out, T value) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift & 0xff));
  }
}

template <typename T>
absl::StatusOr<T> Take(absl::string_view& rest) {
  if (rest.size() < sizeof(T)) return TooShort();
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value = value << 8 | static_cast<uint8_t>(rest[i]);
  rest.remove_prefix(sizeof(T));
  return static_cast<T>(value);
}

}  // namespace

CanonicalWriter& CanonicalWriter::U8(uint8_t value) { return Append(out_, value), *this; }
CanonicalWriter& CanonicalWriter::U16(uint16_t value) { return Append(out_, value), *this; }
CanonicalWriter& CanonicalWriter::U32(uint32_t value) { return Append(out_, value), *this; }
CanonicalWriter& CanonicalWriter::U64(uint64_t value) { return Append(out_, value), *this; }
CanonicalWriter& CanonicalWriter::I64(int64_t value) { return U64(static_cast<uint64_t>(value)); }

CanonicalWriter& CanonicalWriter::Fixed(absl::Span<const uint8_t> bytes) {
  out_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return *this;
}

CanonicalWriter& CanonicalWriter::Bytes(absl::string_view bytes) {
  AANGAN_CHECK(bytes.size() <= UINT32_MAX);
  U32(static_cast<uint32_t>(bytes.size()));
  out_.append(bytes.data(), bytes.size());
  return *this;
}

absl::StatusOr<uint8_t> CanonicalReader::U8() { return Take<uint8_t>(rest_); }
absl::StatusOr<uint16_t> CanonicalReader::U16() { return Take<uint16_t>(rest_); }
absl::StatusOr<uint32_t> CanonicalReader::U32() { return Take<uint32_t>(rest_); }
absl::StatusOr<uint64_t> CanonicalReader::U64() { return Take<uint64_t>(rest_); }

absl::StatusOr<int64_t> CanonicalReader::I64() {
  ASSIGN_OR_RETURN(uint64_t value, U64());
  return static_cast<int64_t>(value);
}

absl::Status CanonicalReader::Fixed(absl::Span<uint8_t> out) {
  if (rest_.size() < out.size()) return TooShort();
  std::copy_n(rest_.begin(), out.size(), out.begin());
  rest_.remove_prefix(out.size());
  return absl::OkStatus();
}

absl::StatusOr<absl::string_view> CanonicalReader::Bytes(size_t max_bytes) {
  ASSIGN_OR_RETURN(uint32_t size, U32());
  if (size > max_bytes) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength,
                   "a part of the object is longer than allowed");
  }
  if (rest_.size() < size) return TooShort();
  absl::string_view bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return bytes;
}

absl::Status CanonicalReader::End() const {
  if (rest_.empty()) return absl::OkStatus();
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength, "bytes are left over behind the object");
}

}  // namespace aangan
