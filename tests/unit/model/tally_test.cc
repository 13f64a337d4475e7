// SPDX-License-Identifier: Apache-2.0
// Which cells a member fills: every event, filter and dimension, consent, and what bounds cut.
#include "model/tally.h"

#include <map>

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "model/codes.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::model {
namespace {

namespace fed = federation::v1;

const Period kQuarter{2026, 3};
const Period kYear{2026, 0};

Code CodeIn(ListId list, absl::string_view id) { return FindCode(list, id).value(); }

MemberFacts Member() {
  MemberFacts facts;
  facts.id = IdOf(1);
  facts.birth_year = 2000;
  facts.gender = CodeIn(ListId::kGender, "woman");
  facts.exploitation_type = CodeIn(ListId::kExploitationType, "forced_labour");
  facts.enrolled = {2026, 3};
  facts.consent = {true, DayOf(2026, 7, 5), kNoDay};
  return facts;
}

ServiceFacts Service(uint8_t id, absl::string_view type) {
  ServiceFacts service;
  service.id = IdOf(id);
  service.type = CodeIn(ListId::kServiceType, type);
  service.domain = CodesOf(ListId::kServiceType).codes[service.type].parent;
  return service;
}

ServiceFacts Received(uint8_t id, absl::string_view type, Day day) {
  ServiceFacts service = Service(id, type);
  service.received = day;
  return service;
}

// A catalogue of one table: one indicator over the dimensions, wide bounds.
fed::Catalogue OneTable(fed::Event event, fed::Frequency frequency, std::vector<fed::Dimension> dimensions) {
  fed::Catalogue catalogue = SmallCatalogue();
  catalogue.mutable_indicators()->DeleteSubrange(1, catalogue.indicators_size() - 1);
  catalogue.mutable_tables()->DeleteSubrange(1, catalogue.tables_size() - 1);
  catalogue.set_member_cells_quarter_max(1000);
  catalogue.set_member_cells_year_max(1000);
  catalogue.mutable_indicators(0)->mutable_filter()->set_event(event);
  for (ListId id : {ListId::kAgeBand, ListId::kExploitationType, ListId::kServiceType}) {
    fed::CodeList& list = *catalogue.add_code_lists();
    list.set_id(CodesOf(id).id);
    list.set_title("T");
    list.set_source("S");
    for (const CodeEntry& entry : CodesOf(id).codes) {
      fed::Code& code = *list.add_codes();
      code.set_id(entry.id);
      code.set_title(entry.title);
    }
  }
  fed::Table& table = *catalogue.mutable_tables(0);
  table.set_frequency(frequency);
  table.clear_dimensions();
  for (fed::Dimension dimension : dimensions) table.add_dimensions(dimension);
  return catalogue;
}

void SetBounds(int cells, int weight, fed::Table& table) {
  table.set_member_cells_max(cells);
  table.set_member_weight_max(weight);
  table.set_delta1(cells * weight);
  table.set_delta2_squared(cells * weight * weight);
}

// Counts by "indicator/code/code".
std::map<std::string, int64_t> CountsOf(const MemberFacts& facts, const fed::Catalogue& source, Period period,
                                        std::optional<uint32_t> place = 0) {
  const auto catalogue = Compile(source);
  const MemberContribution contribution = Contribution(facts, {catalogue.get(), period, place, {}});
  std::map<std::string, int64_t> counts;
  for (const auto& [cell, count] : contribution.cells) {
    const CellName name = NameOfCell(*catalogue, period.is_year(), cell);
    std::vector<std::string> parts = name.codes;
    parts.insert(parts.begin(), name.indicator);
    counts[absl::StrJoin(parts, "/")] = count;
  }
  return counts;
}

using Counts = std::map<std::string, int64_t>;

TEST(Tally, ANewMemberCountsInHerQuarterAndPlace) {
  const MemberFacts facts = Member();
  EXPECT_EQ(CountsOf(facts, SmallCatalogue(), kQuarter, 1), (Counts{{"new_members/east/woman", 1}}));
  EXPECT_EQ(CountsOf(facts, SmallCatalogue(), kQuarter.Next()), Counts{});
  EXPECT_EQ(CountsOf(facts, SmallCatalogue(), kQuarter, std::nullopt), Counts{}) << "no place, no cell over places";
}

TEST(Tally, EveryDimensionOfAMemberDividesHer) {
  const auto source = OneTable(fed::EVENT_ENROLLED, fed::FREQUENCY_QUARTER,
                               {fed::DIMENSION_AGE_BAND, fed::DIMENSION_GENDER, fed::DIMENSION_EXPLOITATION_TYPE});
  EXPECT_EQ(CountsOf(Member(), source, kQuarter), (Counts{{"new_members/18_29/woman/forced_labour", 1}}));
  MemberFacts unknown = Member();
  unknown.birth_year = 0;
  unknown.gender = kUnknownCode;
  unknown.exploitation_type = kUnknownCode;
  EXPECT_EQ(CountsOf(unknown, source, kQuarter), (Counts{{"new_members/unknown/unknown/unknown", 1}}));
}

TEST(Tally, DimensionsOfAServiceAreThoseOfTheService) {
  const auto source =
      OneTable(fed::EVENT_RECEIVED, fed::FREQUENCY_QUARTER, {fed::DIMENSION_DOMAIN, fed::DIMENSION_SERVICE_TYPE});
  MemberFacts facts = Member();
  facts.services = {Received(2, "aadhaar", DayOf(2026, 8, 1))};
  EXPECT_EQ(CountsOf(facts, source, kQuarter), (Counts{{"new_members/identity_papers/aadhaar", 1}}));
}

TEST(Tally, ACodeBeyondTheCataloguesListCountsAsUnknown) {
  auto source = OneTable(fed::EVENT_ENROLLED, fed::FREQUENCY_QUARTER, {fed::DIMENSION_GENDER});
  source.mutable_code_lists(0)->mutable_codes()->DeleteSubrange(2, 6);  // unknown and woman are left
  MemberFacts facts = Member();
  facts.gender = CodeIn(ListId::kGender, "non_binary");
  EXPECT_EQ(CountsOf(facts, source, kQuarter), (Counts{{"new_members/unknown", 1}}));
  auto by_domain = OneTable(fed::EVENT_RECEIVED, fed::FREQUENCY_QUARTER, {fed::DIMENSION_DOMAIN});
  by_domain.mutable_code_lists(1)->mutable_codes()->DeleteSubrange(2, 8);  // awareness and education are left
  facts.services = {Received(2, "aadhaar", DayOf(2026, 8, 1))};
  EXPECT_EQ(CountsOf(facts, by_domain, kQuarter), Counts{}) << "domains have no unknown";
}

TEST(Tally, EachEventCountsOnItsOwnDay) {
  const std::pair<fed::Event, Day ServiceFacts::*> events[] = {
      {fed::EVENT_ASSESSED, &ServiceFacts::assessed},
      {fed::EVENT_NEEDED, &ServiceFacts::needed},
      {fed::EVENT_REFERRED, &ServiceFacts::referred},
      {fed::EVENT_RECEIVED, &ServiceFacts::received},
      {fed::EVENT_COMPLETED, &ServiceFacts::completed},
      {fed::EVENT_SUSTAINED_6_MONTHS, &ServiceFacts::sustained_6_months},
      {fed::EVENT_SUSTAINED_12_MONTHS, &ServiceFacts::sustained_12_months},
      {fed::EVENT_SCORED, &ServiceFacts::scored}};
  for (const auto& [event, day] : events) {
    const auto quarterly = OneTable(event, fed::FREQUENCY_QUARTER, {});
    const auto yearly = OneTable(event, fed::FREQUENCY_YEAR, {});
    MemberFacts facts = Member();
    facts.services = {Service(2, "loan")};
    facts.services[0].score = 3;
    EXPECT_EQ(CountsOf(facts, quarterly, kQuarter), Counts{}) << event;
    facts.services[0].*day = kQuarter.last_day();
    EXPECT_EQ(CountsOf(facts, quarterly, kQuarter), (Counts{{"new_members", 1}})) << event;
    EXPECT_EQ(CountsOf(facts, quarterly, kQuarter.Next()), Counts{}) << event;
    EXPECT_EQ(CountsOf(facts, yearly, kYear), (Counts{{"new_members", 1}})) << event;
    EXPECT_EQ(CountsOf(facts, quarterly, kYear), Counts{}) << "a quarterly table is not counted by the year";
    EXPECT_EQ(CountsOf(facts, yearly, kQuarter), Counts{}) << "a yearly table is not counted by the quarter";
  }
}

TEST(Tally, CountedEventsAreTheRecordsThatFillACellBeforeBounds) {
  auto source = OneTable(fed::EVENT_RECEIVED, fed::FREQUENCY_QUARTER, {});
  SetBounds(1, 1, *source.mutable_tables(0));
  const auto catalogue = Compile(source);
  MemberFacts facts = Member();
  facts.services = {Received(2, "loan", DayOf(2026, 8, 1)), Received(3, "loan", DayOf(2026, 9, 1)),
                    Received(4, "loan", DayOf(2026, 10, 1))};
  const TallyScope scope{catalogue.get(), kQuarter, std::nullopt, {}};
  EXPECT_EQ(CountedEvents(facts, scope),
            (RecordEvents{{IdOf(2), fed::EVENT_RECEIVED}, {IdOf(3), fed::EVENT_RECEIVED}}));
  facts.consent.given = false;
  EXPECT_TRUE(CountedEvents(facts, scope).empty());
}

TEST(Tally, AScoreBelowTheSmallestDoesNotCount) {
  auto source = OneTable(fed::EVENT_SCORED, fed::FREQUENCY_YEAR, {});
  MemberFacts facts = Member();
  facts.services = {Service(2, "loan")};
  facts.services[0].scored = DayOf(2026, 8, 1);
  for (int score_min : {0, 4}) {
    source.mutable_indicators(0)->mutable_filter()->set_score_min(score_min);
    for (uint8_t score = 0; score <= 5; ++score) {
      facts.services[0].score = score;
      EXPECT_EQ(CountsOf(facts, source, kYear).size(), score > 0 && score >= score_min ? 1u : 0u) << int{score};
    }
  }
}

TEST(Tally, AStockOfMembersHoldsEverybodyEnrolledByTheEnd) {
  const auto source = OneTable(fed::EVENT_STOCK_ENROLLED, fed::FREQUENCY_YEAR, {});
  MemberFacts facts = Member();
  for (const Period& enrolled : {Period{2019, 2}, Period{2026, 1}, Period{2026, 4}}) {
    facts.enrolled = enrolled;
    EXPECT_EQ(CountsOf(facts, source, kYear).size(), 1u) << PeriodText(enrolled);
  }
  facts.enrolled = {2027, 1};
  EXPECT_EQ(CountsOf(facts, source, kYear), Counts{});
  facts.enrolled = {};
  EXPECT_EQ(CountsOf(facts, source, kYear), Counts{});
}

TEST(Tally, UnmetNeedIsNeededAndNotReceivedByTheEnd) {
  const auto source = OneTable(fed::EVENT_STOCK_UNMET, fed::FREQUENCY_YEAR, {fed::DIMENSION_DOMAIN});
  const Counts unmet{{"new_members/housing", 1}};
  MemberFacts facts = Member();
  facts.services = {Service(2, "shelter")};
  EXPECT_EQ(CountsOf(facts, source, kYear), Counts{}) << "no need found";
  facts.services[0].needed = DayOf(2024, 5, 1);
  EXPECT_EQ(CountsOf(facts, source, kYear), unmet) << "an old need is unmet still";
  facts.services[0].received = DayOf(2027, 1, 1);
  EXPECT_EQ(CountsOf(facts, source, kYear), unmet) << "received after the year";
  facts.services[0].received = DayOf(2026, 12, 31);
  EXPECT_EQ(CountsOf(facts, source, kYear), Counts{});
  facts.services[0].received = kNoDay;
  facts.services[0].needed = DayOf(2027, 1, 1);
  EXPECT_EQ(CountsOf(facts, source, kYear), Counts{}) << "needed after the year";
}

TEST(Tally, FiltersOfDomainTypeAndInstrumentHold) {
  auto source = OneTable(fed::EVENT_RECEIVED, fed::FREQUENCY_QUARTER, {});
  MemberFacts facts = Member();
  facts.services = {Received(2, "hospital_care", DayOf(2026, 8, 1))};
  fed::Filter& filter = *source.mutable_indicators(0)->mutable_filter();
  filter.add_domains("health");
  EXPECT_EQ(CountsOf(facts, source, kQuarter).size(), 1u);
  filter.add_service_types("nutrition");
  EXPECT_EQ(CountsOf(facts, source, kQuarter).size(), 0u);
  filter.add_service_types("hospital_care");
  EXPECT_EQ(CountsOf(facts, source, kQuarter).size(), 1u);
  filter.clear_service_types();
  filter.set_domains(0, "housing");
  EXPECT_EQ(CountsOf(facts, source, kQuarter).size(), 0u);

  auto filled = OneTable(fed::EVENT_INSTRUMENT_FILLED, fed::FREQUENCY_QUARTER, {});
  facts.assessments = {{IdOf(3), CodeIn(ListId::kInstrument, "phq_9"), DayOf(2026, 8, 1), 9}};
  EXPECT_EQ(CountsOf(facts, filled, kQuarter).size(), 1u);
  filled.mutable_indicators(0)->mutable_filter()->add_instruments("who_5");
  EXPECT_EQ(CountsOf(facts, filled, kQuarter).size(), 0u);
}

TEST(Tally, MembersCountOnceAndServicesUpToTheBound) {
  auto source = OneTable(fed::EVENT_RECEIVED, fed::FREQUENCY_QUARTER, {});
  MemberFacts facts = Member();
  for (uint8_t i = 2; i < 7; ++i) facts.services.push_back(Received(i, "loan", DayOf(2026, 8, i)));
  EXPECT_EQ(CountsOf(facts, source, kQuarter), (Counts{{"new_members", 1}}));
  EXPECT_FALSE(Contribution(facts, {Compile(source).get(), kQuarter, 0, {}}).cut) << "nothing of her is lost";
  source.mutable_indicators(0)->set_unit(fed::UNIT_SERVICE);
  SetBounds(1, 3, *source.mutable_tables(0));
  EXPECT_EQ(CountsOf(facts, source, kQuarter), (Counts{{"new_members", 3}}));
  EXPECT_TRUE(Contribution(facts, {Compile(source).get(), kQuarter, 0, {}}).cut);
  facts.services.resize(3);
  EXPECT_FALSE(Contribution(facts, {Compile(source).get(), kQuarter, 0, {}}).cut);
}

TEST(Tally, TheFirstTimeIsTheEarliestDayEverAndCountsInItsOwnPeriod) {
  auto source = OneTable(fed::EVENT_RECEIVED, fed::FREQUENCY_QUARTER, {fed::DIMENSION_SERVICE_TYPE});
  source.mutable_indicators(0)->set_first_time(true);
  MemberFacts facts = Member();
  facts.services = {Received(5, "loan", DayOf(2026, 8, 9)), Received(6, "pension", DayOf(2026, 8, 9)),
                    Received(7, "aadhaar", DayOf(2026, 8, 10))};
  EXPECT_EQ(CountsOf(facts, source, kQuarter), (Counts{{"new_members/loan", 1}})) << "same day: the smaller id";
  facts.services.push_back(Received(8, "shelter", DayOf(2021, 1, 1)));
  EXPECT_EQ(CountsOf(facts, source, kQuarter), Counts{}) << "the first one was years ago";
  source.mutable_indicators(0)->mutable_filter()->add_domains("identity_papers");
  EXPECT_EQ(CountsOf(facts, source, kQuarter), (Counts{{"new_members/aadhaar", 1}})) << "first among what counts";
}

TEST(Tally, ConsentMustBeInForceOnTheLastDay) {
  const fed::Catalogue source = SmallCatalogue();
  const Day last = kQuarter.last_day();
  const struct {
    CountingConsent consent;
    bool counts;
  } cases[] = {{{false, last - 10, kNoDay}, false}, {{true, last, kNoDay}, true},
               {{true, last + 1, kNoDay}, false},   {{true, last - 9, last}, true},
               {{true, last - 9, last - 1}, false}, {{true, kNoDay, kNoDay}, false},
               {{true, 0, last + 1}, true}};
  for (const auto& one : cases) {
    MemberFacts facts = Member();
    facts.consent = one.consent;
    EXPECT_EQ(!CountsOf(facts, source, kQuarter).empty(), one.counts);
  }
}

TEST(Tally, TheAgeBandIsThatOfThePeriodsYear) {
  const auto source = OneTable(fed::EVENT_RECEIVED, fed::FREQUENCY_QUARTER, {fed::DIMENSION_AGE_BAND});
  MemberFacts facts = Member();
  facts.birth_year = 2008;
  facts.services = {Received(2, "loan", DayOf(2025, 8, 1)), Received(3, "loan", DayOf(2026, 8, 1))};
  facts.consent.from = DayOf(2025, 1, 1);
  EXPECT_EQ(CountsOf(facts, source, {2025, 3}), (Counts{{"new_members/under_18", 1}}));
  EXPECT_EQ(CountsOf(facts, source, {2026, 3}), (Counts{{"new_members/18_29", 1}}));
}

TEST(Tally, EarlierTablesKeepTheirCellsWhenCIsReached) {
  fed::Catalogue source = SmallCatalogue();  // C is 4; one cell by place, three by domain
  source.set_member_cells_quarter_max(3);
  MemberFacts facts = Member();
  int i = 2;
  for (const char* type : {"loan", "aadhaar", "shelter", "nutrition"})
    facts.services.push_back(Received(static_cast<uint8_t>(i++), type, DayOf(2026, 8, 1)));
  const auto counts = CountsOf(facts, source, kQuarter);
  EXPECT_EQ(counts.size(), 3u);
  EXPECT_TRUE(counts.contains("new_members/south_west/woman"));
  EXPECT_TRUE(Contribution(facts, {Compile(source).get(), kQuarter, 0, {}}).cut);
}

// Sixty services over ten domains, of which three cells are kept.
MemberFacts Busy(Day day) {
  MemberFacts facts = Member();
  facts.consent.from = DayOf(2026, 1, 1);
  for (uint8_t i = 0; i < 60; ++i) {
    ServiceFacts service = Service(static_cast<uint8_t>(i + 2), "loan");
    service.domain = i % 10;
    service.received = day;
    facts.services.push_back(service);
  }
  return facts;
}

TEST(Tally, WhatIsCutDependsOnTheKeyAndThePeriodAndNothingElse) {
  const auto catalogue = Compile(SmallCatalogue());
  const MemberFacts facts = Busy(DayOf(2026, 8, 1));
  const MemberFacts earlier = Busy(DayOf(2026, 2, 1));
  int by_key = 0;
  int by_period = 0;
  const TallyScope plain{catalogue.get(), kQuarter, std::nullopt, {}};
  const MemberContribution first = Contribution(facts, plain);
  EXPECT_EQ(first.cells.size(), 3u);
  EXPECT_EQ(Contribution(facts, plain), first);
  for (uint8_t key = 1; key <= 20; ++key) {
    TallyScope scope = plain;
    scope.order_key.fill(key);
    const MemberContribution now = Contribution(facts, scope);
    by_key += now.cells != first.cells;
    scope.period = {2026, 1};
    by_period += Contribution(earlier, scope).cells != now.cells;
  }
  EXPECT_GT(by_key, 10);
  EXPECT_GT(by_period, 10);
}

TEST(Tally, ADeltaIsAfterLessBefore) {
  const MemberContribution before{{{1, 2}, {3, 1}, {5, 4}}, true};
  const MemberContribution after{{{0, 1}, {3, 1}, {5, 1}, {9, 2}}, false};
  const TallyDelta delta = Delta(before, after);
  EXPECT_EQ(delta.cells, (std::vector<std::pair<Cell, int64_t>>{{0, 1}, {1, -2}, {5, -3}, {9, 2}}));
  EXPECT_EQ(delta.members_cut, -1);
  EXPECT_FALSE(delta.empty());
  EXPECT_TRUE(Delta(after, after).empty());
  EXPECT_FALSE(Delta({{}, false}, {{}, true}).empty()) << "being cut is a change";
}

}  // namespace
}  // namespace aangan::model
