// SPDX-License-Identifier: Apache-2.0
// Figures and their dictionary as an Excel workbook of two sheets.
//
// A number is a number cell; what is no number is a text cell with its word in the column of the value, so that no sum
// takes it for 0. No cell is a formula, whatever its text begins with. The first row is frozen. Same rows, same bytes.
// Threads: thread-safe. Errors: UNAVAILABLE when the workbook can not be put together (no memory, no temporary folder).
#ifndef AANGAN_SERVER_FEDERATION_EXPORT_XLSX_H_
#define AANGAN_SERVER_FEDERATION_EXPORT_XLSX_H_

#include <string>

#include "absl/status/statusor.h"
#include "server/federation/export_rows.h"

namespace aangan::federation {

absl::StatusOr<std::string> ExportXlsx(const ExportRows& rows);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_EXPORT_XLSX_H_
