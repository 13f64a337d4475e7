// SPDX-License-Identifier: Apache-2.0
// Which cells of a round are opened to nobody: the values of places that too few collectives of a freeze stand behind.
//
// Source: protocol.md 2 and 5.5. Left out is a zone with fewer than three of its collectives in the freeze, or with
// fewer than five in the roster, and a state whose collectives are not exactly the roster's or not all in the freeze.
// If the left-out values and the collectives without a value have together one or two collectives in the freeze, a
// subtraction from the national figure would show them, so that every value of places is left out. Decided from
// catalogue, roster and freeze alone, never from counts; national cells are always there. Threads: pure.
#ifndef AANGAN_MODEL_LEFT_OUT_H_
#define AANGAN_MODEL_LEFT_OUT_H_

#include <set>
#include <string>
#include <vector>

#include "aangan/federation/v1/roster.pb.h"
#include "model/catalogue.h"
#include "model/period.h"

namespace aangan::model {

// One entry a place of the catalogue; `contributors` are the ids in the freeze.
std::vector<bool> LeftOutPlaces(const CompiledCatalogue& catalogue, const federation::v1::Roster& roster,
                                const std::set<std::string>& contributors);

// One entry a cell of the round's vector of `quarter`.
std::vector<bool> LeftOutCells(const CompiledCatalogue& catalogue, const Period& quarter,
                               const std::vector<bool>& left_out_places);

}  // namespace aangan::model

#endif  // AANGAN_MODEL_LEFT_OUT_H_
