// SPDX-License-Identifier: Apache-2.0
// Randomness as a seam. The product has one source: the operating system through libsodium. Tests pass a seeded one.
#ifndef AANGAN_BASE_RANDOM_H_
#define AANGAN_BASE_RANDOM_H_

#include <array>
#include <cstdint>

#include "absl/types/span.h"

namespace aangan {

// Threads: one thread at a time, unless a class says otherwise.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual void Fill(absl::Span<uint8_t> out) = 0;

  uint64_t Uint64();
  // Uniform in [0, bound), exactly, by rejection. bound > 0.
  uint64_t Below(uint64_t bound);
  template <size_t N>
  std::array<uint8_t, N> Bytes() {
    std::array<uint8_t, N> out;
    Fill(absl::MakeSpan(out));
    return out;
  }
};

// libsodium's randombytes_buf: the kernel's generator on every call. Thread-safe.
class SystemRandom final : public RandomSource {
 public:
  SystemRandom();
  void Fill(absl::Span<uint8_t> out) override;
};

}  // namespace aangan

#endif  // AANGAN_BASE_RANDOM_H_
