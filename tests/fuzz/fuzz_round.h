// SPDX-License-Identifier: Apache-2.0
// A small round for fuzz targets: five collectives with fixed keys, three cells. Bytes can be given as they come, or
// signed first, so that what lies behind a signature is reached too.
#ifndef AANGAN_TESTS_FUZZ_FUZZ_ROUND_H_
#define AANGAN_TESTS_FUZZ_FUZZ_ROUND_H_

#include <string>
#include <vector>

#include "base/digest.h"
#include "base/signing.h"
#include "privacy/recipient_keys.h"
#include "privacy/summed_contribution.h"
#include "tests/support/seeded_random.h"

namespace aangan::privacy {

struct FuzzRound {
  tests::SeededRandom random{1};
  std::vector<SigningKey> keys;
  Holders holders;

  FuzzRound() {
    holders.round_id = Sha256("a round");
    holders.numbers = NumbersOf(5);
    holders.cells = 3;
    for (int place = 0; place < 5; ++place) {
      keys.push_back(SigningKey::Generate(random));
      holders.signing_keys.push_back(keys.back().public_key());
      holders.recipient_keys.emplace_back(RecipientKeyOf(SecretBytes::Random(32, random)));
    }
    holders.recipient_keys[3] = std::nullopt;  // one without a key
  }
};

inline const FuzzRound& TheRound() {
  static const auto* const round = new FuzzRound();
  return *round;
}

inline absl::string_view AsInput(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// The bytes laid over a frame that would be accepted, so that most fields stay plausible.
inline std::string Over(std::string frame, absl::string_view bytes) {
  for (size_t i = 0; i + 2 < bytes.size(); i += 3) {
    const size_t at = (static_cast<uint8_t>(bytes[i]) * 256u + static_cast<uint8_t>(bytes[i + 1])) % frame.size();
    frame[at] = bytes[i + 2];
  }
  return frame;
}

}  // namespace aangan::privacy

#endif  // AANGAN_TESTS_FUZZ_FUZZ_ROUND_H_
