// SPDX-License-Identifier: Apache-2.0
// The figures of a round, each with its value of the five, margin and coverage: the one place where a signed sum
// becomes what people read.
//
// Source: protocol.md 6. A yearly table stands under its year. Threads: pure.
// Errors: DATA_LOSS (DAMAGED) when a release does not have the sums that its freeze gives.
#ifndef AANGAN_SERVER_FEDERATION_FIGURE_LIST_H_
#define AANGAN_SERVER_FEDERATION_FIGURE_LIST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "aangan/federation/v1/figures.pb.h"
#include "absl/status/statusor.h"
#include "model/figure.h"
#include "server/federation/round_book.h"

namespace aangan::federation {

// The value of a released sum: a number or too few to say, with margin, raw sum and variance.
void SetMeasured(int64_t sum, const model::NoiseVariance& variance, v1::Figure& figure);

// Ids of the tables in which a sum is outside what the collectives' counts can give. None of their figures is reported;
// the other tables stand. Computed from the signed sums by everybody (privacy/plausible).
absl::StatusOr<std::vector<std::string>> SpoiltTablesOf(const v1::NationalRelease& release, const RoundGround& ground);

// In the order of the vector.
absl::StatusOr<std::vector<v1::Figure>> FiguresOf(const v1::NationalRelease& release, const RoundGround& ground);
// Of a round that ended void: every cell is not reported.
std::vector<v1::Figure> FiguresOfVoid(const v1::RoundDescriptor& descriptor, const RoundGround& ground);
// What a catalogue would count if it held for the period, which has none: every indicator is not collected.
std::vector<v1::Figure> FiguresNotCollected(const model::CompiledCatalogue& catalogue, const model::Period& period);
// Tables by place asked for a state that is no value of theirs, because its yes is missing.
std::vector<v1::Figure> FiguresSuppressed(const v1::NationalRelease& release, const RoundGround& ground,
                                          const std::string& state);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_FIGURE_LIST_H_
