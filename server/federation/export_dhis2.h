// SPDX-License-Identifier: Apache-2.0
// Figures for a DHIS2 server: values (dataValueSets JSON), the metadata that they refer to, and what has no value.
//
// One data element a table and indicator (a total: the indicator alone), and one beside it for the margin; the place is
// the organisation unit, other dimensions are category option combinations. Every element says zeroIsSignificant, since
// DHIS2 drops zeros otherwise. What is no number has no value: it is sent as deleted, so that a correction leaves
// nothing stale behind, and is listed with its reason among the omitted. Nothing is added up (aggregationType NONE).
//
// Ids (UIDs) are made from names alone, so every export of a roster has the same: 11 letters and digits, a letter
// first. Source: docs.dhis2.org, Web API, "Sending data values" and "Metadata import". Threads: pure.
#ifndef AANGAN_SERVER_FEDERATION_EXPORT_DHIS2_H_
#define AANGAN_SERVER_FEDERATION_EXPORT_DHIS2_H_

#include <string>

#include "absl/strings/string_view.h"
#include "server/federation/export_rows.h"

namespace aangan::federation {

std::string ExportDhis2(const ExportRows& rows);
std::string ExportDhis2Metadata(const ExportRows& rows);
std::string ExportDhis2Omitted(const ExportRows& rows);

// The UID of what this name names.
std::string Dhis2Uid(absl::string_view name);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_EXPORT_DHIS2_H_
