// SPDX-License-Identifier: Apache-2.0
// A dealer whose vector is garbage spoils the tables that she filled with it, and nothing else.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/unit/server/federation/six_collectives.h"

namespace aangan::federation {
namespace {

using tests::IsOk;

constexpr char kTable[] = "new_by_gender";

class SpoiltTables : public SixCollectives {
 protected:
  // Five deal as they should, the last one `garbage` in each cell of the table; then all answer.
  void Release(int64_t garbage) {
    Begin();
    for (int place = 0; place < 5; ++place) Send(place, Dealt(place));
    const model::CompiledCatalogue& catalogue = federation_.compiled();
    const auto table = std::find_if(catalogue.tables.begin(), catalogue.tables.end(),
                                    [](const model::CompiledTable& each) { return each.id == kTable; });
    std::vector<int64_t> values(federation_.cells(), 60);
    std::fill_n(values.begin() + table->first_cell, table->cell_count, garbage);
    privacy::ContributionHeader header;
    header.round_id = holders_.round_id;
    Stamp(5, header);
    const auto vector = privacy::ProtectedVector::Decode(privacy::EncodeWords(values));
    Send(5, *privacy::BuildSummed(header, holders_, *vector, At(5).key, federation_.random()));
    Freeze();
    for (int place = 0; place < 5; ++place) ASSERT_THAT(SendAnswer(place, AnswerOf(place)), IsOk());
    ASSERT_TRUE(federation_.AwaitState(v1::ROUND_STATE_CONFIRMED));
  }
  v1::ListFiguresResponse All(const std::string& parent) {
    v1::ListFiguresRequest question;
    question.set_parent(parent);
    question.set_period(federation_.period());
    question.set_page_size(1000);
    const tests::FederationClient staff = federation_.Staff();
    v1::ListFiguresResponse response;
    EXPECT_THAT(staff.Call(*staff.figures, &v1::FigureService::Stub::ListFigures, question, &response), IsOk());
    return response;
  }
  v1::ListTotalsResponse Totals(const std::string& parent, const std::string& indicator) {
    v1::ListTotalsRequest question;
    question.set_parent(parent);
    question.set_period(federation_.period());
    question.set_indicator(indicator);
    const tests::FederationClient staff = federation_.Staff();
    v1::ListTotalsResponse response;
    EXPECT_THAT(staff.Call(*staff.figures, &v1::FigureService::Stub::ListTotals, question, &response), IsOk());
    return response;
  }
  v1::GetNationalReleaseResponse Asked() {
    v1::GetNationalReleaseRequest request;
    request.set_name("rosters/india/releases/" + federation_.period());
    const tests::FederationClient staff = federation_.Staff();
    v1::GetNationalReleaseResponse response;
    EXPECT_THAT(staff.Call(*staff.figures, &v1::FigureService::Stub::GetNationalRelease, request, &response), IsOk());
    return response;
  }
};

TEST_F(SpoiltTables, AGarbageVectorTakesItsTableOutAndTheOthersStand) {
  Release(int64_t{1} << 61);
  for (const char* parent : {"rosters/india", "rosters/-"}) {
    int standing = 0, spoilt = 0;
    const v1::ListFiguresResponse all = All(parent);
    for (const v1::Figure& figure : all.figures()) {
      const bool taken_out = figure.table() == kTable;
      (taken_out ? spoilt : standing) += 1;
      EXPECT_EQ(figure.value(), taken_out ? v1::FIGURE_VALUE_NOT_REPORTED : v1::FIGURE_VALUE_NUMBER);
      EXPECT_EQ(figure.has_raw(), !taken_out);
      EXPECT_EQ(figure.raw(), taken_out ? 0 : 10 + 20 + 30 + 40 + 50 + 60);
    }
    EXPECT_GT(standing, 0) << parent;
    EXPECT_EQ(spoilt, 8) << parent;
    // Nothing else measures the total: by place not every collective has one.
    const v1::ListTotalsResponse totals = Totals(parent, "new_members");
    ASSERT_EQ(totals.totals_size(), 1);
    EXPECT_EQ(totals.totals(0).value(), v1::FIGURE_VALUE_NOT_REPORTED);
    EXPECT_EQ(Totals(parent, "members_served").totals(0).value(), v1::FIGURE_VALUE_NUMBER);
  }
  const v1::GetNationalReleaseResponse said = Asked();
  ASSERT_EQ(said.spoilt_tables_size(), 1);
  EXPECT_EQ(said.spoilt_tables(0), kTable);
  // What was signed stays as it came out, so that everybody can see it.
  EXPECT_EQ(static_cast<size_t>(said.national_release().sums_size()), federation_.cells());
}

// A sum below zero is as wrong as one above; a lie within n times the bound can not be told from a count.
TEST_F(SpoiltTables, BelowZeroIsGarbageToo) {
  Release(-(int64_t{1} << 61));
  ASSERT_EQ(Asked().spoilt_tables_size(), 1);
}

TEST_F(SpoiltTables, WithinTheBoundOfACellNothingIsSpoilt) {
  Release(5000);
  EXPECT_EQ(Asked().spoilt_tables_size(), 0);
  const v1::ListFiguresResponse all = All("rosters/india");
  for (const v1::Figure& figure : all.figures()) EXPECT_TRUE(figure.has_raw());
}

}  // namespace
}  // namespace aangan::federation
