// SPDX-License-Identifier: Apache-2.0
// Figures and their dictionary as tables of typed cells, for CSV and for spreadsheets: a number is a number, a text is
// a text, and what is absent is empty. Threads: pure.
#ifndef AANGAN_SERVER_FEDERATION_EXPORT_SHEET_H_
#define AANGAN_SERVER_FEDERATION_EXPORT_SHEET_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "server/federation/export_rows.h"

namespace aangan::federation {

using ExportCell = std::variant<std::monostate, int64_t, std::string>;

struct ExportSheet {
  std::vector<std::string> columns;
  std::vector<std::vector<ExportCell>> rows;  // each as long as `columns`
};

// What stands in the column "value" where there is no number.
enum class NoNumber {
  kEmpty,  // nothing: for programs, which read the column "display"
  kWord,   // the word of "display": for people, who look at the number
};

// One figure a row, totals first.
ExportSheet FiguresSheet(const ExportRows& rows, NoNumber no_number);
// What columns, words, indicators, tables, places and codes mean.
ExportSheet DictionarySheet(const ExportRows& rows);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_EXPORT_SHEET_H_
