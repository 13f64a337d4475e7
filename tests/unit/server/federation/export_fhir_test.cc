// SPDX-License-Identifier: Apache-2.0
// Exports as FHIR: a count that is not there says why, and the report is ready only when nothing of it may change.
#include "server/federation/export_fhir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "nlohmann/json.hpp"
#include "tests/unit/server/federation/export_test_support.h"

namespace aangan::federation {
namespace {

using Json = nlohmann::json;

Json Report(const ExportRows& rows) { return Json::parse(ExportFhir(rows)); }

// The value word of each population, with its count or the reason why there is none.
std::vector<std::string> Populations(const Json& report) {
  std::vector<std::string> all;
  const auto take = [&](const Json& population) {
    EXPECT_NE(population.contains("count"), population.contains("_count"));
    all.push_back(population["extension"][0]["valueCode"].get<std::string>() + " " +
                  (population.contains("count")
                       ? population["count"].dump()
                       : population["_count"]["extension"][0]["valueCode"].get<std::string>()));
  };
  for (const Json& group : report["group"]) {
    if (group.contains("population")) take(group["population"][0]);
    if (!group.contains("stratifier")) continue;
    for (const Json& stratum : group["stratifier"][0]["stratum"]) take(stratum["population"][0]);
  }
  return all;
}

TEST(ExportFhir, ACountThatIsNotThereIsLeftOutAndSaysWhy) {
  EXPECT_THAT(
      Populations(Report(TestExportRows())),
      ::testing::ElementsAre("number 120", "not_reported unknown", "number 0", "too_few_to_say unknown", "number 4000",
                             "not_reported unknown", "suppressed masked", "not_collected not-asked"));
}

TEST(ExportFhir, ItIsASummaryOfAPeriodByARoster) {
  const Json report = Report(TestExportRows());
  EXPECT_EQ(report["resourceType"], "MeasureReport");
  EXPECT_EQ(report["type"], "summary");
  EXPECT_EQ(report["date"], "2026-11-09T04:53:20Z");
  EXPECT_EQ(report["period"], (Json{{"start", "2026-07-01"}, {"end", "2026-09-30"}}));
  EXPECT_EQ(report["reporter"]["identifier"]["value"], "india");
}

TEST(ExportFhir, ItIsCompleteOnlyWhenNothingMayChange) {
  ExportRows rows = TestExportRows();
  EXPECT_EQ(Report(rows)["status"], "complete");
  rows.figures[kZero].set_state(v1::RELEASE_STATE_PROVISIONAL);  // one is enough
  EXPECT_EQ(Report(rows)["status"], "pending");
  rows.figures[kTooFew].set_state(v1::RELEASE_STATE_DISPUTED);
  EXPECT_EQ(Report(rows)["status"], "error");
}

TEST(ExportFhir, ARehearsalSaysSo) {
  ExportRows rows = TestExportRows();
  EXPECT_EQ(Report(rows)["extension"][0]["valueBoolean"], false);
  rows.figures[kZero].set_rehearsal(true);
  EXPECT_EQ(Report(rows)["extension"][0]["valueBoolean"], true);
}

TEST(ExportFhir, MarginAndNegativeSumStandBesideTheCount) {
  const Json strata = Report(TestExportRows())["group"][2]["stratifier"][0]["stratum"];
  const Json man = strata[1]["population"][0]["extension"];
  EXPECT_EQ(man[1], (Json{{"url", "urn:aangan:fhir:margin-95"}, {"valueInteger", 20}}));
  EXPECT_EQ(man[2], (Json{{"url", "urn:aangan:fhir:raw-sum"}, {"valueInteger", -7}}));
  EXPECT_EQ(strata[0]["component"][0]["value"]["text"], "@SUM(A1)");
}

}  // namespace
}  // namespace aangan::federation
