// SPDX-License-Identifier: Apache-2.0
// Figures as one FHIR R4 MeasureReport of type "summary".
//
// One group an indicator and table (a total: the indicator alone). A group that is divided has one stratifier, each
// cell a stratum whose components are its codes. A count that is not there is left out, and `_count` says why by the
// data-absent-reason extension: masked (suppressed), unknown (not reported; too few to say), not-asked (not collected);
// an extension of ours names which of the five values it is, others the margin and the state.
//
// Source: hl7.org/fhir/R4/measurereport.html, extension-data-absent-reason.html. Extensions and codes of ours are named
// by URNs, which are names and no addresses. Threads: pure.
#ifndef AANGAN_SERVER_FEDERATION_EXPORT_FHIR_H_
#define AANGAN_SERVER_FEDERATION_EXPORT_FHIR_H_

#include <string>

#include "server/federation/export_rows.h"

namespace aangan::federation {

std::string ExportFhir(const ExportRows& rows);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_EXPORT_FHIR_H_
