// SPDX-License-Identifier: Apache-2.0
// Bytes that must not be printed, copied or left behind: keys, seeds, draws. All of them lie in one arena of pages that
// are locked in memory and left out of core dumps, and are wiped when they go. (sodium_malloc would go on silently when
// a lock fails, and takes four mappings for each secret.)
//
// Threads: the arena is thread-safe; a SecretBytes is a plain value.
#ifndef AANGAN_BASE_SECRET_H_
#define AANGAN_BASE_SECRET_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/random.h"

namespace aangan {

// From now on every secret of this process lies in locked pages: a daemon calls it before the first one. Pages that can
// not be locked later end the process. FAILED_PRECONDITION (KEY_MISSING) with what to do when the limit is too low.
// Without the call pages are locked as far as the limit allows.
absl::Status LockSecrets();
// No core dumps of this process, and nobody without root traces it: for the main of a daemon.
void ForbidCoreDumps();

// Owns a block of the arena. Moves, does not copy, has no <<.
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
