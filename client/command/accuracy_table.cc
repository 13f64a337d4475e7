// SPDX-License-Identifier: Apache-2.0
// What the figures of a catalogue will be worth: see accuracy_table.h.
#include "client/command/accuracy_table.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace aangan::client {
namespace {

std::string Hundredths(int64_t number) { return absl::StrFormat("%d.%02d", number / 100, number % 100); }

}  // namespace

Table AccuracyTable(const node::v1::EstimateAccuracyResponse& accuracy) {
  Table table{{"table", "standard_deviation", "mean_error", "margin", "too_few_below", "times_curator", "at_floor"},
              {}};
  for (const node::v1::TableAccuracy& each : accuracy.tables()) {
    table.rows.push_back({each.table(), Hundredths(each.sigma_hundredths()), Hundredths(each.mean_error_hundredths()),
                          each.margin(), each.too_few_below(), Hundredths(each.times_curator_hundredths()),
                          each.floor_binds()});
  }
  return table;
}

std::string FloorSentence(const node::v1::EstimateAccuracyResponse& accuracy) {
  std::vector<std::string> bound;
  for (const node::v1::TableAccuracy& each : accuracy.tables())
    if (each.floor_binds()) bound.push_back(each.table());
  if (bound.empty()) return "The floor of the noise binds in no table: budget alone says how exact they are.";
  return absl::StrCat("The noise is at its floor in ", absl::StrJoin(bound, ", "),
                      ": more budget makes these no better, and a curator would do better by times_curator.");
}

}  // namespace aangan::client
