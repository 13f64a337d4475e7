// SPDX-License-Identifier: Apache-2.0
// Which room writes which format, and what its file is called.
//
// Threads: thread-safe. Errors: INVALID_ARGUMENT (INVALID_FIELD: no such format); RESOURCE_EXHAUSTED (TOO_LARGE: more
// than a message may carry); those of export_xlsx.
#ifndef AANGAN_SERVER_FEDERATION_EXPORT_FILE_H_
#define AANGAN_SERVER_FEDERATION_EXPORT_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "server/federation/export_rows.h"

namespace aangan::federation {

// Under the 4 MiB that a message may have.
inline constexpr size_t kExportBytesMax = 3 << 20;

struct ExportFile {
  std::string content_type;
  std::string name;  // roster, period and format; no folders
  std::string content;
};

absl::Status CheckExportFormat(v1::ExportFormat format);
absl::StatusOr<ExportFile> WriteExport(v1::ExportFormat format, const ExportRows& rows);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_EXPORT_FILE_H_
