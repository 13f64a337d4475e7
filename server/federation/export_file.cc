// SPDX-License-Identifier: Apache-2.0
// Which room writes which format.
#include "server/federation/export_file.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/federation/export_csv.h"
#include "server/federation/export_dhis2.h"
#include "server/federation/export_fhir.h"
#include "server/federation/export_sdmx.h"
#include "server/federation/export_xlsx.h"

namespace aangan::federation {
namespace {

constexpr char kCsv[] = "text/csv; charset=utf-8";
constexpr char kJson[] = "application/json";

struct Writer {
  v1::ExportFormat format;
  const char* content_type;
  const char* ending;
  absl::StatusOr<std::string> (*write)(const ExportRows&);
};

// For those that can not fail.
template <std::string (*kWrite)(const ExportRows&)>
absl::StatusOr<std::string> Always(const ExportRows& rows) {
  return kWrite(rows);
}

constexpr Writer kWriters[] = {
    {v1::EXPORT_FORMAT_CSV, kCsv, ".csv", Always<ExportCsv>},
    {v1::EXPORT_FORMAT_DICTIONARY, kCsv, ".dictionary.csv", Always<ExportDictionary>},
    {v1::EXPORT_FORMAT_XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx", ExportXlsx},
    {v1::EXPORT_FORMAT_DHIS2, kJson, ".dhis2.json", Always<ExportDhis2>},
    {v1::EXPORT_FORMAT_DHIS2_METADATA, kJson, ".dhis2-metadata.json", Always<ExportDhis2Metadata>},
    {v1::EXPORT_FORMAT_DHIS2_OMITTED, kJson, ".dhis2-omitted.json", Always<ExportDhis2Omitted>},
    {v1::EXPORT_FORMAT_FHIR, "application/fhir+json", ".fhir.json", Always<ExportFhir>},
    {v1::EXPORT_FORMAT_SDMX, "application/vnd.sdmx.data+csv; version=2.0.0", ".sdmx.csv", Always<ExportSdmx>},
};

const Writer* WriterOf(v1::ExportFormat format) {
  const auto* const found = std::find_if(std::begin(kWriters), std::end(kWriters),
                                         [format](const Writer& each) { return each.format == format; });
  return found == std::end(kWriters) ? nullptr : found;
}

}  // namespace

absl::Status CheckExportFormat(v1::ExportFormat format) {
  if (WriterOf(format) != nullptr) return absl::OkStatus();
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "An export is written in one format.")
      .Field("format", "must be one of ExportFormat");
}

absl::StatusOr<ExportFile> WriteExport(v1::ExportFormat format, const ExportRows& rows) {
  RETURN_IF_ERROR(CheckExportFormat(format));
  const Writer& writer = *WriterOf(format);
  ExportFile file = {writer.content_type,
                     absl::StrCat("aangan-", rows.roster, "-", model::PeriodText(rows.period), writer.ending), ""};
  ASSIGN_OR_RETURN(file.content, writer.write(rows));
  if (file.content.size() <= kExportBytesMax) return file;
  return Problem(absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
                 "These are more figures than one file carries; ask for one indicator or one table.")
      .Number("bytesMax", kExportBytesMax);
}

}  // namespace aangan::federation
