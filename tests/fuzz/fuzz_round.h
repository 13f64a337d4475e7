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
#include "tests/fuzz/fuzz_bytes.h"
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

using tests::AsInput;
using tests::Over;

}  // namespace aangan::privacy

#endif  // AANGAN_TESTS_FUZZ_FUZZ_ROUND_H_
