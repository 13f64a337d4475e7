// SPDX-License-Identifier: Apache-2.0
// National totals of a round: for each indicator one figure out of all tables that add up to it. Figures of the tables
// themselves stay as they came out.
//
// Source: protocol.md 6 (totals from a directly measured total or unclamped parts; least squares where it was measured
// more than once). A total is not reported when none of its tables was opened as a whole, or, by places, when a
// contributor has no place. Threads: pure.
#ifndef AANGAN_SERVER_FEDERATION_TOTAL_LIST_H_
#define AANGAN_SERVER_FEDERATION_TOTAL_LIST_H_

#include <vector>

#include "aangan/federation/v1/figures.pb.h"
#include "absl/status/statusor.h"
#include "server/federation/round_book.h"

namespace aangan::federation {

// In the order of the catalogue's indicators, quarterly ones first. `figures` are those of the round, in the order of
// its vector; `contributors` are the collectives in it.
absl::StatusOr<std::vector<v1::Figure>> TotalsOf(const std::vector<v1::Figure>& figures,
                                                 const std::vector<std::string>& contributors,
                                                 const RoundGround& ground);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_TOTAL_LIST_H_
