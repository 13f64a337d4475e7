// SPDX-License-Identifier: Apache-2.0
// ExportFigures at the network door: the rows of ListFigures and ListTotals, a row for what is kept private, and the
// errors of a bad question.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/federation/federation_under_test.h"

namespace aangan::federation {
namespace {

using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;

class ExportRpcTest : public ::testing::Test {
 protected:
  ExportRpcTest() { federation_.Found(); }
  void Contribute(int64_t value) {
    for (const TestCollective& each : federation_.collectives())
      ASSERT_THAT(federation_.Upload(each, federation_.Contribution(each, value)), IsOk());
    federation_.clock().Advance(absl::Hours(24 * 30));
    ASSERT_TRUE(federation_.AwaitState(v1::ROUND_STATE_CONFIRMED));
  }
  v1::ExportFiguresRequest Question(v1::ExportFormat format) const {
    v1::ExportFiguresRequest question;
    question.set_parent("rosters/india");
    question.set_period(federation_.period());
    question.set_format(format);
    return question;
  }
  absl::Status Export(const v1::ExportFiguresRequest& question, v1::ExportFiguresResponse* response) const {
    const tests::FederationClient staff = federation_.Staff();
    return staff.Call(*staff.figures, &v1::FigureService::Stub::ExportFigures, question, response);
  }
  std::vector<std::string> Lines(const v1::ExportFiguresRequest& question) const {
    v1::ExportFiguresResponse response;
    EXPECT_THAT(Export(question, &response), IsOk());
    return absl::StrSplit(response.content(), "\r\n", absl::SkipEmpty());
  }
  int64_t Count(const std::vector<std::string>& lines, const std::string& part) const {
    return std::count_if(lines.begin(), lines.end(),
                         [&](const std::string& line) { return absl::StrContains(line, part); });
  }

  FederationUnderTest federation_;
};

TEST_F(ExportRpcTest, HasTheRowsOfTheListsAndOfStatesThatAreKeptPrivate) {
  Contribute(1000);
  v1::ListFiguresRequest list;
  list.set_period(federation_.period());
  const int cells = federation_.Figures(list).figures_size();
  v1::ListFiguresRequest bihar;
  bihar.set_period(federation_.period());
  bihar.add_codes()->set_dimension(v1::DIMENSION_PLACE);
  bihar.mutable_codes(0)->set_code("bihar");
  const int kept_private = federation_.Figures(bihar).figures_size();
  ASSERT_GT(kept_private, 0);
  v1::ListTotalsRequest totals;
  totals.set_parent("rosters/india");
  totals.set_period(federation_.period());
  v1::ListTotalsResponse of_totals;
  const tests::FederationClient staff = federation_.Staff();
  ASSERT_THAT(staff.Call(*staff.figures, &v1::FigureService::Stub::ListTotals, totals, &of_totals), IsOk());

  const std::vector<std::string> lines = Lines(Question(v1::EXPORT_FORMAT_CSV));
  EXPECT_EQ(Count(lines, ",number,4000,"), cells);
  EXPECT_EQ(Count(lines, ",bihar,,,,,,suppressed,,"), kept_private);
  EXPECT_GE(static_cast<int>(lines.size()), 1 + cells + kept_private + of_totals.totals_size());
  EXPECT_EQ(Count(lines, ",suppressed,0"), 0);
  EXPECT_EQ(Count(lines, federation_.period() + ","), static_cast<int64_t>(lines.size()) - 1);
}

TEST_F(ExportRpcTest, EveryFormatHasItsMediaTypeAndAName) {
  Contribute(1000);
  for (int format = 1; format <= v1::ExportFormat_MAX; ++format) {
    v1::ExportFiguresResponse response;
    ASSERT_THAT(Export(Question(static_cast<v1::ExportFormat>(format)), &response), IsOk()) << format;
    EXPECT_FALSE(response.content().empty()) << format;
    EXPECT_FALSE(response.content_type().empty()) << format;
    EXPECT_TRUE(absl::StartsWith(response.file_name(), absl::StrCat("aangan-india-", federation_.period(), ".")));
  }
}

TEST_F(ExportRpcTest, AnIndicatorOrTableAloneIsAsked) {
  Contribute(1000);
  v1::ExportFiguresRequest question = Question(v1::EXPORT_FORMAT_CSV);
  question.set_table("new_by_gender");
  const std::vector<std::string> lines = Lines(question);
  EXPECT_GT(lines.size(), 1u);
  EXPECT_EQ(Count(lines, ",new_by_gender,"), static_cast<int64_t>(lines.size()) - 1);
}

TEST_F(ExportRpcTest, ABadQuestionIsRefusedAndAnEarlyOneFindsNothing) {
  v1::ExportFiguresResponse response;
  EXPECT_THAT(Export(Question(v1::EXPORT_FORMAT_CSV), &response), HasProblem(StatusCode::kNotFound, Reason::kNotFound));
  EXPECT_THAT(Export(Question(v1::EXPORT_FORMAT_UNSPECIFIED), &response),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  EXPECT_THAT(Export(Question(static_cast<v1::ExportFormat>(99)), &response),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  Contribute(1000);
  v1::ExportFiguresRequest unknown = Question(v1::EXPORT_FORMAT_CSV);
  unknown.set_indicator("nobody_counts_it");
  EXPECT_THAT(Export(unknown, &response), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  v1::ExportFiguresRequest other = Question(v1::EXPORT_FORMAT_CSV);
  other.set_parent("rosters/another");
  EXPECT_FALSE(Export(other, &response).ok());
  v1::ExportFiguresRequest never = Question(v1::EXPORT_FORMAT_CSV);
  never.set_period("2011Q1");  // ended long before anybody asked
  EXPECT_THAT(Export(never, &response), IsOk());
  EXPECT_TRUE(absl::StrContains(response.content(), ",not_collected,,"));
  EXPECT_FALSE(absl::StrContains(response.content(), ",not_collected,0"));
}

// Sums over all rosters have no place and no state that is kept private.
TEST_F(ExportRpcTest, AllRostersTogetherHaveAFileOfTheirOwn) {
  Contribute(1000);
  v1::ExportFiguresRequest question = Question(v1::EXPORT_FORMAT_SDMX);
  question.set_parent("rosters/-");
  const std::vector<std::string> lines = Lines(question);
  EXPECT_GT(lines.size(), 1u);
  EXPECT_EQ(Count(lines, ",_all_rosters,"), static_cast<int64_t>(lines.size()) - 1);
}

}  // namespace
}  // namespace aangan::federation
