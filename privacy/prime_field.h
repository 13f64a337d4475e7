// SPDX-License-Identifier: Apache-2.0
// Arithmetic modulo a prime, as a template: the product uses Field64, tests go through every case of a tiny prime.
//
// Words are below P. Source: the field of the VDAF draft (draft-irtf-cfrg-vdaf), p = 2^64 - 2^32 + 1. For it the
// product is reduced without a division, so that its time does not depend on the secret. Threads: pure.
#ifndef AANGAN_PRIVACY_PRIME_FIELD_H_
#define AANGAN_PRIVACY_PRIME_FIELD_H_

#include <cstdint>

#include "privacy/field.h"
#include "privacy/rational.h"

namespace aangan::privacy {

template <uint64_t P>
struct PrimeField {
  static_assert(P > 2);
  static constexpr uint64_t kPrime = P;

  static constexpr uint64_t Add(uint64_t a, uint64_t b) {
    const Uint128 sum = static_cast<Uint128>(a) + b;
    return static_cast<uint64_t>(sum >= P ? sum - P : sum);
  }
  static constexpr uint64_t Subtract(uint64_t a, uint64_t b) { return Add(a, b == 0 ? 0 : P - b); }
  static constexpr uint64_t Multiply(uint64_t a, uint64_t b) { return Reduce(static_cast<Uint128>(a) * b); }
  static constexpr uint64_t Power(uint64_t base, uint64_t exponent) {
    uint64_t power = 1;
    for (; exponent != 0; exponent >>= 1) {
      if ((exponent & 1) != 0) power = Multiply(power, base);
      base = Multiply(base, base);
    }
    return power;
  }
  // By Fermat's little theorem; `a` is not 0.
  static constexpr uint64_t Inverse(uint64_t a) { return Power(a, P - 2); }

 private:
  static constexpr uint64_t Reduce(Uint128 value) {
    if constexpr (P == kFieldPrime) {
      // 2^64 = 2^32 - 1 and 2^96 = -1 modulo P: low + middle * (2^32 - 1) - high.
      const uint64_t low = static_cast<uint64_t>(value);
      const uint64_t high = static_cast<uint64_t>(value >> 96);
      const uint64_t middle = static_cast<uint64_t>(value >> 64) & 0xFFFFFFFFu;
      const uint64_t low_word = low >= P ? low - P : low;
      return Add(Subtract(low_word, high), middle * 0xFFFFFFFFu);
    } else {
      return static_cast<uint64_t>(value % P);
    }
  }
};

using Field64 = PrimeField<kFieldPrime>;

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_PRIME_FIELD_H_
