// SPDX-License-Identifier: Apache-2.0
// Rules of a catalogue's head, code lists, places and indicators: see catalogue_lint.h.
#include "model/catalogue_lint.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "model/codes.h"
#include "model/dimensions.h"
#include "model/names.h"
#include "model/period.h"

namespace aangan::model {
namespace {

namespace fed = federation::v1;

constexpr size_t kTitleBytesMax = 120;
constexpr size_t kSourceBytesMax = 400;
constexpr size_t kQuestionBytesMax = 300;
constexpr size_t kMeaningBytesMax = 600;

// "catalogue.tables[2]" and the like.
std::string Path(absl::string_view list, int index) { return absl::StrCat("catalogue.", list, "[", index, "]"); }

void LintPeriods(const fed::Catalogue& catalogue, Problem& problem) {
  const absl::StatusOr<Period> first = ParsePeriod(catalogue.first_period(), "first_period");
  const absl::StatusOr<Period> last = ParsePeriod(catalogue.last_period(), "last_period");
  const bool first_fine = first.ok() && !first->is_year();
  const bool last_fine = last.ok() && !last->is_year();
  if (!first_fine) problem.Field("catalogue.first_period", "must be a quarter like 2026Q1");
  if (!last_fine) problem.Field("catalogue.last_period", "must be a quarter like 2027Q4");
  if (!first_fine || !last_fine) return;
  const int quarters = last->index() - first->index() + 1;
  if (quarters < 1 || quarters > kCatalogueQuartersMax)
    problem.Field("catalogue.last_period", "must not be before first_period, and within ten years of it");
}

void LintHead(const fed::Catalogue& catalogue, Problem& problem) {
  if (!IsSlug(catalogue.roster())) problem.Field("catalogue.roster", "must be a slug");
  if (catalogue.version() < 1) problem.Field("catalogue.version", "must count from 1");
  if (!IsPlainLine(catalogue.title(), kTitleBytesMax, TextNeed::kRequired))
    problem.Field("catalogue.title", "must be one line of at most 120 bytes");
  LintPeriods(catalogue, problem);
  if (catalogue.form() != fed::ROUND_FORM_DIRECT && catalogue.form() != fed::ROUND_FORM_SUMMED)
    problem.Field("catalogue.form", "must be ROUND_FORM_DIRECT or ROUND_FORM_SUMMED");
  if (catalogue.contribute_days() < 0 || catalogue.contribute_days() > kWindowDaysMax)
    problem.Field("catalogue.contribute_days", "must be 0 to 400");
  if (catalogue.extend_days() < catalogue.contribute_days() || catalogue.extend_days() > kWindowDaysMax)
    problem.Field("catalogue.extend_days", "must be contribute_days to 400");
  if (catalogue.nano_rho_cap() < 1 || catalogue.nano_rho_cap() > kNanoRhoCapMax)
    problem.Field("catalogue.nano_rho_cap", "must be 1 to 185069840 (epsilon 3)");
}

// The program's own list, or a beginning of it: facts carry places in the program's list, and a list only grows.
bool IsBeginningOf(const fed::CodeList& list, const CodeTable& table) {
  if (list.codes_size() < 2 || static_cast<size_t>(list.codes_size()) > table.codes.size()) return false;
  for (int i = 0; i < list.codes_size(); ++i) {
    if (list.codes(i).id() != table.codes[static_cast<size_t>(i)].id) return false;
  }
  return true;
}

bool IsDimensionList(ListId id) {
  for (int value = fed::Dimension_MIN; value <= fed::Dimension_MAX; ++value) {
    if (fed::Dimension_IsValid(value) && ListOfDimension(static_cast<fed::Dimension>(value)) == id) return true;
  }
  return false;
}

void LintCodeLists(const fed::Catalogue& catalogue, Problem& problem) {
  std::set<std::string> seen;
  for (int i = 0; i < catalogue.code_lists_size(); ++i) {
    const fed::CodeList& list = catalogue.code_lists(i);
    const std::string path = Path("code_lists", i);
    const std::optional<ListId> id = ListByName(list.id());
    if (!id.has_value() || !IsDimensionList(*id))
      problem.Field(absl::StrCat(path, ".id"), "must be a closed public list that a dimension counts by");
    else if (!IsBeginningOf(list, CodesOf(*id)))
      problem.Field(absl::StrCat(path, ".codes"),
                    "must be the codes of the program's list in its order, from the first on; update the program if "
                    "the list is longer");
    if (!seen.insert(list.id()).second) problem.Field(absl::StrCat(path, ".id"), "must be there once");
    if (!IsPlainLine(list.title(), kTitleBytesMax, TextNeed::kRequired))
      problem.Field(absl::StrCat(path, ".title"), "must be one line of at most 120 bytes");
    if (!IsPlainLine(list.source(), kSourceBytesMax, TextNeed::kRequired))
      problem.Field(absl::StrCat(path, ".source"), "must be one line of at most 400 bytes");
    for (const fed::Code& code : list.codes()) {
      if (!IsPlainLine(code.title(), kTitleBytesMax, TextNeed::kRequired)) {
        problem.Field(absl::StrCat(path, ".codes"), "must have titles of one line of at most 120 bytes");
        break;
      }
    }
  }
}

void LintPlace(const fed::Place& place, const std::string& path, Problem& problem) {
  if (!IsSlug(place.id())) problem.Field(absl::StrCat(path, ".id"), "must be a slug");
  if (place.id() == "unknown" || place.id() == "other")
    problem.Field(absl::StrCat(path, ".id"), "must not be unknown or other: places have no such value");
  if (!IsPlainLine(place.title(), kTitleBytesMax, TextNeed::kRequired))
    problem.Field(absl::StrCat(path, ".title"), "must be one line of at most 120 bytes");
  switch (place.kind()) {
    case fed::PLACE_KIND_ZONE:
      if (place.collectives_size() < kZoneCollectivesMin)
        problem.Field(absl::StrCat(path, ".collectives"), "must be at least five in a zone");
      break;
    case fed::PLACE_KIND_STATE: {
      const std::optional<Code> state = FindCode(ListId::kState, place.id());
      if (!state.has_value() || *state == kUnknownCode)
        problem.Field(absl::StrCat(path, ".id"), "must be a code of the list state");
      if (place.collectives_size() < 1)
        problem.Field(absl::StrCat(path, ".collectives"), "must be every collective of the state");
      break;
    }
    default:
      problem.Field(absl::StrCat(path, ".kind"), "must be PLACE_KIND_ZONE or PLACE_KIND_STATE");
  }
}

void LintPlaces(const fed::Catalogue& catalogue, const std::vector<std::string>* roster, Problem& problem) {
  std::set<std::string> ids;
  std::set<std::string> placed;
  if (catalogue.places_size() > kRosterCollectivesMax)
    problem.Field("catalogue.places", "must be at most 14, as a roster has at most 14 collectives");
  for (int i = 0; i < catalogue.places_size(); ++i) {
    const fed::Place& place = catalogue.places(i);
    const std::string path = Path("places", i);
    LintPlace(place, path, problem);
    if (!ids.insert(place.id()).second) problem.Field(absl::StrCat(path, ".id"), "must be there once");
    for (const std::string& collective : place.collectives()) {
      if (roster != nullptr && std::find(roster->begin(), roster->end(), collective) == roster->end())
        problem.Field(absl::StrCat(path, ".collectives"), "must be in the roster in force");
      if (!placed.insert(collective).second)
        problem.Field(absl::StrCat(path, ".collectives"), "must belong to one place: places are a partition");
    }
  }
}

template <typename Codes>
void LintFilterCodes(const Codes& codes, ListId list, const std::string& path, Problem& problem) {
  std::set<std::string> seen;
  for (const std::string& code : codes) {
    if (!FindCode(list, code).has_value()) problem.Field(path, "must be codes of their list");
    if (!seen.insert(code).second) problem.Field(path, "must be there once each");
  }
}

void LintFilter(const fed::Indicator& indicator, const std::string& path, Problem& problem) {
  const fed::Filter& filter = indicator.filter();
  LintFilterCodes(filter.domains(), ListId::kDomain, absl::StrCat(path, ".filter.domains"), problem);
  LintFilterCodes(filter.service_types(), ListId::kServiceType, absl::StrCat(path, ".filter.service_types"), problem);
  LintFilterCodes(filter.instruments(), ListId::kInstrument, absl::StrCat(path, ".filter.instruments"), problem);
  const EventRecord record = RecordOf(filter.event());
  if (record == EventRecord::kNone) problem.Field(absl::StrCat(path, ".filter.event"), "must be an event");
  if (record != EventRecord::kService && (filter.domains_size() > 0 || filter.service_types_size() > 0))
    problem.Field(absl::StrCat(path, ".filter"), "may name domains and service types only for an event of services");
  if (record != EventRecord::kAssessment && filter.instruments_size() > 0)
    problem.Field(absl::StrCat(path, ".filter.instruments"), "are for EVENT_INSTRUMENT_FILLED alone");
  if (filter.score_min() < 0 || filter.score_min() > 5)
    problem.Field(absl::StrCat(path, ".filter.score_min"), "must be 0 to 5");
  if (filter.score_min() > 0 && filter.event() != fed::EVENT_SCORED)
    problem.Field(absl::StrCat(path, ".filter.score_min"), "is for EVENT_SCORED alone");
  for (const std::string& type : filter.service_types()) {
    const std::optional<Code> code = FindCode(ListId::kServiceType, type);
    if (!code.has_value() || filter.domains_size() == 0) continue;
    const absl::string_view domain = CodeText(ListId::kDomain, CodesOf(ListId::kServiceType).codes[*code].parent);
    if (std::none_of(filter.domains().begin(), filter.domains().end(), [&](const auto& d) { return d == domain; }))
      problem.Field(absl::StrCat(path, ".filter.service_types"), "must belong to one of the filter's domains");
  }
}

void LintUnit(const fed::Indicator& indicator, const std::string& path, Problem& problem) {
  const EventRecord record = RecordOf(indicator.filter().event());
  switch (indicator.unit()) {
    case fed::UNIT_MEMBER:
      break;
    case fed::UNIT_SERVICE:
      if (record != EventRecord::kService)
        problem.Field(absl::StrCat(path, ".unit"), "counts services: its event must too");
      break;
    case fed::UNIT_ASSESSMENT:
      if (record != EventRecord::kAssessment)
        problem.Field(absl::StrCat(path, ".unit"), "counts assessments: its event must too");
      break;
    default:
      problem.Field(absl::StrCat(path, ".unit"), "must be members, services or assessments");
  }
  if (indicator.first_time() && IsStock(indicator.filter().event()))
    problem.Field(absl::StrCat(path, ".first_time"), "must be false for a stock");
}

void LintIndicators(const fed::Catalogue& catalogue, Problem& problem) {
  if (catalogue.indicators_size() < 1 || catalogue.indicators_size() > kIndicatorsMax)
    problem.Field("catalogue.indicators", "must be 1 to 256");
  std::set<std::string> ids;
  for (const fed::Indicator& indicator : catalogue.indicators()) ids.insert(indicator.id());
  std::set<std::string> used;
  for (const fed::Table& table : catalogue.tables()) used.insert(table.indicators().begin(), table.indicators().end());
  std::set<std::string> seen;
  for (int i = 0; i < catalogue.indicators_size(); ++i) {
    const fed::Indicator& indicator = catalogue.indicators(i);
    const std::string path = Path("indicators", i);
    if (!IsSlug(indicator.id())) problem.Field(absl::StrCat(path, ".id"), "must be a slug");
    if (!seen.insert(indicator.id()).second) problem.Field(absl::StrCat(path, ".id"), "must be there once");
    if (!IsPlainLine(indicator.question(), kQuestionBytesMax, TextNeed::kRequired))
      problem.Field(absl::StrCat(path, ".question"), "must be one line of at most 300 bytes");
    if (!IsPlainLine(indicator.meaning(), kMeaningBytesMax, TextNeed::kRequired))
      problem.Field(absl::StrCat(path, ".meaning"), "must be one line of at most 600 bytes");
    if (!IsPlainLine(indicator.source(), kSourceBytesMax, TextNeed::kOptional))
      problem.Field(absl::StrCat(path, ".source"), "must be one line of at most 400 bytes");
    if (!indicator.denominator().empty() &&
        (indicator.denominator() == indicator.id() || !ids.contains(indicator.denominator())))
      problem.Field(absl::StrCat(path, ".denominator"), "must be another indicator of the catalogue, or empty");
    LintFilter(indicator, path, problem);
    LintUnit(indicator, path, problem);
    if (!used.contains(indicator.id())) problem.Field(absl::StrCat(path, ".id"), "must be in a table");
  }
}

}  // namespace

bool IsPlainLine(const std::string& text, size_t bytes_max, TextNeed need) {
  if (text.size() > bytes_max || (text.empty() && need == TextNeed::kRequired)) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte != 0x7f;
  });
}

void LintCatalogueParts(const fed::Catalogue& catalogue, const std::vector<std::string>* roster_collectives,
                        Problem& problem) {
  LintHead(catalogue, problem);
  LintCodeLists(catalogue, problem);
  LintPlaces(catalogue, roster_collectives, problem);
  LintIndicators(catalogue, problem);
}

}  // namespace aangan::model
