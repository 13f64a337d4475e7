// SPDX-License-Identifier: Apache-2.0
// The one byte form of everything that is signed or hashed: big-endian integers of fixed width, and lengths before
// whatever varies (TLS presentation style, RFC 8446 section 3). Protobuf carries typed fields; each side computes these
// bytes from them, because re-serialised protobuf is not canonical.
//
// Threads: one thread an object. Errors of the reader: INVALID_ARGUMENT, reason WRONG_LENGTH; it never reads past the
// end.
#ifndef AANGAN_BASE_CANONICAL_H_
#define AANGAN_BASE_CANONICAL_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace aangan {

class CanonicalWriter {
 public:
  CanonicalWriter& U8(uint8_t value);
  CanonicalWriter& U16(uint16_t value);
  CanonicalWriter& U32(uint32_t value);
  CanonicalWriter& U64(uint64_t value);
  CanonicalWriter& I64(int64_t value);                      // two's complement
  CanonicalWriter& Fixed(absl::Span<const uint8_t> bytes);  // of a length that the reader knows
  CanonicalWriter& Bytes(absl::string_view bytes);          // u32 length, then the bytes
  const std::string& bytes() const { return out_; }
  std::string Take() && { return std::move(out_); }

 private:
  std::string out_;
};

class CanonicalReader {
 public:
  explicit CanonicalReader(absl::string_view bytes) : rest_(bytes) {}  // the bytes must outlive the reader
  absl::StatusOr<uint8_t> U8();
  absl::StatusOr<uint16_t> U16();
  absl::StatusOr<uint32_t> U32();
  absl::StatusOr<uint64_t> U64();
  absl::StatusOr<int64_t> I64();
  absl::Status Fixed(absl::Span<uint8_t> out);
  // A view into the bytes that were given; longer than `max_bytes` is refused before anything is read.
  absl::StatusOr<absl::string_view> Bytes(size_t max_bytes);
  absl::Status End() const;  // an error when bytes are left
  size_t remaining() const { return rest_.size(); }

 private:
  absl::string_view rest_;
};

}  // namespace aangan

#endif  // AANGAN_BASE_CANONICAL_H_
