// SPDX-License-Identifier: Apache-2.0
// The rules that a catalogue must keep, each told with the field that breaks it. CompileCatalogue is the door; this
// room and table_lint are what it asks.
//
// Source: protocol.md 2, reference 9 (lint). What needs the mathematics of privacy (the cost of a round against the
// cap, sigma) is checked by privacy/accounting on the compiled form. Threads: pure.
#ifndef AANGAN_MODEL_CATALOGUE_LINT_H_
#define AANGAN_MODEL_CATALOGUE_LINT_H_

#include <string>
#include <vector>

#include "aangan/federation/v1/catalogue.pb.h"
#include "base/problem.h"

namespace aangan::model {

// Bounds of a catalogue; every list in it has one.
inline constexpr int kRosterCollectivesMax = 14;
inline constexpr int kZoneCollectivesMin = 5;
inline constexpr int kIndicatorsMax = 256;
inline constexpr int kTablesMax = 64;
inline constexpr int kDimensionsMax = 4;
inline constexpr int kCellsMax = 20'000;  // of the quarterly and yearly tables together
inline constexpr int kMemberCellsMax = 1'000;
inline constexpr int kMemberWeightMax = 1'000;
inline constexpr int kWindowDaysMax = 400;
inline constexpr int kCatalogueQuartersMax = 40;
// 14 collectives times this bound stay far below 2^62 together with forty sigmas of any noise (reference 4.2).
inline constexpr int64_t kCellBoundMax = 1'000'000'000;
// The largest tier of protocol.md 3: epsilon 3 at delta 1e-6.
inline constexpr int64_t kNanoRhoCapDefault = 24'355'970;  // epsilon 1
inline constexpr int64_t kNanoRhoCapMax = 185'069'840;
// Above this (epsilon 2) every collective must have signed.
inline constexpr int64_t kNanoRhoCapByAll = 88'152'688;

// Adds a field violation to `problem` for each rule that the catalogue breaks, apart from those of its tables. Places
// are checked against the roster's collectives where they are given.
void LintCatalogueParts(const federation::v1::Catalogue& catalogue, const std::vector<std::string>* roster_collectives,
                        Problem& problem);

// The same for its tables, each alone and all together.
void LintTables(const federation::v1::Catalogue& catalogue, Problem& problem);

// Text for people: not empty when `required`, at most `bytes_max`, one line without control characters.
enum class TextNeed { kOptional, kRequired };
bool IsPlainLine(const std::string& text, size_t bytes_max, TextNeed need);

}  // namespace aangan::model

#endif  // AANGAN_MODEL_CATALOGUE_LINT_H_
