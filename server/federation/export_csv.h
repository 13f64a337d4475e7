// SPDX-License-Identifier: Apache-2.0
// Figures and their dictionary as CSV that a spreadsheet opens as it is meant.
//
// Form: RFC 4180 (CRLF, quotes doubled), UTF-8 with a byte order mark, so that Excel reads it as UTF-8. A text that a
// spreadsheet would take for a formula (it begins with = + - @, their full-width forms, tab, CR or LF) gets an
// apostrophe before it; numbers do not, so a negative raw sum stays a number. Source: OWASP, "CSV Injection". Threads:
// pure.
#ifndef AANGAN_SERVER_FEDERATION_EXPORT_CSV_H_
#define AANGAN_SERVER_FEDERATION_EXPORT_CSV_H_

#include <string>

#include "server/federation/export_sheet.h"

namespace aangan::federation {

std::string CsvOf(const ExportSheet& sheet);
std::string ExportCsv(const ExportRows& rows);
std::string ExportDictionary(const ExportRows& rows);

// One field, quoted where it must be; a text is not defused.
std::string CsvField(const std::string& text);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_EXPORT_CSV_H_
