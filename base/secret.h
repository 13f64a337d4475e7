// SPDX-License-Identifier: Apache-2.0
// Bytes that must not be printed, copied or left behind: keys, seeds, draws.
#ifndef AANGAN_BASE_SECRET_H_
#define AANGAN_BASE_SECRET_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "base/random.h"

namespace aangan {

// Owns a block that is left out of core dumps, locked in memory where the limit allows, and wiped when it goes. Moves,
// does not copy, has no <<. Threads: as a plain value.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(size_t size_bytes);                   // zeros
  static SecretBytes Copy(absl::Span<const uint8_t> bytes);  // the caller wipes its own copy
  static SecretBytes Random(size_t size_bytes, RandomSource& random);

  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  SecretBytes Clone() const;  // said aloud where a second copy is wanted
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  uint8_t* data() { return data_; }
  const uint8_t* data() const { return data_; }
  absl::Span<const uint8_t> span() const { return {data_, size_}; }
  absl::Span<uint8_t> mutable_span() { return {data_, size_}; }
  bool ConstantTimeEquals(absl::Span<const uint8_t> other) const;

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

// Overwrites memory in a way that the compiler keeps.
void Wipe(absl::Span<uint8_t> bytes);
void Wipe(std::string& text);

}  // namespace aangan

#endif  // AANGAN_BASE_SECRET_H_
