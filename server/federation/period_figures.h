// SPDX-License-Identifier: Apache-2.0
// All that one round says: its figures and totals, with what they were made under.
// Threads: pure. Errors: those of figure_list and total_list.
#ifndef AANGAN_SERVER_FEDERATION_PERIOD_FIGURES_H_
#define AANGAN_SERVER_FEDERATION_PERIOD_FIGURES_H_

#include <utility>
#include <vector>

#include "aangan/federation/v1/figures.pb.h"
#include "absl/status/statusor.h"
#include "base/status.h"
#include "server/federation/figure_list.h"
#include "server/federation/round_book.h"
#include "server/federation/total_list.h"

namespace aangan::federation {

struct PeriodFigures {
  v1::NationalRelease release;  // without sums; of a void round, without signature
  RoundGround ground;
  std::vector<v1::Figure> figures;  // in the order of the vector
  std::vector<v1::Figure> totals;   // in the order of the catalogue
};

inline absl::StatusOr<PeriodFigures> PeriodFiguresOf(v1::NationalRelease release, RoundGround ground) {
  PeriodFigures all;
  ASSIGN_OR_RETURN(all.figures, FiguresOf(release, ground));
  ASSIGN_OR_RETURN(all.totals,
                   TotalsOf(all.figures, {release.contributors().begin(), release.contributors().end()}, ground));
  release.clear_sums();
  all.release = std::move(release);
  all.ground = std::move(ground);
  return all;
}

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_PERIOD_FIGURES_H_
