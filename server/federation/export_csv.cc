// SPDX-License-Identifier: Apache-2.0
// Figures and their dictionary as CSV.
#include "server/federation/export_csv.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace aangan::federation {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";
// The last four are the full-width forms of the first four.
constexpr absl::string_view kFormulaBegins[] = {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"};

bool LooksLikeFormula(absl::string_view text) {
  return std::any_of(std::begin(kFormulaBegins), std::end(kFormulaBegins),
                     [&](absl::string_view begin) { return absl::StartsWith(text, begin); });
}

std::string Text(const std::string& text) { return CsvField(LooksLikeFormula(text) ? absl::StrCat("'", text) : text); }

std::string Cell(const ExportCell& cell) {
  if (const auto* number = std::get_if<int64_t>(&cell)) return absl::StrCat(*number);
  if (const auto* text = std::get_if<std::string>(&cell)) return Text(*text);
  return "";
}

}  // namespace

std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

std::string CsvOf(const ExportSheet& sheet) {
  std::string csv(kByteOrderMark);
  absl::StrAppend(&csv, absl::StrJoin(sheet.columns, ","), "\r\n");
  for (const std::vector<ExportCell>& row : sheet.rows) {
    absl::StrAppend(
        &csv,
        absl::StrJoin(row, ",", [](std::string* out, const ExportCell& cell) { absl::StrAppend(out, Cell(cell)); }),
        "\r\n");
  }
  return csv;
}

std::string ExportCsv(const ExportRows& rows) { return CsvOf(FiguresSheet(rows, NoNumber::kEmpty)); }

std::string ExportDictionary(const ExportRows& rows) { return CsvOf(DictionarySheet(rows)); }

}  // namespace aangan::federation
