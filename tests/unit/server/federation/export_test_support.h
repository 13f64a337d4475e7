// SPDX-License-Identifier: Apache-2.0
// Rows of an export as bad as they may be: titles that a spreadsheet would take for formulas, each of the five values,
// zero, a negative sum.
#ifndef AANGAN_TESTS_UNIT_SERVER_FEDERATION_EXPORT_TEST_SUPPORT_H_
#define AANGAN_TESTS_UNIT_SERVER_FEDERATION_EXPORT_TEST_SUPPORT_H_

#include "server/federation/export_rows.h"

namespace aangan::federation {

// Places of the figures in TestExportRows().
enum TestFigure : size_t {
  kTotalNumber = 0,   // 120, margin 30
  kTotalUnknown = 1,  // not reported
  kZero = 2,          // gender woman: the number 0
  kTooFew = 3,        // gender man: raw -7, margin 20
  kPlaceNumber = 4,   // place south
  kNotReported = 5,   // place east
  kSuppressed = 6,    // place bihar, of which no cell is counted
  kNotCollected = 7,
  kTestFigures = 8,
};

// Of roster "india", 2026Q3, confirmed.
ExportRows TestExportRows();

}  // namespace aangan::federation

#endif  // AANGAN_TESTS_UNIT_SERVER_FEDERATION_EXPORT_TEST_SUPPORT_H_
