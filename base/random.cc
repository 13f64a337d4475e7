// SPDX-License-Identifier: Apache-2.0
// Randomness from the operating system through libsodium: see random.h.
#include "base/random.h"

#include <sodium.h>

#include "base/check.h"

namespace aangan {

uint64_t RandomSource::Uint64() {
  std::array<uint8_t, 8> bytes = Bytes<8>();
  uint64_t value = 0;
  for (uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

uint64_t RandomSource::Below(uint64_t bound) {
  AANGAN_CHECK(bound > 0);
  // Values below 2^64 mod bound would make small results likelier: they are drawn again.
  const uint64_t least = -bound % bound;
  uint64_t value;
  do {
    value = Uint64();
  } while (value < least);
  return value % bound;
}

SystemRandom::SystemRandom() { AANGAN_CHECK(sodium_init() >= 0); }

void SystemRandom::Fill(absl::Span<uint8_t> out) { randombytes_buf(out.data(), out.size()); }

}  // namespace aangan
