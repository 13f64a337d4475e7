// SPDX-License-Identifier: Apache-2.0
// The ordered key codec: what comes first sorts first, byte by byte. Integers are big-endian of fixed width, ids are 16
// bytes, text is escaped and ended so that "a" sorts before "ab" and no text runs into what follows.
//
// Threads: one thread an object. Errors of the reader: DATA_LOSS, reason DAMAGED: a key that we did not write.
#ifndef AANGAN_STORAGE_ENGINE_KEYS_H_
#define AANGAN_STORAGE_ENGINE_KEYS_H_

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace aangan::storage {

using KeyId = std::array<uint8_t, 16>;

class KeyWriter {
 public:
  KeyWriter& U8(uint8_t value);
  KeyWriter& U32(uint32_t value);
  KeyWriter& U64(uint64_t value);
  KeyWriter& Id(absl::Span<const uint8_t> id);        // exactly 16 bytes
  KeyWriter& Fixed(absl::Span<const uint8_t> bytes);  // of a length that the reader knows
  KeyWriter& Text(absl::string_view text);            // any bytes, any length
  const std::string& bytes() const { return out_; }
  std::string Take() { return std::move(out_); }  // the writer is empty then

 private:
  std::string out_;
};

class KeyReader {
 public:
  explicit KeyReader(absl::string_view key) : rest_(key) {}  // the key must outlive the reader
  absl::StatusOr<uint8_t> U8();
  absl::StatusOr<uint32_t> U32();
  absl::StatusOr<uint64_t> U64();
  absl::StatusOr<KeyId> Id();
  absl::Status Fixed(absl::Span<uint8_t> out);
  absl::StatusOr<std::string> Text();
  absl::Status End() const;  // an error when bytes are left

 private:
  absl::string_view rest_;
};

// Keys from `begin` on, before `end`. An empty `end` means to the last key.
struct KeyRange {
  std::string begin;
  std::string end;

  static KeyRange All() { return {}; }
  static KeyRange Prefix(absl::string_view prefix);  // all keys that start with it
  // The same range without the keys up to and including `key`.
  KeyRange After(absl::string_view key) const;
  bool Contains(absl::string_view key) const;
};

}  // namespace aangan::storage

#endif  // AANGAN_STORAGE_ENGINE_KEYS_H_
