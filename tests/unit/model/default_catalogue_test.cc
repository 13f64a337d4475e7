// SPDX-License-Identifier: Apache-2.0
// The catalogue that ships keeps every rule, asks what it promises, and costs a year exactly what it says.
#include <fstream>
#include <set>
#include <sstream>

#include "gtest/gtest.h"
#include "model/catalogue.h"
#include "model/codes.h"
#include "model/dimensions.h"
#include "model/tally.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::model {
namespace {

namespace fed = federation::v1;

fed::Catalogue DefaultCatalogue() {
  std::ifstream file(AANGAN_DEFAULT_CATALOGUE);
  std::ostringstream text;
  text << file.rdbuf();
  auto catalogue = ParseCatalogueText(text.str());
  EXPECT_TRUE(catalogue.ok()) << catalogue.status();
  return catalogue.ok() ? *catalogue : fed::Catalogue();
}

TEST(DefaultCatalogue, KeepsEveryRule) {
  const auto compiled = Compile(DefaultCatalogue());
  ASSERT_NE(compiled, nullptr);
  EXPECT_TRUE(compiled->summed());
  EXPECT_FALSE(compiled->rehearsal());
  for (const std::string& collective : TwelveCollectives()) EXPECT_TRUE(compiled->PlaceOf(collective).has_value());
}

TEST(DefaultCatalogue, HasAtLeastTwentyFourIndicatorsWithAllThatPeopleNeed) {
  const fed::Catalogue catalogue = DefaultCatalogue();
  EXPECT_GE(catalogue.indicators_size(), 24);
  int sourced = 0;
  std::set<int> events;
  for (const fed::Indicator& indicator : catalogue.indicators()) {
    EXPECT_EQ(indicator.question().back(), '?') << indicator.id();
    EXPECT_EQ(indicator.meaning().back(), '.') << indicator.id();
    sourced += !indicator.source().empty();
    events.insert(indicator.filter().event());
  }
  EXPECT_GE(sourced, 12);
  for (fed::Event event : {fed::EVENT_ENROLLED, fed::EVENT_ASSESSED, fed::EVENT_RECEIVED, fed::EVENT_SUSTAINED_6_MONTHS,
                           fed::EVENT_SUSTAINED_12_MONTHS, fed::EVENT_STOCK_UNMET, fed::EVENT_SCORED})
    EXPECT_TRUE(events.contains(event)) << event;
}

TEST(DefaultCatalogue, DividesOnlyNewAndServedMembersByWhoTheyAre) {
  const auto compiled = Compile(DefaultCatalogue());
  std::set<std::string> divided;
  for (const CompiledTable& table : compiled->tables) {
    for (fed::Dimension dimension : table.dimensions) {
      if (dimension == fed::DIMENSION_DOMAIN) continue;
      EXPECT_FALSE(table.yearly);
      for (size_t i : table.indicators) divided.insert(compiled->indicators[i].id);
    }
  }
  EXPECT_EQ(divided, (std::set<std::string>{"new_members", "members_served"}));
}

// Charge of the tables of one frequency: every table here has weight 1 and the same sigma, so that the dearest choice
// of C cells costs C / (2 sigma^2), with sigma^2 in hundredths rounded up (protocol.md 3).
int64_t ChargeOf(const CompiledCatalogue& catalogue, bool yearly, int64_t* sigma_squared_hundredths) {
  const int64_t cells = yearly ? catalogue.member_cells_year_max : catalogue.member_cells_quarter_max;
  int64_t tables = 0;
  *sigma_squared_hundredths = 0;
  for (const CompiledTable& table : catalogue.tables) {
    if (table.yearly != yearly) continue;
    ++tables;
    EXPECT_EQ(table.member_weight_max, 1);
    EXPECT_EQ(table.delta2_squared, cells);
    const int64_t wanted = table.delta2_squared * 100 * 1'000'000'000;
    const int64_t hundredths = (wanted + 2 * table.nano_rho - 1) / (2 * table.nano_rho);
    EXPECT_TRUE(*sigma_squared_hundredths == 0 || *sigma_squared_hundredths == hundredths);
    *sigma_squared_hundredths = hundredths;
  }
  const int64_t twice = 2 * *sigma_squared_hundredths;
  return (cells * 100 * 1'000'000'000 + twice - 1) / twice + tables;
}

TEST(DefaultCatalogue, FourPeriodsCostAtMostTheCap) {
  const auto compiled = Compile(DefaultCatalogue());
  int64_t quarter_sigma = 0;
  int64_t year_sigma = 0;
  const int64_t quarter = ChargeOf(*compiled, false, &quarter_sigma);
  const int64_t year = ChargeOf(*compiled, true, &year_sigma);
  EXPECT_EQ(compiled->member_cells_quarter_max, 8);
  EXPECT_EQ(quarter_sigma, 82116);
  EXPECT_EQ(year_sigma, 123174);
  EXPECT_EQ(compiled->source.nano_rho_cap(), 24'355'970);
  EXPECT_EQ(quarter, 4'871'167);
  EXPECT_EQ(year, 4'871'161);
  EXPECT_LE(quarter, 24'355'970 / 5) << "a quarter takes a fifth";
  EXPECT_LE(quarter + year, 24'355'970 * 2 / 5) << "a fourth quarter takes two fifths";
  EXPECT_LE(4 * quarter + year, compiled->source.nano_rho_cap());
}

TEST(DefaultCatalogue, AServedMemberOfLongStandingIsNotCut) {
  const auto compiled = Compile(DefaultCatalogue());
  MemberFacts facts;
  facts.id = IdOf(1);
  facts.enrolled = {2020, 1};
  facts.consent = {true, DayOf(2020, 1, 1), kNoDay};
  for (uint8_t i = 0; i < 4; ++i) {
    ServiceFacts service;
    service.id = IdOf(static_cast<uint8_t>(i + 2));
    service.type = static_cast<Code>(i * 7);
    service.domain = CodesOf(ListId::kServiceType).codes[service.type].parent;
    service.received = DayOf(2026, 2, 3);
    facts.services.push_back(service);
  }
  const MemberContribution contribution = Contribution(facts, {compiled.get(), {2026, 1}, 0, {}});
  EXPECT_FALSE(contribution.cut);
  EXPECT_EQ(contribution.cells.size(), 8u);
}

}  // namespace
}  // namespace aangan::model
