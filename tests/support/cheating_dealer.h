// SPDX-License-Identifier: Apache-2.0
// A dealer who signs what she likes: shares of some places are replaced by random words or by nothing that decrypts,
// and the head is made for them, hashes, degree check and signature all.
#ifndef AANGAN_TESTS_SUPPORT_CHEATING_DEALER_H_
#define AANGAN_TESTS_SUPPORT_CHEATING_DEALER_H_

#include <string>
#include <vector>

#include "base/random.h"
#include "base/signing.h"
#include "privacy/summed_contribution.h"

namespace aangan::tests {

enum class Cheat {
  kRandomShare,          // sealed well, and no share
  kDoesNotDecrypt,       // a ciphertext whose tag is wrong
  kCopiedEncapsulation,  // the enc of another dealer's share before a ciphertext of its own
};
// `honest`: what she would have sent. `private_keys` by place open what she dealt to the first k places, for the check.
// `other`: the sealed share of another dealer for each place, for kCopiedEncapsulation.
std::string Spoil(const std::string& honest, const privacy::Holders& holders, int dealer, const SigningKey& key,
                  const std::vector<const SecretBytes*>& private_keys, const std::vector<int>& bad_places, Cheat cheat,
                  RandomSource& random, const std::vector<std::string>& other = {});

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_CHEATING_DEALER_H_
