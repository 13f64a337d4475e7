// SPDX-License-Identifier: Apache-2.0
// What a count and a sum can be at all. The federation can not look into a share, so that a contribution to a summed
// round is no plausible one shows in the sum alone: a table that holds such a sum is spoilt, and reported nowhere.
//
// Which tables are spoilt follows from the signed sums, so it is computed by everybody and signed by nobody: a
// federation can then neither hide a spoilt table nor call a good one spoilt.
//
// Source: reference 4.2; protocol.md 7. Threads: pure. Units: counts, exact integers.
#ifndef AANGAN_PRIVACY_PLAUSIBLE_H_
#define AANGAN_PRIVACY_PLAUSIBLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "model/catalogue.h"
#include "model/period.h"
#include "privacy/rational.h"
#include "privacy/round_numbers.h"

namespace aangan::privacy {

// The smallest whole number that is at least 40 times the root of a variance.
int64_t FortySigma(const Rational& variance);

// By cell of the round's vector, |sum| is at most this: the cell's bound n times, and 40 standard deviations of the
// noise of all n. Within 62 bits for a catalogue that passed LintPrivacy.
std::vector<int64_t> SumBounds(const model::CompiledCatalogue& catalogue, const model::Period& quarter,
                               const RoundNumbers& numbers);

// What a round opened: its sums in the order of the vector, without the cells that are left out.
struct OpenedSums {
  const std::vector<bool>& left_out;
  absl::Span<const int64_t> sums;  // one for each cell that is not left out
};
// Ids of the tables in which a sum is outside its bound, in the order of the vector.
std::vector<std::string> SpoiltTables(const model::CompiledCatalogue& catalogue, const model::Period& quarter,
                                      const RoundNumbers& numbers, const OpenedSums& opened);

// Ids of the tables in which a node's own clamped count, before the noise, is outside the bound of a cell.
std::vector<std::string> TablesOutOfBound(const model::CompiledCatalogue& catalogue, const model::Period& quarter,
                                          const std::vector<int64_t>& counts);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_PLAUSIBLE_H_
