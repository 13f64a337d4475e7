// SPDX-License-Identifier: Apache-2.0
// Answers questions about figures.
#include "server/federation/figure_book.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/strip.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/roster.h"
#include "server/federation/figure_list.h"
#include "server/federation/resource_names.h"

namespace aangan::federation {
namespace {

bool HasCode(const v1::Figure& figure, const v1::FigureCode& wanted) {
  return std::any_of(figure.codes().begin(), figure.codes().end(), [&](const v1::FigureCode& code) {
    return code.dimension() == wanted.dimension() && code.code() == wanted.code();
  });
}

bool Matches(const v1::Figure& figure, const v1::ListFiguresRequest& question) {
  if (!question.period().empty() && figure.period() != question.period()) return false;
  if (!question.indicator().empty() && figure.indicator() != question.indicator()) return false;
  if (!question.table().empty() && figure.table() != question.table()) return false;
  return std::all_of(question.codes().begin(), question.codes().end(),
                     [&](const v1::FigureCode& wanted) { return HasCode(figure, wanted); });
}

// Known to any of the catalogues; what none of them knows is a slip of the pen and told.
absl::Status CheckKnown(const v1::ListFiguresRequest& question,
                        const std::vector<const model::CompiledCatalogue*>& catalogues) {
  bool indicator = question.indicator().empty();
  bool table = question.table().empty();
  for (const model::CompiledCatalogue* catalogue : catalogues) {
    for (const auto& each : catalogue->indicators) indicator |= each.id == question.indicator();
    for (const auto& each : catalogue->tables) table |= each.id == question.table();
  }
  Problem problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The question names what nobody counts.");
  if (!indicator) problem.Field("indicator", "must be the id of an indicator; ListIndicators lists them");
  if (!table) problem.Field("table", "must be the id of a table of the catalogue");
  return problem.has_fields() ? problem.ToStatus() : absl::OkStatus();
}

std::vector<v1::Figure> Matching(const std::vector<v1::Figure>& figures, const v1::ListFiguresRequest& question) {
  std::vector<v1::Figure> matching;
  for (const v1::Figure& figure : figures) {
    if (Matches(figure, question)) matching.push_back(figure);
  }
  return matching;
}

void Append(std::vector<v1::Figure> more, std::vector<v1::Figure>& figures) {
  std::move(more.begin(), more.end(), std::back_inserter(figures));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const PeriodFigures>> FigureBook::Load(const model::Period& quarter) const {
  ASSIGN_OR_RETURN(std::optional<v1::NationalRelease> release, releases_->Find(quarter));
  {
    // Figures that are provisional may become others.
    absl::MutexLock lock(&mutex_);
    const auto kept = kept_.find(quarter);
    if (kept != kept_.end() && (!release || kept->second->release.signature() == release->signature()))
      return kept->second;
  }
  auto loaded = std::make_shared<PeriodFigures>();
  if (release) {
    ASSIGN_OR_RETURN(RoundGround ground, rounds_->GroundOf(release->round_descriptor()));
    ASSIGN_OR_RETURN(*loaded, PeriodFiguresOf(*std::move(release), std::move(ground)));
  } else {
    ASSIGN_OR_RETURN(const std::optional<StoredRound> round, rounds_->Find(quarter));
    if (!round || round->value.state() != v1::ROUND_STATE_VOID) return std::shared_ptr<const PeriodFigures>();
    ASSIGN_OR_RETURN(loaded->ground, rounds_->GroundOf(round->value.round_descriptor()));
    loaded->figures = FiguresOfVoid(round->value.round_descriptor(), loaded->ground);
    ASSIGN_OR_RETURN(loaded->totals, TotalsOf(loaded->figures, {}, loaded->ground));
    for (const v1::Collective& each : loaded->ground.roster.collectives()) loaded->release.add_missing(each.id());
  }
  absl::MutexLock lock(&mutex_);
  return kept_[quarter] = std::move(loaded);
}

absl::StatusOr<std::shared_ptr<const model::CompiledCatalogue>> FigureBook::NewestCatalogue() const {
  ASSIGN_OR_RETURN(const std::optional<v1::Roster> roster, rosters_->InForce());
  ASSIGN_OR_RETURN(const std::vector<v1::SignedCatalogue> newest_first, catalogues_->List());
  for (const v1::SignedCatalogue& each : newest_first) {
    if (roster && each.in_force()) return model::CompileCatalogue(each.catalogue());
  }
  return std::shared_ptr<const model::CompiledCatalogue>();
}

absl::StatusOr<std::vector<v1::Indicator>> FigureBook::Indicators() const {
  ASSIGN_OR_RETURN(const auto catalogue, NewestCatalogue());
  if (catalogue == nullptr) return std::vector<v1::Indicator>();
  return std::vector<v1::Indicator>(catalogue->source.indicators().begin(), catalogue->source.indicators().end());
}

absl::StatusOr<FigureBook::Answer> FigureBook::WithoutRelease(const model::Period& asked, const model::Period& quarter,
                                                              const v1::ListFiguresRequest& question) const {
  ASSIGN_OR_RETURN(const auto newest, NewestCatalogue());
  Answer answer;
  if (newest == nullptr) return answer;
  RETURN_IF_ERROR(CheckKnown(question, {newest.get()}));
  ASSIGN_OR_RETURN(const std::optional<StoredRound> round, rounds_->Find(quarter));
  ASSIGN_OR_RETURN(const std::optional<v1::Catalogue> in_force, catalogues_->For(quarter));
  // Asked for and not out yet: no figure of any kind. Never asked for: not collected.
  if (round || in_force || quarter.end() > clock_->Now()) return answer;
  v1::ListFiguresRequest without_codes = question;
  without_codes.clear_codes();
  answer.figures = Matching(FiguresNotCollected(*newest, asked), without_codes);
  return answer;
}

absl::StatusOr<std::optional<FigureBook::Asked>> FigureBook::WhatIsAsked(const std::string& parent,
                                                                         const std::string& period) const {
  if (!period.empty()) {
    ASSIGN_OR_RETURN(const model::Period asked, model::ParsePeriod(period, "period"));
    return std::optional<Asked>({asked, asked.is_year() ? model::Period{asked.year, 4} : asked});
  }
  std::optional<model::Period> newest;
  ASSIGN_OR_RETURN(const std::vector<v1::NationalRelease> all, releases_->List());
  if (!all.empty()) {
    ASSIGN_OR_RETURN(newest, model::ParsePeriod(all.back().round_descriptor().period(), "period"));
  }
  if (parent == kAllRosters) {
    ASSIGN_OR_RETURN(const std::optional<model::Period> of_sisters, sisters_->Newest());
    newest = std::max(newest, of_sisters);
  }
  return newest ? std::optional<Asked>({*newest, *newest}) : std::nullopt;
}

absl::StatusOr<FigureBook::Answer> FigureBook::OfAllRosters(const v1::ListFiguresRequest& question, List list) const {
  ASSIGN_OR_RETURN(const std::optional<Asked> asked, WhatIsAsked(question.parent(), question.period()));
  if (!asked) return Answer();
  std::vector<RosterFigures> rosters;
  ASSIGN_OR_RETURN(const std::shared_ptr<const PeriodFigures> own, Load(asked->quarter));
  ASSIGN_OR_RETURN(const std::optional<v1::Roster> in_force, rosters_->InForce());
  if (own != nullptr) {
    rosters.push_back({own->ground.roster, own});
  } else if (in_force) {
    rosters.push_back({*in_force, nullptr});
  }
  ASSIGN_OR_RETURN(std::vector<RosterFigures> sisters, sisters_->Of(asked->quarter));
  std::move(sisters.begin(), sisters.end(), std::back_inserter(rosters));
  std::vector<const model::CompiledCatalogue*> known;
  for (const RosterFigures& each : rosters) {
    if (each.said != nullptr) known.push_back(each.said->ground.catalogue.get());
  }
  if (known.empty()) return Answer();
  RETURN_IF_ERROR(CheckKnown(question, known));
  Answer answer;
  ASSIGN_OR_RETURN(const std::vector<v1::Figure> sums, SumOverRosters(rosters, list));
  answer.figures = Matching(sums, question);
  Coverage coverage = CoverageOver(rosters);
  answer.contributors = std::move(coverage.contributors);
  answer.missing = std::move(coverage.missing);
  return answer;
}

absl::StatusOr<FigureBook::Answer> FigureBook::Ask(const v1::ListTotalsRequest& totals) const {
  v1::ListFiguresRequest question;
  question.set_parent(totals.parent());
  question.set_period(totals.period());
  question.set_indicator(totals.indicator());
  if (totals.parent() == kAllRosters) return OfAllRosters(question, &PeriodFigures::totals);
  ASSIGN_OR_RETURN(const std::optional<Asked> asked, WhatIsAsked(totals.parent(), totals.period()));
  if (!asked) return Answer();
  ASSIGN_OR_RETURN(const std::shared_ptr<const PeriodFigures> loaded, Load(asked->quarter));
  if (loaded == nullptr) return Answer();
  RETURN_IF_ERROR(CheckKnown(question, {loaded->ground.catalogue.get()}));
  Answer answer;
  answer.figures = Matching(loaded->totals, question);
  answer.contributors = {loaded->release.contributors().begin(), loaded->release.contributors().end()};
  answer.missing = {loaded->release.missing().begin(), loaded->release.missing().end()};
  return answer;
}

absl::StatusOr<FigureBook::Answer> FigureBook::Ask(const v1::ListFiguresRequest& question) const {
  if (question.parent() == kAllRosters) return OfAllRosters(question, &PeriodFigures::figures);
  ASSIGN_OR_RETURN(const std::optional<Asked> asked, WhatIsAsked(question.parent(), question.period()));
  if (!asked) return Answer();
  ASSIGN_OR_RETURN(const std::shared_ptr<const PeriodFigures> loaded, Load(asked->quarter));
  if (loaded == nullptr) return WithoutRelease(asked->period, asked->quarter, question);
  ASSIGN_OR_RETURN(const auto newest, NewestCatalogue());
  std::vector<const model::CompiledCatalogue*> known = {loaded->ground.catalogue.get()};
  if (newest != nullptr) known.push_back(newest.get());
  RETURN_IF_ERROR(CheckKnown(question, known));
  Answer answer;
  answer.figures = Matching(loaded->figures, question);
  for (const v1::FigureCode& code : question.codes()) {
    if (code.dimension() != v1::DIMENSION_PLACE || question.codes_size() != 1 || !answer.figures.empty()) continue;
    answer.figures = Matching(FiguresSuppressed(loaded->release, loaded->ground, code.code()), question);
  }
  if (answer.figures.empty() && newest != nullptr && question.codes().empty()) {
    // The newest catalogue asks for it, the one of this period did not.
    answer.figures = Matching(FiguresNotCollected(*newest, asked->period), question);
  }
  answer.contributors = {loaded->release.contributors().begin(), loaded->release.contributors().end()};
  answer.missing = {loaded->release.missing().begin(), loaded->release.missing().end()};
  return answer;
}

// States that are kept private, and what was not asked in this period.
absl::Status FigureBook::AddOfOwnRoster(const Asked& asked, const v1::ListFiguresRequest& question,
                                        ExportRows& rows) const {
  ASSIGN_OR_RETURN(const std::shared_ptr<const PeriodFigures> loaded, Load(asked.quarter));
  ASSIGN_OR_RETURN(const auto newest, NewestCatalogue());
  if (loaded != nullptr) {
    rows.catalogues.push_back(loaded->ground.catalogue->source);
    if (loaded->release.has_create_time())
      rows.released = absl::FromUnixSeconds(loaded->release.create_time().seconds());
    std::set<std::string> states;
    for (const v1::Collective& each : loaded->ground.roster.collectives()) states.insert(each.state());
    for (const std::string& state : states)
      Append(Matching(FiguresSuppressed(loaded->release, loaded->ground, state), question), rows.figures);
  }
  if (newest == nullptr) return absl::OkStatus();
  rows.catalogues.push_back(newest->source);
  if (loaded == nullptr) return absl::OkStatus();
  std::set<std::pair<std::string, std::string>> said;
  for (const v1::Figure& each : rows.figures) said.emplace(each.table(), each.indicator());
  for (v1::Figure& each : Matching(FiguresNotCollected(*newest, asked.period), question)) {
    if (!said.contains({each.table(), each.indicator()})) rows.figures.push_back(std::move(each));
  }
  return absl::OkStatus();
}

absl::Status FigureBook::AddCataloguesOfAll(const model::Period& quarter, ExportRows& rows) const {
  ASSIGN_OR_RETURN(const std::shared_ptr<const PeriodFigures> own, Load(quarter));
  if (own != nullptr) rows.catalogues.push_back(own->ground.catalogue->source);
  ASSIGN_OR_RETURN(const std::vector<RosterFigures> sisters, sisters_->Of(quarter));
  for (const RosterFigures& each : sisters) {
    if (each.said != nullptr) rows.catalogues.push_back(each.said->ground.catalogue->source);
  }
  return absl::OkStatus();
}

absl::StatusOr<ExportRows> FigureBook::Rows(const v1::ExportFiguresRequest& request) const {
  ASSIGN_OR_RETURN(const std::optional<Asked> asked, WhatIsAsked(request.parent(), request.period()));
  ExportRows rows;
  if (asked) {
    rows.period = asked->period;
    v1::ListFiguresRequest question;
    question.set_parent(request.parent());
    question.set_period(model::PeriodText(asked->period));
    question.set_indicator(request.indicator());
    question.set_table(request.table());
    ASSIGN_OR_RETURN(Answer cells, Ask(question));
    const bool is_collected = std::any_of(cells.figures.begin(), cells.figures.end(), [](const v1::Figure& each) {
      return each.value() != v1::FIGURE_VALUE_NOT_COLLECTED;
    });
    if (is_collected && request.table().empty()) {
      v1::ListTotalsRequest of_totals;
      of_totals.set_parent(question.parent());
      of_totals.set_period(question.period());
      of_totals.set_indicator(question.indicator());
      ASSIGN_OR_RETURN(Answer totals, Ask(of_totals));
      rows.figures = std::move(totals.figures);
    }
    Append(std::move(cells.figures), rows.figures);
    if (request.parent() == kAllRosters) {
      rows.roster = kAllRostersSlug;
      RETURN_IF_ERROR(AddCataloguesOfAll(asked->quarter, rows));
    } else {
      rows.roster = std::string(absl::StripPrefix(request.parent(), "rosters/"));
      RETURN_IF_ERROR(AddOfOwnRoster(*asked, question, rows));
    }
  }
  if (!rows.figures.empty()) return rows;
  return Problem(absl::StatusCode::kNotFound, Reason::kNotFound,
                 "Nothing is said of this period yet; 'aangan figures' shows the newest that was released.");
}

}  // namespace aangan::federation
