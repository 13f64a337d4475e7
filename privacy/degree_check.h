// SPDX-License-Identifier: Apache-2.0
// Is a dealer's sharing of degree below k: two random polynomials are shared like cells, and the coefficients of two
// random combinations are sent along. A share that does not lie on both was dealt wrong. So that, after a freeze, a
// wrong answer means a lying holder and never a lying dealer.
//
// With M_1, M_2 the dealer's two masks and P_l the polynomial of cell l = 1..L in the vector's order:
//   C_t = M_t + sum over l of chi_t^l * P_l,   t = 1, 2
// chi_t is hashed from all that the dealer has fixed by then, so a wrong share passes with probability at most
// (L / p)^2. All k coefficients of M_t are uniform, so C_1 and C_2 say nothing about the cells.
// Source: protocol.md 4; the idea is that of batched verification in verifiable secret sharing (Rabin, Ben-Or 1989).
// Threads: pure.
#ifndef AANGAN_PRIVACY_DEGREE_CHECK_H_
#define AANGAN_PRIVACY_DEGREE_CHECK_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "base/digest.h"
#include "base/literal.h"
#include "model/names.h"
#include "privacy/share_vector.h"

namespace aangan::privacy {

inline constexpr Literal kDegreeLabel = "sc-agg/v1/degree";

using Challenges = std::array<uint64_t, kCheckWords>;
// First eight bytes, little-endian, of SHA-256(label | round | sender | hashes by place | u8 t | u32 counter), the next
// counter while the word is not below p. Only hashes that this sender signed may go in.
Challenges ChallengesOf(const Digest& round_id, const model::Id& sender, absl::Span<const Digest> ciphertext_hashes);

// What a vector of L + 2 words contributes to C_1 and C_2 at its point.
template <typename F>
std::array<uint64_t, kCheckWords> Combine(absl::Span<const uint64_t> words, const Challenges& challenges) {
  std::array<uint64_t, kCheckWords> combined{};
  const size_t cells = words.size() - kCheckWords;
  for (size_t t = 0; t < kCheckWords; ++t) {
    // Horner's rule from the last cell: chi * (w_1 + chi * (w_2 + ...)) + mask.
    uint64_t sum = 0;
    for (size_t l = cells; l-- > 0;) sum = F::Multiply(F::Add(sum, words[l]), challenges[t]);
    combined[t] = F::Add(sum, words[cells + t]);
  }
  return combined;
}

// The coefficients of C_1 and C_2, powers rising, as they stand in a contribution.
using CheckCoefficients = std::array<std::vector<uint64_t>, kCheckWords>;

// For the dealer: `first_shares` are those of the first k-1 places, `secret` the words at 0.
CheckCoefficients MakeCheck(const ShareVector& secret, absl::Span<const ShareVector> first_shares,
                            const Challenges& challenges);

// For the holder at `place`: does her share lie on both.
bool PassesCheck(const ShareVector& share, int place, const CheckCoefficients& coefficients,
                 const Challenges& challenges);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_DEGREE_CHECK_H_
