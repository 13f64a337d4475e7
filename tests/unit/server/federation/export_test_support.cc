// SPDX-License-Identifier: Apache-2.0
// Rows of an export as bad as they may be.
#include "tests/unit/server/federation/export_test_support.h"

#include "base/check.h"
#include "google/protobuf/text_format.h"

namespace aangan::federation {
namespace {

constexpr char kCatalogue[] = R"text(
  roster: "india" version: 1
  code_lists { id: "gender" title: "Gender" source: "+a list"
    codes { id: "woman" title: "@SUM(A1)"
}
codes {
id:
  "man" title : "Man, \"adult\""
}
}
  places { id: "south" title: "-2+3" kind: PLACE_KIND_ZONE collectives: "a" collectives: "b" }
  places { id: "east" title: "\tEast" kind: PLACE_KIND_STATE collectives: "c" }
  indicators { id: "new_members" question: "=HYPERLINK(\"http://x\",\"y\")" meaning: "Line one\nline two, with comma" }
  indicators { id: "needs_met" question: "\rHow many needs were met?" denominator: "new_members" }
  indicators { id: "later" question: "नए सदस्य" }
  tables { id: "by_gender" title: "＝full width" indicators: "new_members" dimensions: DIMENSION_GENDER }
  tables { id: "by_place" title: "By place" indicators: "needs_met" dimensions: DIMENSION_PLACE }
  tables { id: "of_later" title: "Later" indicators: "later" }
)text";

v1::Figure Figure(const std::string& text) {
  v1::Figure figure;
  AANGAN_CHECK(google::protobuf::TextFormat::ParseFromString(text, &figure));
  figure.set_period("2026Q3");
  return figure;
}

constexpr char kRound[] = " state: RELEASE_STATE_CONFIRMED form: ROUND_FORM_SUMMED contributors: 2 collectives: 3";

}  // namespace

ExportRows TestExportRows() {
  ExportRows rows;
  rows.roster = "india";
  rows.period = {2026, 3};
  rows.released = absl::FromUnixSeconds(1794200000);  // 2026-11-09T04:53:20Z
  v1::Catalogue catalogue;
  AANGAN_CHECK(google::protobuf::TextFormat::ParseFromString(kCatalogue, &catalogue));
  rows.catalogues.push_back(std::move(catalogue));
  const std::string round = kRound;
  rows.figures = {
      Figure("indicator: 'new_members' value: FIGURE_VALUE_NUMBER number: 120 margin: 30 raw: 120 "
             "variance_hundredths: 23400 measured_by: 'by_gender' measured_by: 'by_place'" +
             round),
      Figure("indicator: 'needs_met' value: FIGURE_VALUE_NOT_REPORTED" + round),
      Figure("indicator: 'new_members' table: 'by_gender' codes { dimension: DIMENSION_GENDER code: 'woman' } "
             "value: FIGURE_VALUE_NUMBER number: 0 margin: 5 raw: -1 variance_hundredths: 600" +
             round),
      Figure("indicator: 'new_members' table: 'by_gender' codes { dimension: DIMENSION_GENDER code: 'man' } "
             "value: FIGURE_VALUE_TOO_FEW_TO_SAY margin: 20 raw: -7 variance_hundredths: 10000" +
             round),
      Figure("indicator: 'needs_met' table: 'by_place' codes { dimension: DIMENSION_PLACE code: 'south' } "
             "value: FIGURE_VALUE_NUMBER number: 4000 margin: 30 raw: 4000 variance_hundredths: 23400" +
             round),
      Figure("indicator: 'needs_met' table: 'by_place' codes { dimension: DIMENSION_PLACE code: 'east' } "
             "value: FIGURE_VALUE_NOT_REPORTED" +
             round),
      Figure("indicator: 'needs_met' table: 'by_place' codes { dimension: DIMENSION_PLACE code: 'bihar' } "
             "value: FIGURE_VALUE_SUPPRESSED" +
             round),
      Figure("indicator: 'later' table: 'of_later' value: FIGURE_VALUE_NOT_COLLECTED"),
  };
  AANGAN_CHECK(rows.figures.size() == kTestFigures);
  return rows;
}

}  // namespace aangan::federation
