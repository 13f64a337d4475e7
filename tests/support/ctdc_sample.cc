// SPDX-License-Identifier: Apache-2.0
// The CTDC sample, dealt and counted: see ctdc_sample.h.
#include "tests/support/ctdc_sample.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace aangan::tests {
namespace {

namespace fed = federation::v1;

std::string SamplePath() {
  if (const char* named = std::getenv("AANGAN_CTDC_CSV"); named != nullptr) return named;
  const std::string beside = std::string(AANGAN_SOURCE) + "/../shared/data/ctdc_victims.csv";
  return std::filesystem::exists(beside) ? beside : "none";
}

std::string Zones(const fed::Catalogue& catalogue) {
  return absl::StrJoin(catalogue.places(), ";", [](std::string* out, const fed::Place& place) {
    absl::StrAppend(out, place.id(), "=", absl::StrJoin(place.collectives(), ","));
  });
}

}  // namespace

bool DealCtdc(const fed::Catalogue& catalogue, const std::vector<model::Period>& quarters, const std::string& folder) {
  const std::string names = absl::StrJoin(
      quarters, ",", [](std::string* out, const model::Period& period) { *out += model::PeriodText(period); });
  return std::system(absl::StrCat("python3 ", AANGAN_SOURCE, "/tests/interop/ctdc/recount.py --csv '", SamplePath(),
                                  "' --out ", folder, " --quarters ", names, " --zones '", Zones(catalogue), "'")
                         .c_str()) == 0;
}

CtdcCounts ReadCtdcCounts(const std::string& folder) {
  CtdcCounts counts;
  std::ifstream file(folder + "/expected.tsv");
  std::string line;
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = absl::StrSplit(line, '\t');
    int64_t count = 0;
    EXPECT_TRUE(cells.size() == 5 && absl::SimpleAtoi(cells[4], &count));
    counts[absl::StrJoin(cells.begin(), cells.begin() + 4, " ")] = count;
  }
  return counts;
}

}  // namespace aangan::tests
