// SPDX-License-Identifier: Apache-2.0
// Figures and their dictionary as tables of typed cells.
#include "server/federation/export_sheet.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace aangan::federation {
namespace {

struct Meaning {
  const char* word;
  const char* meaning;
};

constexpr Meaning kBefore[] = {
    {"period", "quarter (2026Q3: July to September 2026, India's time) or calendar year (2026)"},
    {"indicator", "id of what is counted"},
    {"question", "the question that the indicator answers"},
    {"table", "id of the table that the figure is a cell of; empty for a national total"},
    {"table_title", "title of that table"},
};
constexpr Meaning kAfter[] = {
    {"display", "which of the five values the figure has: see kind 'display'"},
    {"value",
     "the number with its noise, as shown; a number with display 'number' alone, otherwise empty (in a workbook the "
     "word "
     "of display): never 0 for something that is not a number"},
    {"margin", "half width of the interval that holds the true number 95 times of 100; a count"},
    {"raw_sum",
     "the signed sum as it came out of the round, for statisticians: may be negative; empty when there is none"},
    {"variance", "variance of the noise in it, in hundredths of a squared count"},
    {"state", "state of the release: see kind 'state'"},
    {"rehearsal", "yes for figures of a rehearsal, which are no statistics; otherwise no"},
    {"form", "summed: nobody saw a single collective's numbers; direct: the federation saw each with its noise"},
    {"contributors", "collectives in the figure"},
    {"collectives", "collectives of the roster"},
    {"measured_by", "for a total: ids of the tables that it was put together from"},
};
constexpr Meaning kDisplays[] = {
    {"number", "a number with a margin; 0 is a number"},
    {"too_few_to_say", "counted, but the noise is too large beside it to say anything"},
    {"suppressed", "kept private: the yes of a collective of this place is missing"},
    {"not_reported", "not reported: outside the freeze, a void round, a disputed release or a spoilt table"},
    {"not_collected", "the catalogue of this period does not ask for it"},
};
constexpr Meaning kStates[] = {
    {"provisional", "may still be disputed"},
    {"confirmed", "final"},
    {"corrected", "final, and not what was provisional before"},
    {"disputed", "withdrawn: answers disagree"},
    {"superseded", "other figures took its place"},
};

ExportCell TextOrNothing(std::string text) { return text.empty() ? ExportCell() : ExportCell(std::move(text)); }

ExportCell ValueOf(const v1::Figure& figure, NoNumber no_number) {
  if (IsNumber(figure)) return figure.number();
  return no_number == NoNumber::kWord ? ExportCell(WordOf(figure.value())) : ExportCell();
}

std::vector<ExportCell> RowOf(const v1::Figure& figure, const ExportNames& names, NoNumber no_number) {
  const v1::Indicator* const indicator = names.IndicatorOf(figure.indicator());
  const v1::Table* const table = names.TableOf(figure.table());
  std::vector<ExportCell> row = {figure.period(), figure.indicator(),
                                 TextOrNothing(indicator == nullptr ? "" : indicator->question()),
                                 TextOrNothing(figure.table()), TextOrNothing(table == nullptr ? "" : table->title())};
  for (const v1::Dimension dimension : AllDimensions())
    row.push_back(TextOrNothing(CodeOf(figure, dimension).value_or("")));
  row.push_back(WordOf(figure.value()));
  row.push_back(ValueOf(figure, no_number));
  row.push_back(HasMargin(figure) ? ExportCell(figure.margin()) : ExportCell());
  row.push_back(figure.has_raw() ? ExportCell(int64_t{figure.raw()}) : ExportCell());
  row.push_back(figure.has_raw() ? ExportCell(figure.variance_hundredths()) : ExportCell());
  row.push_back(TextOrNothing(WordOf(figure.state())));
  row.push_back(figure.rehearsal() ? "yes" : "no");
  row.push_back(TextOrNothing(WordOf(figure.form())));
  row.push_back(int64_t{figure.contributors()});
  row.push_back(int64_t{figure.collectives()});
  row.push_back(TextOrNothing(absl::StrJoin(figure.measured_by(), " ")));
  return row;
}

// Of the dictionary.
void Add(ExportSheet& sheet, std::string kind, std::string id, std::string title, std::string meaning,
         std::string source) {
  sheet.rows.push_back({std::move(kind), std::move(id), TextOrNothing(std::move(title)),
                        TextOrNothing(std::move(meaning)), TextOrNothing(std::move(source))});
}

template <size_t N>
void AddAll(ExportSheet& sheet, const char* kind, const Meaning (&meanings)[N]) {
  for (const Meaning& each : meanings) Add(sheet, kind, each.word, "", each.meaning, "");
}

// What an indicator counts, with the one that it is a part of.
std::string MeaningOf(const v1::Indicator& indicator) {
  if (indicator.denominator().empty()) return indicator.meaning();
  return absl::StrCat(indicator.meaning(), indicator.meaning().empty() ? "" : " ",
                      "Part of: ", indicator.denominator());
}

}  // namespace

ExportSheet FiguresSheet(const ExportRows& rows, NoNumber no_number) {
  ExportSheet sheet;
  for (const Meaning& each : kBefore) sheet.columns.push_back(each.word);
  for (const v1::Dimension dimension : AllDimensions()) sheet.columns.push_back(WordOf(dimension));
  for (const Meaning& each : kAfter) sheet.columns.push_back(each.word);
  const ExportNames names(rows);
  for (const v1::Figure& each : rows.figures) sheet.rows.push_back(RowOf(each, names, no_number));
  return sheet;
}

ExportSheet DictionarySheet(const ExportRows& rows) {
  ExportSheet sheet = {{"kind", "id", "title", "meaning", "source"}, {}};
  AddAll(sheet, "column", kBefore);
  for (const v1::Dimension dimension : AllDimensions()) {
    const std::string word = WordOf(dimension);
    Add(sheet, "column", word, "", absl::StrCat("code of kind '", word, "'; empty when not divided by it"), "");
  }
  AddAll(sheet, "column", kAfter);
  AddAll(sheet, "display", kDisplays);
  AddAll(sheet, "state", kStates);
  const ExportNames names(rows);
  for (const auto& [id, each] : names.indicators())
    Add(sheet, "indicator", id, each->question(), MeaningOf(*each), each->source());
  for (const auto& [id, each] : names.tables()) Add(sheet, "table", id, each->title(), "", "");
  for (const auto& [id, each] : names.places()) {
    Add(sheet, "place", id, each->title(),
        absl::StrCat(each->kind() == v1::PLACE_KIND_STATE ? "state" : "zone",
                     "; collectives: ", each->collectives_size()),
        "");
  }
  for (const auto& [list, code] : names.codes()) Add(sheet, list->id(), code->id(), code->title(), "", list->source());
  return sheet;
}

}  // namespace aangan::federation
