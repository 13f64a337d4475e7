// SPDX-License-Identifier: Apache-2.0
// Figures at the network door: the five values are five different ones, coverage is always there, pages hold every
// figure once.
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "model/cells.h"
#include "model/figure.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/federation/federation_under_test.h"

namespace aangan::federation {
namespace {

using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;

class FiguresTest : public ::testing::Test {
 protected:
  FiguresTest() { federation_.Found(); }
  // So many of the four contribute this value in each cell, and the round ends.
  void Contribute(int how_many, int64_t value) {
    for (int i = 0; i < how_many; ++i) {
      const TestCollective& each = federation_.collectives()[static_cast<size_t>(i)];
      ASSERT_THAT(federation_.Upload(each, federation_.Contribution(each, value)), IsOk());
    }
    federation_.clock().Advance(absl::Hours(24 * (how_many < 3 ? 60 : 30)));
    ASSERT_TRUE(federation_.AwaitState(how_many < 3 ? v1::ROUND_STATE_VOID : v1::ROUND_STATE_CONFIRMED));
  }
  static v1::ListFiguresRequest Place(const std::string& code) {
    v1::ListFiguresRequest question;
    question.add_codes()->set_dimension(v1::DIMENSION_PLACE);
    question.mutable_codes(0)->set_code(code);
    return question;
  }

