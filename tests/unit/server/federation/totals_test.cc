// SPDX-License-Identifier: Apache-2.0
// Totals and figures of several rosters at the network door: what adds up, with whose variance, and who is in it.
#include <gtest/gtest.h>

#include <functional>

#include "absl/strings/str_cat.h"
#include "base/random.h"
#include "model/figure.h"
#include "model/published.h"
#include "model/roster.h"
#include "privacy/round_numbers.h"
#include "server/federation/sister_book.h"
#include "storage/federation/rocks_store.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/server/federation/federation_under_test.h"

namespace aangan::federation {
namespace {

using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;

constexpr char kAll[] = "rosters/-";

// A release of another roster of two collectives, signed by its own federation: every cell has one value.
class Sister {
 public:
  explicit Sister(const FederationUnderTest& like) : key_(SigningKey::Generate(random_)) {
    roster_.set_roster("nepal");
    roster_.set_epoch(1);
    roster_.mutable_expire_time()->set_seconds(absl::ToUnixSeconds(like.quarter().end() + absl::Hours(24 * 300)));
    roster_.set_federation_key(std::string(AsText(key_.public_key())));
    for (const char* id : {"east_1", "west_1"}) {
      v1::Collective& each = *roster_.add_collectives();
      each.set_id(id);
      each.set_title(id);
      each.set_state("bihar");
      each.set_run_by(id);
      each.set_signing_key(std::string(AsText(SigningKey::Generate(random_).public_key())));
      each.set_certificate_fingerprint(std::string(32, id[0]));
    }
    catalogue_ = like.catalogue();
    catalogue_.set_roster("nepal");
    catalogue_.clear_places();
    v1::Place& zone = *catalogue_.add_places();
    zone.set_id("bihar");
    zone.set_title("Bihar");
    zone.set_kind(v1::PLACE_KIND_STATE);
    zone.add_collectives("east_1");
    zone.add_collectives("west_1");
    quarter_ = like.quarter();
  }

  v1::Catalogue& catalogue() { return catalogue_; }
  v1::Roster& roster() { return roster_; }
  std::string phrase() const { return model::FingerprintPhrase(key_.public_key()); }

  v1::ReleaseFile File(
      int64_t number, int64_t value,
      const std::function<void(v1::NationalRelease&)>& edit = [](v1::NationalRelease&) {}) {
    const auto compiled = *model::CompileCatalogue(catalogue_);
    v1::ReleaseFile file;
    *file.mutable_roster() = roster_;
    *file.mutable_catalogue() = catalogue_;
    v1::NationalRelease& release = *file.mutable_national_release();
    release.set_name(absl::StrCat("rosters/nepal/releases/", model::PeriodText(quarter_)));
    release.set_number(number);
    *release.mutable_round_descriptor() = *privacy::MakeDescriptor(roster_, *compiled, quarter_, {});
    release.set_round_id(
        std::string(AsText(privacy::RoundId(*privacy::CanonicalDescriptor(release.round_descriptor())))));
    release.set_freeze_digest(std::string(32, 'f'));
    release.set_state(v1::RELEASE_STATE_CONFIRMED);
    for (uint32_t i = 0; i < compiled->RoundCellCount(quarter_); ++i) release.add_sums(value);
    release.add_contributors("east_1");
    release.add_contributors("west_1");
    edit(release);
    release.set_signature(std::string(AsText(key_.Sign(model::kReleaseLabel, *model::CanonicalRelease(release)))));
    return file;
  }

