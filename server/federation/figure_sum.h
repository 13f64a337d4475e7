// SPDX-License-Identifier: Apache-2.0
// Figures of several rosters, added up: each is the sum of released figures, with the variances of their noise added.
// Nothing that was not released is in it.
//
// Added are figures of one indicator, table and codes, if the indicator asks the same in each roster (unit, filter,
// first time, bound of a member); a roster that asks something else is not in the sum, and the number of contributors
// says so. Places are of one roster alone: figures by place are in no sum.
//
// Source: protocol.md 1 (a federation of federations) and 6. Threads: pure. Errors: those of privacy/totals.
#ifndef AANGAN_SERVER_FEDERATION_FIGURE_SUM_H_
#define AANGAN_SERVER_FEDERATION_FIGURE_SUM_H_

#include <memory>
#include <string>
#include <vector>

#include "aangan/federation/v1/figures.pb.h"
#include "absl/status/statusor.h"
#include "server/federation/period_figures.h"

namespace aangan::federation {

// What one roster says of a period; null when it has released nothing of it.
struct RosterFigures {
  v1::Roster roster;  // of the round; without a release the newest known
  std::shared_ptr<const PeriodFigures> said;
};

// `list` is &PeriodFigures::figures or &PeriodFigures::totals. In the order of the first roster, then what others add.
absl::StatusOr<std::vector<v1::Figure>> SumOverRosters(const std::vector<RosterFigures>& rosters,
                                                       std::vector<v1::Figure> PeriodFigures::*list);

// "{roster}/{collective}", sorted: who is in the figures, and who is not.
struct Coverage {
  std::vector<std::string> contributors;
  std::vector<std::string> missing;
};
Coverage CoverageOver(const std::vector<RosterFigures>& rosters);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_FIGURE_SUM_H_
