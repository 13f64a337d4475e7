// SPDX-License-Identifier: Apache-2.0
// Figures and previews as people read them: the five values in words, never as zero; bars with an uncertain end.
#include <gtest/gtest.h>

#include "client/command/accuracy_table.h"
#include "client/command/figures_table.h"
#include "client/command/release_table.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

namespace fed = ::aangan::federation::v1;

std::string Text(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? "(not text)" : *text;
}

fed::Figure FigureWith(fed::FigureValue value, int64_t number, int64_t margin) {
  fed::Figure figure;
  figure.set_indicator("needs_met");
  figure.add_codes()->set_code("health");
  figure.set_value(value);
  figure.set_number(number);
  figure.set_margin(margin);
  return figure;
}

TEST(FiguresTable, TheFiveValuesAreFiveDifferentWords) {
  const std::vector<fed::Figure> figures = {
      FigureWith(fed::FIGURE_VALUE_NUMBER, 123456, 200), FigureWith(fed::FIGURE_VALUE_TOO_FEW_TO_SAY, 0, 200),
      FigureWith(fed::FIGURE_VALUE_SUPPRESSED, 0, 0), FigureWith(fed::FIGURE_VALUE_NOT_REPORTED, 0, 0),
      FigureWith(fed::FIGURE_VALUE_NOT_COLLECTED, 0, 0)};
  const Table people = FiguresTable(figures, true);
  ASSERT_EQ(people.rows.size(), 5u);
  EXPECT_EQ(Text(people.rows[0][2]), "1,23,456");
  EXPECT_EQ(Text(people.rows[0][3]), "± 200");
  EXPECT_EQ(Text(people.rows[1][2]), "too few to say");
  EXPECT_EQ(Text(people.rows[2][2]), "kept private");
  EXPECT_EQ(Text(people.rows[3][2]), "not reported");
  EXPECT_EQ(Text(people.rows[4][2]), "not collected");
  const Table programs = FiguresTable(figures, false);
  EXPECT_EQ(Text(programs.rows[2][4]), "suppressed");
  for (size_t i = 1; i < 5; ++i) EXPECT_TRUE(std::holds_alternative<std::monostate>(programs.rows[i][5])) << i;
}

// A download of a suppressed figure holds the word and no number, whatever stands in the message.
TEST(FiguresTable, ASuppressedFigureHasNoNumberInTheFile) {
  testing::internal::CaptureStdout();
  Output(OutputForm::kCsv).Print(FiguresTable({FigureWith(fed::FIGURE_VALUE_SUPPRESSED, 0, 0)}, false));
  const std::string file = testing::internal::GetCapturedStdout();
  EXPECT_NE(file.find("needs_met,health,suppressed,,,,"), std::string::npos) << file;
}

TEST(FiguresTable, ABarIsFullUpToTheSureEndAndFadesBehindIt) {
  EXPECT_EQ(Bar(80, 20, 100, 10), "██████▓▓▒░");
  EXPECT_EQ(Bar(0, 0, 100, 10), "▓");
  EXPECT_EQ(DisplayWidth(Bar(50, 500, 100, 10)), 10u);
}

TEST(FiguresTable, CoverageNamesWhoIsMissing) {
  EXPECT_EQ(CoverageSentence({"a", "b"}, {}), "In it: 2 of 2 collectives.");
  EXPECT_EQ(CoverageSentence({"a"}, {"b", "c"}), "In it: 1 of 3 collectives. Not in it: b, c.");
}

TEST(FiguresTable, HowFarTheFiguresHaveComeIsSaidInWords) {
  fed::Figure confirmed = FigureWith(fed::FIGURE_VALUE_NUMBER, 10, 2);
  confirmed.set_state(fed::RELEASE_STATE_CONFIRMED);
  fed::Figure provisional = FigureWith(fed::FIGURE_VALUE_NUMBER, 20, 2);
  provisional.set_state(fed::RELEASE_STATE_PROVISIONAL);
  fed::Figure corrected = confirmed;
  corrected.set_state(fed::RELEASE_STATE_CORRECTED);
  const fed::Figure stateless = FigureWith(fed::FIGURE_VALUE_NOT_COLLECTED, 0, 0);
  EXPECT_EQ(StateSentence({confirmed, confirmed, stateless}), "Confirmed: final.");
  EXPECT_EQ(StateSentence({provisional}), "Provisional: may still be disputed.");
  EXPECT_EQ(StateSentence({corrected}), "Corrected: final, and not what was shown before.");
  EXPECT_EQ(StateSentence({stateless}), "");
  // All alike, the sentence says it once; else each provisional figure says it.
  EXPECT_EQ(Text(FiguresTable({provisional, stateless}, true).rows[0][2]), "20");
  const Table mixed = FiguresTable({confirmed, provisional}, true);
  EXPECT_EQ(Text(mixed.rows[0][2]), "10");
  EXPECT_EQ(Text(mixed.rows[1][2]), "20 (provisional)");
  EXPECT_EQ(StateSentence({confirmed, provisional}),
            "Not all alike. Provisional: may still be disputed. Confirmed: final.");
}

