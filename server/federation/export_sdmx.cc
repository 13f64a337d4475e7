// SPDX-License-Identifier: Apache-2.0
// Figures as SDMX-CSV.
#include "server/federation/export_sdmx.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/federation/export_csv.h"

namespace aangan::federation {
namespace {

constexpr char kStructureId[] = "AANGAN:FIGURES(1.0.0)";
constexpr char kTotal[] = "_T";
constexpr char kNotApplicable[] = "_Z";

const char* ObservationStatus(const v1::Figure& figure) {
  switch (figure.value()) {
    case v1::FIGURE_VALUE_NUMBER:
      return figure.state() == v1::RELEASE_STATE_PROVISIONAL ? "P" : "A";
    case v1::FIGURE_VALUE_TOO_FEW_TO_SAY:
      return "N";
    case v1::FIGURE_VALUE_SUPPRESSED:
      return "Q";
    case v1::FIGURE_VALUE_NOT_COLLECTED:
      return "L";
    default:
      return "O";
  }
}

const char* ConfidentialityStatus(const v1::Figure& figure) {
  return figure.value() == v1::FIGURE_VALUE_SUPPRESSED ? "C" : "F";
}

// "2026-Q3" or "2026".
std::string TimePeriod(const model::Period& period) {
  return period.is_year() ? absl::StrCat(period.year) : absl::StrCat(period.year, "-Q", period.quarter);
}

// Of a figure that names only some of its table's codes (a state that is kept private) nothing is known of the others.
bool IsDividedBy(const v1::Figure& figure, v1::Dimension dimension, const ExportNames& names) {
  const v1::Table* const table = names.TableOf(figure.table());
  if (table == nullptr) return false;
  for (const int each : table->dimensions()) {
    if (each == dimension) return true;
  }
  return false;
}

std::string DimensionOf(const v1::Figure& figure, v1::Dimension dimension, const ExportNames& names) {
  if (const auto code = CodeOf(figure, dimension)) return *code;
  return IsDividedBy(figure, dimension, names) ? kNotApplicable : kTotal;
}

std::vector<std::string> Columns() {
  std::vector<std::string> columns = {"STRUCTURE", "STRUCTURE_ID", "ACTION", "FREQ", "ROSTER", "INDICATOR", "TABLE"};
  for (const v1::Dimension each : AllDimensions()) columns.push_back(absl::AsciiStrToUpper(WordOf(each)));
  for (const char* each : {"TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "CONF_STATUS", "MARGIN_95", "RAW_SUM",
                           "VARIANCE_HUNDREDTHS", "RELEASE_STATE", "REHEARSAL", "CONTRIBUTORS", "COLLECTIVES"}) {
    columns.push_back(each);
  }
  return columns;
}

std::vector<std::string> RowOf(const ExportRows& rows, const ExportNames& names, const v1::Figure& figure) {
  std::vector<std::string> row = {"dataflow",
                                  kStructureId,
                                  "R",  // in the place of what was sent before
                                  rows.period.is_year() ? "A" : "Q",
                                  rows.roster,
                                  figure.indicator(),
                                  IsTotal(figure) ? kTotal : figure.table()};
  for (const v1::Dimension each : AllDimensions()) row.push_back(DimensionOf(figure, each, names));
  row.push_back(TimePeriod(rows.period));
  row.push_back(IsNumber(figure) ? absl::StrCat(figure.number()) : "");
  row.push_back(ObservationStatus(figure));
  row.push_back(ConfidentialityStatus(figure));
  row.push_back(HasMargin(figure) ? absl::StrCat(figure.margin()) : "");
  row.push_back(figure.has_raw() ? absl::StrCat(figure.raw()) : "");
  row.push_back(figure.has_raw() ? absl::StrCat(figure.variance_hundredths()) : "");
  row.push_back(WordOf(figure.state()));
  row.push_back(figure.rehearsal() ? "true" : "false");
  row.push_back(absl::StrCat(figure.contributors()));
  row.push_back(absl::StrCat(figure.collectives()));
  return row;
}

void AddLine(const std::vector<std::string>& fields, std::string& csv) {
  absl::StrAppend(
      &csv,
      absl::StrJoin(fields, ",",
                    [](std::string* out, const std::string& each) { absl::StrAppend(out, CsvField(each)); }),
      "\r\n");
}

}  // namespace

std::string ExportSdmx(const ExportRows& rows) {
  const ExportNames names(rows);
  std::string csv;
  AddLine(Columns(), csv);
  for (const v1::Figure& each : rows.figures) AddLine(RowOf(rows, names, each), csv);
  return csv;
}

}  // namespace aangan::federation
