// SPDX-License-Identifier: Apache-2.0
// Anybody's role: the national vector out of what was contributed. In a direct round it is the sum; in a summed one it
// is interpolated from the holders' answers, by the federation and again by every node.
//
// Any k answers lie on one polynomial, so k alone prove nothing: confirmed is a sum on which k+f answers agree in every
// cell, because f liars can not have moved that. Only such a sum names those who differ from it.
// Source: protocol.md 5.7, privacy-reference.md 4.4 (phase 4).
// Threads: pure. Errors: INVALID_ARGUMENT (WRONG_LENGTH) when vectors differ in length, or there is none.
#ifndef AANGAN_PRIVACY_RECONSTRUCTION_H_
#define AANGAN_PRIVACY_RECONSTRUCTION_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "privacy/contribution.h"
#include "privacy/round_numbers.h"

namespace aangan::privacy {

// Cell by cell, as signed integers. The lint bounds n times a value below 2^62, so a sum can not overflow (checked).
absl::StatusOr<std::vector<int64_t>> SumDirect(const std::vector<Contribution>& contributions);

// What one holder answered: a word a cell that is not left out.
struct PlacedAnswer {
  int place = 0;
  std::vector<uint64_t> words;
};

enum class Agreement {
  kWaiting,      // fewer than k answers: nothing is known
  kProvisional,  // k or more, all on one polynomial, fewer than k+f
  kConfirmed,    // k+f or more on one polynomial
  kDisputed,     // they differ, and no k+f agree: nobody can be named
};
struct Reconstruction {
  Agreement agreement = Agreement::kWaiting;
  std::vector<int64_t> values;  // of the opened cells, unless waiting or disputed
  std::vector<int> agreeing;    // places, rising
  std::vector<int> differing;   // places; only beside kConfirmed
};
// Distinct places below numbers.n, words of one length. Errors: INVALID_ARGUMENT (WRONG_LENGTH).
absl::StatusOr<Reconstruction> Reconstruct(std::vector<PlacedAnswer> answers, const RoundNumbers& numbers);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_RECONSTRUCTION_H_
