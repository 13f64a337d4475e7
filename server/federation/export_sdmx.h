// SPDX-License-Identifier: Apache-2.0
// Figures as SDMX-CSV 2.0, one observation a row; the only one of the formats with codes for what is kept private.
//
// OBS_VALUE is empty where there is no number, and OBS_STATUS says why, by the code list CL_OBS_STATUS: A normal,
// P provisional, N not significant (too few to say), Q missing, suppressed; O missing (not reported); L missing, not
// collected. CONF_STATUS, by CL_CONF_STATUS: C confidential (suppressed), F free. A dimension that a figure is not
// divided by is _T (total), one that can not be said _Z (not applicable).
//
// Source: sdmx.org, SDMX-CSV 2.0 field guide; cross-domain code lists CL_OBS_STATUS 2.x, CL_CONF_STATUS 1.x.
// Threads: pure.
#ifndef AANGAN_SERVER_FEDERATION_EXPORT_SDMX_H_
#define AANGAN_SERVER_FEDERATION_EXPORT_SDMX_H_

#include <string>

#include "server/federation/export_rows.h"

namespace aangan::federation {

std::string ExportSdmx(const ExportRows& rows);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_EXPORT_SDMX_H_
