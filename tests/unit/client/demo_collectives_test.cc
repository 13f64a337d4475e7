// SPDX-License-Identifier: Apache-2.0
// The demo's records: 4,500 members in twelve collectives, the same bytes from the same seed, and no row that its own
// mapping refuses.
#include "client/demo/collectives.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "client/command/import.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::client {
namespace {

const absl::CivilDay kDay(2026, 11, 24);

TEST(DemoCollectives, AreTwelveInEightStatesWith4500Members) {
  int members = 0;
  std::set<std::string> ids, states;
  for (const DemoCollective& each : DemoCollectives()) {
    EXPECT_GE(each.members, 60);
    EXPECT_LE(each.members, 900);
    members += each.members;
    ids.insert(each.id);
    states.insert(each.state);
  }
  EXPECT_EQ(members, 4500);
  EXPECT_EQ(ids.size(), 12u);
  EXPECT_EQ(states.size(), 8u);
}

TEST(DemoCollectives, TheSameSeedAndDayWriteTheSameBytes) {
  const DemoCollective& one = DemoCollectives()[8];
  EXPECT_EQ(DemoCsv(one, 7, kDay), DemoCsv(one, 7, kDay));
  EXPECT_NE(DemoCsv(one, 7, kDay), DemoCsv(one, 8, kDay));
  EXPECT_NE(DemoCsv(one, 7, kDay), DemoCsv(DemoCollectives()[9], 7, kDay));
}

TEST(DemoCollectives, EveryRowIsMapped) {
  const tests::TempDir folder;
  std::ofstream(folder / "m.toml") << DemoMapping();
  for (const DemoCollective& each : DemoCollectives()) {
    std::ofstream(folder / "one.csv", std::ios::binary) << DemoCsv(each, 7, kDay);
    ImportWish wish{folder / "one.csv", folder / "m.toml", true, ""};
    const auto outcome = RunImport(nullptr, wish);
    ASSERT_THAT(outcome, tests::IsOk());
    EXPECT_EQ(outcome->rows, each.members);
    EXPECT_TRUE(outcome->refused.empty());
  }
}

TEST(Importing, AFileGoesByItsNameWhereNoOtherIsGiven) {
  EXPECT_EQ(SourceOf({"/media/stick/April.csv", "m.toml", false, ""}), "April.csv");
  EXPECT_EQ(SourceOf({"April.csv", "m.toml", false, " \t"}), "April.csv");
  EXPECT_EQ(SourceOf({"/media/stick/April.csv", "m.toml", false, " April 2026 "}), "April 2026");
}

TEST(RefusedRows, AreToldBesideTheFileAndTheNoteGoesWhenNoneIsLeft) {
  const tests::TempDir folder;
  const std::string file = folder / "rows.csv";
  ASSERT_THAT(WriteRefused(file, {{3, "Sex", "IMPORT_ROW", "must be \"x\", or y"}}), tests::IsOk());
  std::ifstream stream(RefusedFileOf(file), std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  EXPECT_EQ(text, "line,column,reason,what_to_do\r\n3,Sex,IMPORT_ROW,\"must be \"\"x\"\", or y\"\r\n");
  ASSERT_THAT(WriteRefused(file, {}), tests::IsOk());
  EXPECT_FALSE(std::ifstream(RefusedFileOf(file)).good());
}

}  // namespace
}  // namespace aangan::client