 private:
  SystemRandom random_;
  SigningKey key_;
  v1::Roster roster_;
  v1::Catalogue catalogue_;
  model::Period quarter_;
};

class TotalsTest : public ::testing::Test {
 protected:
  TotalsTest() { federation_.Found(); }
  void Contribute(int how_many, int64_t value) {
    for (int i = 0; i < how_many; ++i) {
      const TestCollective& each = federation_.collectives()[static_cast<size_t>(i)];
      ASSERT_THAT(federation_.Upload(each, federation_.Contribution(each, value)), IsOk());
    }
    federation_.clock().Advance(absl::Hours(24 * 30));
    ASSERT_TRUE(federation_.AwaitState(v1::ROUND_STATE_CONFIRMED));
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
  absl::Status Import(const v1::ReleaseFile& file, const std::string& phrase) {
    v1::ImportNationalReleaseRequest request;
    request.set_parent("rosters/india");
    *request.mutable_release_file() = file;
    request.set_key_phrase(phrase);
    const tests::FederationClient staff = federation_.Staff();
    v1::ImportNationalReleaseResponse response;
    return staff.Call(*staff.figures, &v1::FigureService::Stub::ImportNationalRelease, request, &response);
  }
  v1::ListFiguresResponse OverAll(const std::string& table) {
    v1::ListFiguresRequest question;
    question.set_parent(kAll);
    question.set_table(table);
    const tests::FederationClient staff = federation_.Staff();
    v1::ListFiguresResponse response;
    EXPECT_THAT(staff.Call(*staff.figures, &v1::FigureService::Stub::ListFigures, question, &response), IsOk());
    return response;
  }

  FederationUnderTest federation_;
};

TEST_F(TotalsTest, ATotalIsPutTogetherFromTheTablesThatWereOpenedWholeAndNobodyIsLeftOutOf) {
  Contribute(4, 1000);
  const v1::ListTotalsResponse said = Totals("rosters/india", "new_members");
  ASSERT_EQ(said.totals_size(), 1);
  const v1::Figure& total = said.totals(0);
  // Eight genders of 4,000 each. By place three collectives have no value, so that is no total.
  ASSERT_EQ(total.measured_by_size(), 1);
  EXPECT_EQ(total.measured_by(0), "new_by_gender");
  EXPECT_EQ(total.raw(), 32000);
  EXPECT_EQ(total.number(), 32000);
  EXPECT_EQ(total.value(), v1::FIGURE_VALUE_NUMBER);
  EXPECT_EQ(total.contributors(), 4);
  EXPECT_TRUE(total.table().empty());
  EXPECT_EQ(said.contributors_size(), 4);
  v1::ListFiguresRequest question;
  question.set_table("new_by_gender");
  int64_t variance = 0;
  const v1::ListFiguresResponse cells = federation_.Figures(question);
  for (const v1::Figure& cell : cells.figures()) variance += cell.variance_hundredths();
  EXPECT_EQ(total.variance_hundredths(), variance);
  EXPECT_EQ(total.margin(), model::Margin95({variance, 100}));
  // What no table measures in all is not listed, and what nobody counts is told.
  EXPECT_EQ(Totals("rosters/india", "needs_met").totals_size(), 0);
  v1::ListTotalsRequest wrong;
  wrong.set_parent("rosters/india");
  wrong.set_indicator("new_membres");
  const tests::FederationClient staff = federation_.Staff();
  v1::ListTotalsResponse none;
  EXPECT_THAT(staff.Call(*staff.figures, &v1::FigureService::Stub::ListTotals, wrong, &none),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
}

TEST_F(TotalsTest, FiguresOfTwoRostersAreSumsWithTheirVariancesAdded) {
  Contribute(4, 1000);
  Sister sister(federation_);
  ASSERT_THAT(Import(sister.File(7, 300), sister.phrase()), IsOk());
  v1::ListFiguresRequest own;
  own.set_table("new_by_gender");
  const v1::Figure before = federation_.Figures(own).figures(0);
  const v1::ListFiguresResponse both = OverAll("new_by_gender");
  ASSERT_EQ(both.figures_size(), 8);
  for (const v1::Figure& figure : both.figures()) {
    EXPECT_EQ(figure.raw(), 4300);
    // Direct rounds: each collective brought the whole variance, four here and two there.
    EXPECT_EQ(figure.variance_hundredths(), before.variance_hundredths() / 4 * 6);
    EXPECT_EQ(figure.margin(), model::Margin95({figure.variance_hundredths(), 100}));
    EXPECT_EQ(figure.contributors(), 6);
    EXPECT_EQ(figure.collectives(), 6);
  }
  EXPECT_EQ(both.contributors(0), "india/assam_1");
  EXPECT_EQ(both.contributors(5), "nepal/west_1");
  EXPECT_EQ(OverAll("new_by_place").figures_size(), 0);  // places are of one roster alone
  // There both have a place, so two tables measure the total there, and one here.
  const v1::ListTotalsResponse totals = Totals(kAll, "new_members");
  ASSERT_EQ(totals.totals_size(), 1);
  EXPECT_EQ(totals.totals(0).contributors(), 6);
  // The one cell by place has an eighth of the variance of the eight by gender, so it weighs eight times as much.
  EXPECT_EQ(totals.totals(0).raw(), 32000 + (8 * 300 + 1 * 2400) / 9);
}

TEST_F(TotalsTest, ARosterThatAsksSomethingElseIsNotAddedAndOneWithoutAReleaseIsMissing) {
  Contribute(4, 1000);
  Sister sister(federation_);
  for (v1::Indicator& each : *sister.catalogue().mutable_indicators()) {
    if (each.id() == "new_members") each.set_first_time(true);
  }
  ASSERT_THAT(Import(sister.File(7, 300), sister.phrase()), IsOk());
  const v1::ListFiguresResponse all = OverAll("new_by_gender");
  ASSERT_EQ(all.figures_size(), 8);
  for (const v1::Figure& figure : all.figures()) {
    EXPECT_EQ(figure.raw(), 4000);
    EXPECT_EQ(figure.contributors(), 4);
    EXPECT_EQ(figure.collectives(), 6);
  }
  v1::ListFiguresRequest later;
  later.set_parent(kAll);
  later.set_period("2011Q3");
  const tests::FederationClient staff = federation_.Staff();
  v1::ListFiguresResponse nothing;
  ASSERT_THAT(staff.Call(*staff.figures, &v1::FigureService::Stub::ListFigures, later, &nothing), IsOk());
  EXPECT_EQ(nothing.figures_size(), 0);
}

// No count can be that large, so another roster's figures do not stop those of all.
TEST_F(TotalsTest, SpoiltTablesOfAnotherRosterAreNotAdded) {
  Contribute(4, 1000);
  Sister sister(federation_);
  ASSERT_THAT(Import(sister.File(7, int64_t{1} << 61), sister.phrase()), IsOk());
  const v1::ListFiguresResponse all = OverAll("new_by_gender");
  ASSERT_EQ(all.figures_size(), 8);
  for (const v1::Figure& figure : all.figures()) EXPECT_EQ(figure.raw(), 4000);
  EXPECT_EQ(Totals(kAll, "new_members").totals(0).raw(), 32000);
}

// A signature is checked before anything is computed from the file, and then what any own catalogue has to pass.
TEST_F(TotalsTest, ACatalogueThatNoRoundCouldBeOfIsRefusedBeforeItIsComputedWith) {
  Sister sister(federation_);
  v1::ReleaseFile dear = sister.File(7, 300);
  v1::Table& table = *dear.mutable_catalogue()->mutable_tables(0);
  table.set_delta2_squared(1000000000);
  table.set_nano_rho(1);
  EXPECT_THAT(Import(dear, sister.phrase()), HasProblem(StatusCode::kInvalidArgument, Reason::kCatalogueRefused));
  EXPECT_THAT(Import(dear, ""), HasProblem(StatusCode::kFailedPrecondition, Reason::kKeyMissing));
  dear.mutable_national_release()->set_number(8);
  EXPECT_THAT(Import(dear, sister.phrase()), HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
  EXPECT_THAT(Import(sister.File(7, 300), sister.phrase()), IsOk());  // the federation still stands
}

TEST_F(TotalsTest, UnderOneNumberAReleaseOnlyBecomesSurerAndItsSumsStay) {
  Sister sister(federation_);
  const auto in = [&](v1::ReleaseState state, int64_t value = 300) {
    return sister.File(7, value, [&](v1::NationalRelease& release) { release.set_state(state); });
  };
  const auto refused = HasProblem(StatusCode::kFailedPrecondition, Reason::kWrongState);
  ASSERT_THAT(Import(in(v1::RELEASE_STATE_PROVISIONAL), sister.phrase()), IsOk());
  EXPECT_THAT(Import(in(v1::RELEASE_STATE_PROVISIONAL), ""), IsOk());  // the same again
  EXPECT_THAT(Import(in(v1::RELEASE_STATE_CONFIRMED, 301), ""), refused);
  EXPECT_THAT(Import(in(v1::RELEASE_STATE_CORRECTED), ""), refused);  // that has a number of its own
  ASSERT_THAT(Import(in(v1::RELEASE_STATE_DISPUTED), ""), IsOk());
  EXPECT_THAT(Import(in(v1::RELEASE_STATE_PROVISIONAL), ""), refused);
  EXPECT_THAT(Import(in(v1::RELEASE_STATE_CONFIRMED, 301), ""), refused);
  ASSERT_THAT(Import(in(v1::RELEASE_STATE_CONFIRMED), ""), IsOk());
  EXPECT_THAT(Import(in(v1::RELEASE_STATE_DISPUTED), ""), refused);
  EXPECT_THAT(Import(in(v1::RELEASE_STATE_PROVISIONAL), ""), refused);
}

// Whoever cuts a member's records otherwise, or only rehearses, does not count the same.
TEST_F(TotalsTest, FiguresThatAreCutOtherwiseOrRehearsedAreNotAdded) {
  Contribute(4, 1000);
  Sister sister(federation_);
  const v1::Catalogue equal = sister.catalogue();
  const auto table = [&]() -> v1::Table& {
    for (v1::Table& each : *sister.catalogue().mutable_tables()) {
      if (each.id() == "new_by_gender") return each;
    }
    return *sister.catalogue().add_tables();
  };
  int64_t number = 7;
  const auto sum_with = [&](const std::function<void()>& change) {
    sister.catalogue() = equal;
    change();
    EXPECT_THAT(Import(sister.File(number++, 300), sister.phrase()), IsOk());
    const v1::ListFiguresResponse all = OverAll("new_by_gender");
    EXPECT_EQ(all.figures_size(), 8);
    for (const v1::Figure& figure : all.figures()) EXPECT_FALSE(figure.rehearsal());
    return all.figures(0).raw();
  };
  EXPECT_EQ(sum_with([] {}), 4300);
  EXPECT_EQ(sum_with([&] {
              table().set_member_cells_max(2);
              table().set_delta1(2);
            }),
            4000);
  EXPECT_EQ(sum_with([&] { sister.catalogue().set_member_cells_quarter_max(7); }), 4000);
  EXPECT_EQ(sum_with([&] { sister.catalogue().set_member_cells_year_max(11); }), 4300);  // of the yearly tables alone
  EXPECT_EQ(sum_with([&] { sister.catalogue().set_contribute_days(13); }), 4000);
}

TEST_F(TotalsTest, AReleaseOfAnotherRosterIsTakenOnlyAsItsFederationSignedIt) {
  Sister sister(federation_);
  const auto refused = HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField);
  EXPECT_THAT(Import(sister.File(7, 300), ""), HasProblem(StatusCode::kFailedPrecondition, Reason::kKeyMissing));
  EXPECT_THAT(Import(sister.File(7, 300), "aaaa bbbb"),
              HasProblem(StatusCode::kFailedPrecondition, Reason::kKeyMissing));
  v1::ReleaseFile changed = sister.File(7, 300);
  changed.mutable_national_release()->set_sums(0, 301);
  EXPECT_THAT(Import(changed, sister.phrase()), HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
  changed = sister.File(7, 300);
  changed.mutable_catalogue()->mutable_indicators(0)->set_first_time(true);
  EXPECT_THAT(Import(changed, sister.phrase()), refused);
  changed = sister.File(7, 300);
  changed.mutable_roster()->mutable_collectives(0)->set_title("Another");
  EXPECT_THAT(Import(changed, sister.phrase()), refused);
  // Less noise than its roster and catalogue ask for, however well signed.
  EXPECT_THAT(Import(sister.File(7, 300,
                                 [](v1::NationalRelease& release) {
                                   release.mutable_round_descriptor()->mutable_variances(0)->set_numerator(1);
                                   release.set_round_id(std::string(AsText(
                                       privacy::RoundId(*privacy::CanonicalDescriptor(release.round_descriptor())))));
                                 }),
                     sister.phrase()),
              refused);
  const auto without_one = [](v1::NationalRelease& release) { release.mutable_contributors()->RemoveLast(); };
  EXPECT_THAT(Import(sister.File(7, 300, without_one), sister.phrase()), refused);
  EXPECT_THAT(Import(sister.File(7, 300, [](v1::NationalRelease& release) { release.add_sums(1); }), sister.phrase()),
              HasProblem(StatusCode::kDataLoss, Reason::kDamaged));
  for (const int state : {0, 5, 6, -1}) {
    const auto of_no_state = [state](v1::NationalRelease& release) {
      release.set_state(static_cast<v1::ReleaseState>(state));
    };
    EXPECT_THAT(Import(sister.File(7, 300, of_no_state), sister.phrase()), refused) << state;
  }
  const auto by_another_name = [](v1::NationalRelease& release) { release.set_name("rosters/india/releases/2026Q1"); };
  EXPECT_THAT(Import(sister.File(7, 300, by_another_name), sister.phrase()), refused);
  // Once taken, the key stays, and only later numbers follow.
  ASSERT_THAT(Import(sister.File(7, 300), sister.phrase()), IsOk());
  EXPECT_THAT(Import(sister.File(7, 300), ""), IsOk());
  EXPECT_THAT(Import(sister.File(6, 200), ""), HasProblem(StatusCode::kFailedPrecondition, Reason::kWrongState));
  EXPECT_THAT(Import(sister.File(8, 200), ""), IsOk());
  Sister impostor(federation_);
  EXPECT_THAT(Import(impostor.File(9, 1), impostor.phrase()),
              HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
  sister.roster().set_roster("india");
  sister.catalogue().set_roster("india");
  EXPECT_THAT(Import(sister.File(9, 300), sister.phrase()), refused);
}

TEST_F(TotalsTest, WhatIsExportedCanBeImportedElsewhere) {
  Contribute(4, 1000);
  const tests::FederationClient staff = federation_.Staff();
  v1::ExportNationalReleaseRequest request;
  request.set_name("rosters/india/releases/" + federation_.period());
  v1::ExportNationalReleaseResponse said;
  ASSERT_THAT(staff.Call(*staff.figures, &v1::FigureService::Stub::ExportNationalRelease, request, &said), IsOk());
  EXPECT_THAT(Import(said.release_file(), said.key_phrase()),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));  // of another roster alone
  const tests::TempDir folder;
  SystemRandom random;
  const auto store = storage::federation::OpenRocksStore(folder.path(), &random);
  ASSERT_THAT(store, IsOk());
  const SisterBook elsewhere(store->get(), "nepal");
  const auto taken = elsewhere.Import(said.release_file(), said.key_phrase());
  ASSERT_THAT(taken, IsOk());
  EXPECT_EQ(taken->name(), request.name());
  const auto known = elsewhere.Of(federation_.quarter());
  ASSERT_THAT(known, IsOk());
  ASSERT_EQ(known->size(), 1u);
  EXPECT_EQ(known->front().said->figures.front().raw(), 4000);
  const auto of_another_quarter = elsewhere.Of(federation_.quarter().Next());
  ASSERT_THAT(of_another_quarter, IsOk());
  EXPECT_EQ(of_another_quarter->front().said, nullptr);
}

}  // namespace
}  // namespace aangan::federation
