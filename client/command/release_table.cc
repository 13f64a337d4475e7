// SPDX-License-Identifier: Apache-2.0
// The preview of a release as a table.
#include "client/command/release_table.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace aangan::client {

std::string CellLabel(const std::string& indicator, const google::protobuf::RepeatedPtrField<std::string>& codes) {
  return codes.empty() ? indicator : absl::StrCat(indicator, " / ", absl::StrJoin(codes, " / "));
}

std::string LateWords(const node::v1::LateRecords& late) {
  if (late.records() == 0) return "";
  return absl::StrCat(late.records(), late.records() == 1 ? " record of " : " records of ", late.period(),
                      " came after its numbers were approved: in no figure of the quarter. The yearly tables of its "
                      "year count ",
                      late.counted_in_year(), " of them.");
}

Table PreviewTable(const node::v1::PreviewReleaseResponse& preview, bool for_people, size_t rows_max) {
  std::vector<const node::v1::PreviewCell*> cells;
  for (const node::v1::PreviewCell& cell : preview.cells()) {
    if (!for_people || rows_max == 0 || cell.exact() != 0) cells.push_back(&cell);
  }
  if (for_people) {
    std::stable_partition(cells.begin(), cells.end(),
                          [](const node::v1::PreviewCell* cell) { return cell->one_could_recognise_herself(); });
  }
  if (for_people && rows_max > 0 && cells.size() > rows_max) cells.resize(rows_max);
  Table table;
  table.columns = for_people
                      ? std::vector<std::string>{"table", "cell", "stays_here", "leaves", "margin", "before", "mark"}
                      : std::vector<std::string>{"table",  "indicator", "codes",        "exact",
                                                 "leaves", "margin",    "exact_before", "one_could_recognise_herself"};
  for (const node::v1::PreviewCell* cell : cells) {
    Value before;
    if (cell->has_exact_before()) before = int64_t{cell->exact_before()};
    if (for_people) {
      table.rows.push_back(
          {cell->table(), CellLabel(cell->indicator(), cell->codes()), cell->exact(), cell->leaves(), cell->margin(),
           before, std::string(cell->one_could_recognise_herself() ? "few: one could recognise herself" : "")});
    } else {
      table.rows.push_back({cell->table(), cell->indicator(), absl::StrJoin(cell->codes(), " "), cell->exact(),
                            cell->leaves(), cell->margin(), before, cell->one_could_recognise_herself()});
    }
  }
  return table;
}

}  // namespace aangan::client
