// SPDX-License-Identifier: Apache-2.0
// Reads CSV as spreadsheets write it: UTF-8 with or without a byte order mark, LF or CRLF, comma, semicolon or tab,
// quotes and line breaks inside quotes. libcsv does the reading (RFC 4180, strict). White space around a field is none
// of it. The operator's page reads in the same way (web/operator/import_csv.ts), so that a row has one identity.
//
// Threads: one thread. Errors: INVALID_ARGUMENT for a file that is not UTF-8 text, is UTF-16, or has no header; a
// malformed row is handed on with its line, and reading goes on behind it. Bounds: a row of at most 1 MiB, at most 500
// columns.
#ifndef AANGAN_CLIENT_COMMAND_CSV_READER_H_
#define AANGAN_CLIENT_COMMAND_CSV_READER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace aangan::client {

struct CsvRow {
  int64_t line = 0;                 // of its first character, from 1
  std::vector<std::string> fields;  // as many as the header has, unless `fault` says otherwise
  absl::string_view fault;          // empty, or what is wrong with the row; it is then not to be used
};

// Calls `row` for each data row; a row whose fields are all empty is none. `header` gets the column names first and may
// stop everything by an error.
absl::Status ReadCsv(const std::string& path,
                     const std::function<absl::Status(const std::vector<std::string>&)>& header,
                     const std::function<absl::Status(CsvRow)>& row);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_CSV_READER_H_