  FederationUnderTest federation_;
};

TEST_F(FiguresTest, ASumIsANumberWithTheMarginOfAllItsContributors) {
  Contribute(4, 1000);
  v1::ListFiguresRequest question;
  question.set_period(federation_.period());
  const v1::ListFiguresResponse all = federation_.Figures(question);
  ASSERT_EQ(static_cast<size_t>(all.figures_size()), federation_.cells());
  EXPECT_EQ(all.contributors_size(), 4);
  EXPECT_EQ(all.missing_size(), 0);
  const auto round = federation_.Round();
  ASSERT_THAT(round, IsOk());
  for (const v1::Figure& figure : all.figures()) {
    EXPECT_EQ(figure.value(), v1::FIGURE_VALUE_NUMBER);
    EXPECT_EQ(figure.number(), 4000);
    EXPECT_EQ(figure.raw(), 4000);
    EXPECT_EQ(figure.contributors(), 4);
    EXPECT_EQ(figure.collectives(), 4);
    EXPECT_EQ(figure.form(), v1::ROUND_FORM_DIRECT);
    EXPECT_FALSE(figure.rehearsal());
    EXPECT_EQ(figure.state(), v1::RELEASE_STATE_CONFIRMED);
    for (const v1::TableVariance& each : round->round_descriptor().variances()) {
      if (each.table() != figure.table()) continue;
      EXPECT_EQ(figure.margin(), model::Margin95({each.numerator() * 4, each.denominator()}));
    }
  }
}

TEST_F(FiguresTest, SmallAndNegativeSumsAreTooFewToSayNeverZero) {
  Contribute(4, -3);
  const v1::ListFiguresResponse all = federation_.Figures({});
  for (const v1::Figure& figure : all.figures()) {
    EXPECT_EQ(figure.value(), v1::FIGURE_VALUE_TOO_FEW_TO_SAY);
    EXPECT_EQ(figure.raw(), -12);
    EXPECT_EQ(figure.number(), 0);
    EXPECT_GT(figure.margin(), 0);
  }
}

TEST_F(FiguresTest, AStateWithoutItsYesIsSuppressedAndOneThatSaidYesIsShown) {
  Contribute(4, 1000);
  const v1::ListFiguresResponse shown = federation_.Figures(Place("kerala"));
  ASSERT_GT(shown.figures_size(), 0);
  for (const v1::Figure& figure : shown.figures()) EXPECT_EQ(figure.value(), v1::FIGURE_VALUE_NUMBER);
  const v1::ListFiguresResponse kept = federation_.Figures(Place("bihar"));
  EXPECT_EQ(kept.figures_size(), shown.figures_size());
  for (const v1::Figure& figure : kept.figures()) {
    EXPECT_EQ(figure.value(), v1::FIGURE_VALUE_SUPPRESSED);
    EXPECT_FALSE(figure.has_raw());
    EXPECT_EQ(figure.margin(), 0);
  }
  EXPECT_EQ(federation_.Figures(Place("punjab")).figures_size(), 0);  // no collective is there
}

// Not hidden at the end, but never there: no cell of a vector, no sum of a release, no entry of the log is about it.
TEST_F(FiguresTest, AStateWithoutItsYesIsInNoVectorReleaseOrLog) {
  Contribute(4, 1000);
  const model::CompiledCatalogue& catalogue = federation_.compiled();
  std::set<std::string> counted;
  for (const bool yearly : {false, true}) {
    for (model::Cell cell = 0; cell < (yearly ? catalogue.year_cell_count : catalogue.quarter_cell_count); ++cell)
      for (const std::string& code : model::NameOfCell(catalogue, yearly, cell).codes) counted.insert(code);
  }
  EXPECT_TRUE(counted.contains("kerala"));
  const std::set<std::string> without_yes = {"assam", "bihar", "odisha"};
  for (const std::string& state : without_yes) EXPECT_FALSE(counted.contains(state)) << state;
  const v1::ListFiguresResponse all = federation_.Figures({});
  EXPECT_EQ(static_cast<size_t>(all.figures_size()), federation_.cells());
  for (const v1::Figure& figure : all.figures())
    for (const v1::FigureCode& code : figure.codes()) EXPECT_FALSE(without_yes.contains(code.code()));
  const tests::FederationClient staff = federation_.Staff();
  v1::GetNationalReleaseRequest request;
  request.set_name("rosters/india/releases/" + federation_.period());
  v1::GetNationalReleaseResponse release;
  ASSERT_THAT(staff.Call(*staff.figures, &v1::FigureService::Stub::GetNationalRelease, request, &release), IsOk());
  EXPECT_EQ(static_cast<size_t>(release.national_release().sums_size()), federation_.cells());
  v1::ListLogEntriesRequest log_request;
  log_request.set_parent("rosters/india");
  v1::ListLogEntriesResponse log;
  ASSERT_THAT(staff.Call(*staff.log, &v1::LogService::Stub::ListLogEntries, log_request, &log), IsOk());
  EXPECT_GT(log.entries_size(), 5);
  for (const v1::LogEntry& entry : log.entries()) {
    EXPECT_FALSE(without_yes.contains(entry.subject()));
    // A catalogue's charge is the one number that an entry has.
    EXPECT_EQ(entry.charge_nano_rho() > 0, entry.kind() == v1::LOG_ENTRY_KIND_CATALOGUE);
  }
}

TEST_F(FiguresTest, AValueThatASubtractionWouldShowIsNotReported) {
  // Three are in: Kerala and two others, whose numbers the difference to the national figure would show.
  Contribute(3, 1000);
  const v1::ListFiguresResponse all = federation_.Figures({});
  EXPECT_EQ(all.missing_size(), 1);
  EXPECT_EQ(all.missing(0), "odisha_1");
  int not_reported = 0;
  for (const v1::Figure& figure : all.figures()) {
    bool by_place = false;
    for (const v1::FigureCode& code : figure.codes()) by_place |= code.dimension() == v1::DIMENSION_PLACE;
    EXPECT_EQ(figure.value(), by_place ? v1::FIGURE_VALUE_NOT_REPORTED : v1::FIGURE_VALUE_NUMBER);
    EXPECT_EQ(figure.has_raw(), !by_place);
    not_reported += by_place;
  }
  EXPECT_GT(not_reported, 0);
  // The signed release does not have those sums either.
  const tests::FederationClient staff = federation_.Staff();
  v1::GetNationalReleaseRequest request;
  request.set_name("rosters/india/releases/" + federation_.period());
  v1::GetNationalReleaseResponse release;
  ASSERT_THAT(staff.Call(*staff.figures, &v1::FigureService::Stub::GetNationalRelease, request, &release), IsOk());
  EXPECT_EQ(release.national_release().sums_size(), all.figures_size() - not_reported);
}

TEST_F(FiguresTest, AVoidRoundIsNotReported) {
  Contribute(2, 1000);
  v1::ListFiguresRequest question;
  question.set_period(federation_.period());
  const v1::ListFiguresResponse all = federation_.Figures(question);
  EXPECT_EQ(static_cast<size_t>(all.figures_size()), federation_.cells());
  EXPECT_EQ(all.missing_size(), 4);
  for (const v1::Figure& figure : all.figures()) {
    EXPECT_EQ(figure.value(), v1::FIGURE_VALUE_NOT_REPORTED);
    EXPECT_FALSE(figure.has_raw());
  }
}

TEST_F(FiguresTest, APeriodThatNoCatalogueAskedForIsNotCollectedAndOneUnderWayIsEmpty) {
  v1::ListFiguresRequest question;
  question.set_period("2011Q3");
  const v1::ListFiguresResponse before = federation_.Figures(question);
  EXPECT_GT(before.figures_size(), 0);
  for (const v1::Figure& figure : before.figures()) EXPECT_EQ(figure.value(), v1::FIGURE_VALUE_NOT_COLLECTED);
  question.set_period(federation_.period());
  EXPECT_EQ(federation_.Figures(question).figures_size(), 0);
}

TEST_F(FiguresTest, WhatNobodyCountsIsASlipOfThePenAndTold) {
  const tests::FederationClient staff = federation_.Staff();
  v1::ListFiguresRequest question;
  question.set_parent("rosters/india");
  v1::ListFiguresResponse response;
  const auto ask = [&] {
    return staff.Call(*staff.figures, &v1::FigureService::Stub::ListFigures, question, &response);
  };
  question.set_period(federation_.period());
  question.set_indicator("new_membres");
  EXPECT_THAT(ask(), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  question.clear_indicator();
  question.set_period("last year");
  EXPECT_THAT(ask(), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  question.clear_period();
  question.set_page_size(-1);
  EXPECT_THAT(ask(), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  question.clear_page_size();
  question.set_parent("india");
  EXPECT_THAT(ask(), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
}

TEST_F(FiguresTest, PagesHoldEveryFigureOnceAndATokenIsOfItsQuestion) {
  Contribute(4, 1000);
  const tests::FederationClient staff = federation_.Staff();
  v1::ListFiguresRequest question;
  question.set_parent("rosters/india");
  question.set_page_size(7);
  std::set<std::string> seen;
  v1::ListFiguresResponse page;
  do {
    ASSERT_THAT(staff.Call(*staff.figures, &v1::FigureService::Stub::ListFigures, question, &page), IsOk());
    EXPECT_LE(page.figures_size(), 7);
    for (const v1::Figure& figure : page.figures()) EXPECT_TRUE(seen.insert(figure.SerializeAsString()).second);
    if (!page.next_page_token().empty()) question.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  EXPECT_EQ(seen.size(), federation_.cells());
  question.set_table("needs_by_domain");
  EXPECT_THAT(staff.Call(*staff.figures, &v1::FigureService::Stub::ListFigures, question, &page),
              HasProblem(StatusCode::kInvalidArgument, Reason::kBadPageToken));
}

TEST_F(FiguresTest, IndicatorsAndReleasesAreListed) {
  Contribute(4, 1000);
  const tests::FederationClient staff = federation_.Staff();
  v1::ListIndicatorsRequest indicators;
  indicators.set_parent("rosters/india");
  v1::ListIndicatorsResponse listed;
  ASSERT_THAT(staff.Call(*staff.figures, &v1::FigureService::Stub::ListIndicators, indicators, &listed), IsOk());
  EXPECT_EQ(listed.indicators_size(), federation_.catalogue().indicators_size());
  v1::ListNationalReleasesRequest releases;
  releases.set_parent("rosters/india");
  v1::ListNationalReleasesResponse released;
  ASSERT_THAT(staff.Call(*staff.figures, &v1::FigureService::Stub::ListNationalReleases, releases, &released), IsOk());
  ASSERT_EQ(released.national_releases_size(), 1);
  EXPECT_EQ(released.national_releases(0).number(), 1);
  EXPECT_EQ(released.national_releases(0).sums_size(), 0);
  v1::GetNationalReleaseRequest missing;
  missing.set_name("rosters/india/releases/2011Q1");
  v1::GetNationalReleaseResponse none;
  EXPECT_THAT(staff.Call(*staff.figures, &v1::FigureService::Stub::GetNationalRelease, missing, &none),
              HasProblem(StatusCode::kNotFound, Reason::kNotFound));
}

}  // namespace
}  // namespace aangan::federation
