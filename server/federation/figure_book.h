// SPDX-License-Identifier: Apache-2.0
// Answers questions about figures and totals: which release a question is about, of this roster or of all, and which of
// its figures match. Figures of a release never change, so they are computed once and kept.
//
// Threads: thread-safe. Errors: INVALID_ARGUMENT (INVALID_FIELD: unknown indicator, table or period); those of the
// store.
#ifndef AANGAN_SERVER_FEDERATION_FIGURE_BOOK_H_
#define AANGAN_SERVER_FEDERATION_FIGURE_BOOK_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aangan/federation/v1/figures.pb.h"
#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "server/federation/catalogue_book.h"
#include "server/federation/export_rows.h"
#include "server/federation/period_figures.h"
#include "server/federation/release_book.h"
#include "server/federation/round_book.h"
#include "server/federation/sister_book.h"

namespace aangan::federation {

class FigureBook {
 public:
  // All outlive it.
  FigureBook(const RosterBook* rosters, const CatalogueBook* catalogues, const RoundBook* rounds,
             const ReleaseBook* releases, const SisterBook* sisters, const Clock* clock)
      : rosters_(rosters),
        catalogues_(catalogues),
        rounds_(rounds),
        releases_(releases),
        sisters_(sisters),
        clock_(clock) {}

  // What matches, in the order of the vector, with coverage. Nothing while the round of the period is under way.
  struct Answer {
    std::vector<v1::Figure> figures;
    std::vector<std::string> contributors;
    std::vector<std::string> missing;
  };
  absl::StatusOr<Answer> Ask(const v1::ListFiguresRequest& question) const;
  // Totals in the place of figures.
  absl::StatusOr<Answer> Ask(const v1::ListTotalsRequest& question) const;
  // All that is said of a period, for an export: totals, figures, a row for each state that is kept private and for
  // what the newest catalogue asks and that of the period does not. NOT_FOUND when nothing is said.
  absl::StatusOr<ExportRows> Rows(const v1::ExportFiguresRequest& request) const;
  // Of the newest catalogue in force that holds now or held last.
  absl::StatusOr<std::vector<v1::Indicator>> Indicators() const;

 private:
  absl::StatusOr<std::shared_ptr<const PeriodFigures>> Load(const model::Period& quarter) const;
  absl::StatusOr<std::shared_ptr<const model::CompiledCatalogue>> NewestCatalogue() const;
  using List = std::vector<v1::Figure> PeriodFigures::*;
  // What the words of a question mean, before its figures are looked for.
  struct Asked {
    model::Period period;  // quarter or year
    model::Period quarter;
  };
  absl::StatusOr<std::optional<Asked>> WhatIsAsked(const std::string& parent, const std::string& period) const;
  absl::StatusOr<Answer> OfAllRosters(const v1::ListFiguresRequest& question, List list) const;
  absl::Status AddOfOwnRoster(const Asked& asked, const v1::ListFiguresRequest& question, ExportRows& rows) const;
  absl::Status AddCataloguesOfAll(const model::Period& quarter, ExportRows& rows) const;
  absl::StatusOr<Answer> WithoutRelease(const model::Period& asked, const model::Period& quarter,
                                        const v1::ListFiguresRequest& question) const;

  const RosterBook* const rosters_;
  const CatalogueBook* const catalogues_;
  const RoundBook* const rounds_;
  const ReleaseBook* const releases_;
  const SisterBook* const sisters_;
  const Clock* const clock_;
  mutable absl::Mutex mutex_;
  mutable std::map<model::Period, std::shared_ptr<const PeriodFigures>> kept_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_FIGURE_BOOK_H_