TEST(ReleaseTable, CellsInWhichOneCouldRecogniseHerselfComeFirst) {
  node::v1::PreviewReleaseResponse preview;
  for (int i = 0; i < 3; ++i) {
    node::v1::PreviewCell& cell = *preview.add_cells();
    cell.set_indicator("new_members");
    cell.add_codes("code" + std::to_string(i));
    cell.set_exact(i);
    cell.set_leaves(-i);
  }
  preview.mutable_cells(2)->set_one_could_recognise_herself(true);
  const Table people = PreviewTable(preview, true, 20);
  ASSERT_EQ(people.rows.size(), 2u);  // the empty cell is left out, unless all are asked for
  EXPECT_EQ(Text(people.rows[0][1]), "new_members / code2");
  EXPECT_EQ(PreviewTable(preview, true, 0).rows.size(), 3u);
  EXPECT_EQ(PreviewTable(preview, false, 1).rows.size(), 3u);
}

TEST(ReleaseTable, WhatCameTooLateIsSaidInWordsAndNothingWhenNothingDid) {
  node::v1::LateRecords late;
  late.set_period("2026Q3");
  EXPECT_EQ(LateWords(late), "");
  late.set_records(3);
  late.set_counted_in_year(2);
  EXPECT_EQ(LateWords(late),
            "3 records of 2026Q3 came after its numbers were approved: in no figure of the quarter. The yearly tables "
            "of its year count 2 of them.");
}

TEST(Words, EnumsDaysAndDigestsGoBothWays) {
  EXPECT_EQ(WordOf(fed::FigureValue_descriptor(), fed::FIGURE_VALUE_TOO_FEW_TO_SAY), "too_few_to_say");
  EXPECT_EQ(*NumberOf(fed::FigureValue_descriptor(), "number", "x"), fed::FIGURE_VALUE_NUMBER);
  EXPECT_FALSE(NumberOf(fed::FigureValue_descriptor(), "zero", "x").ok());
  EXPECT_EQ(DayText(*ParseDay("2026-08-03", "x")), "2026-08-03");
  EXPECT_FALSE(ParseDay("3.8.2026", "x").ok());
  EXPECT_EQ(Hex(*ParseDigest(std::string(64, 'a'), "x")), std::string(64, 'a'));
  EXPECT_FALSE(ParseDigest(std::string(63, 'a'), "x").ok());
  EXPECT_FALSE(ParseDigest(std::string(64, 'g'), "x").ok());
}

TEST(AccuracyTable, SaysTheErrorInCountsAndBesideACurator) {
  node::v1::EstimateAccuracyResponse accuracy;
  node::v1::TableAccuracy& table = *accuracy.add_tables();
  table.set_table("new_by_place");
  table.set_sigma_hundredths(4053);
  table.set_mean_error_hundredths(3234);
  table.set_margin(80);
  table.set_too_few_below(82);
  table.set_times_curator_hundredths(142);
  const Table shown = AccuracyTable(accuracy);
  ASSERT_EQ(shown.rows.size(), 1u);
  ASSERT_EQ(shown.columns.size(), shown.rows[0].size());
  EXPECT_EQ(Text(shown.rows[0][1]), "40.53");
  EXPECT_EQ(Text(shown.rows[0][2]), "32.34");
  EXPECT_EQ(Text(shown.rows[0][5]), "1.42");
  EXPECT_EQ(std::get<bool>(shown.rows[0][6]), false);
}

TEST(AccuracyTable, NamesTheTablesWhoseNoiseIsAtItsFloor) {
  node::v1::EstimateAccuracyResponse accuracy;
  for (const char* id : {"one", "two", "three"}) accuracy.add_tables()->set_table(id);
  EXPECT_NE(FloorSentence(accuracy).find("in no table"), std::string::npos);
  accuracy.mutable_tables(0)->set_floor_binds(true);
  accuracy.mutable_tables(2)->set_floor_binds(true);
  EXPECT_NE(FloorSentence(accuracy).find("at its floor in one, three:"), std::string::npos);
}

}  // namespace
}  // namespace aangan::client
