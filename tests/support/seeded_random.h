// SPDX-License-Identifier: Apache-2.0
// Randomness that a seed replays. Print the seed where a test fails.
#ifndef AANGAN_TESTS_SUPPORT_SEEDED_RANDOM_H_
#define AANGAN_TESTS_SUPPORT_SEEDED_RANDOM_H_

#include <cstdint>
#include <random>

#include "base/random.h"

namespace aangan::tests {

class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(uint64_t seed) : engine_(seed) {}
  void Fill(absl::Span<uint8_t> out) override {
    for (uint8_t& byte : out) byte = static_cast<uint8_t>(engine_() >> 56);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_SEEDED_RANDOM_H_
