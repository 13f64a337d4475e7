// SPDX-License-Identifier: Apache-2.0
// Each rule of a catalogue's head, lists, places and indicators has a breach, and the breach names its field.
#include "model/catalogue_lint.h"

#include <algorithm>
#include <functional>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::model {
namespace {

namespace fed = federation::v1;

struct Breach {
  const char* what;
  std::function<void(fed::Catalogue&)> break_it;
  const char* field;
};

void PrintTo(const Breach& breach, std::ostream* out) { *out << breach.what; }

class CatalogueLint : public testing::TestWithParam<Breach> {};

TEST_P(CatalogueLint, ABreachIsRefusedAndItsFieldNamed) {
  fed::Catalogue catalogue = SmallCatalogue();
  ASSERT_TRUE(CompileCatalogue(catalogue, TwelveCollectives()).ok());
  GetParam().break_it(catalogue);
  const absl::Status status = CompileCatalogue(catalogue, TwelveCollectives()).status();
  EXPECT_TRUE(HasReason(status, Reason::kCatalogueRefused)) << status;
  const std::vector<std::string> fields = FieldsOf(status);
  EXPECT_NE(std::find(fields.begin(), fields.end(), absl::StrCat("catalogue.", GetParam().field)), fields.end())
      << testing::PrintToString(fields);
}

const Breach kHead[] = {
    {"roster", [](auto& c) { c.set_roster("India"); }, "roster"},
    {"version", [](auto& c) { c.set_version(0); }, "version"},
    {"no title", [](auto& c) { c.clear_title(); }, "title"},
    {"title of two lines", [](auto& c) { c.set_title("a\nb"); }, "title"},
    {"long title", [](auto& c) { c.set_title(std::string(121, 'a')); }, "title"},
    {"first period is a year", [](auto& c) { c.set_first_period("2026"); }, "first_period"},
    {"last period is nothing", [](auto& c) { c.clear_last_period(); }, "last_period"},
    {"periods run backwards", [](auto& c) { c.set_last_period("2025Q4"); }, "last_period"},
    {"periods without end", [](auto& c) { c.set_last_period("2036Q1"); }, "last_period"},
    {"no form", [](auto& c) { c.clear_form(); }, "form"},
    {"unknown form", [](auto& c) { c.set_form(static_cast<fed::RoundForm>(9)); }, "form"},
    {"negative window", [](auto& c) { c.set_contribute_days(-1); }, "contribute_days"},
    {"long window", [](auto& c) { c.set_contribute_days(401); }, "contribute_days"},
    {"extension before the window's end", [](auto& c) { c.set_extend_days(29); }, "extend_days"},
    {"long extension", [](auto& c) { c.set_extend_days(401); }, "extend_days"},
    {"no cap", [](auto& c) { c.set_nano_rho_cap(0); }, "nano_rho_cap"},
    {"cap above the largest tier", [](auto& c) { c.set_nano_rho_cap(kNanoRhoCapMax + 1); }, "nano_rho_cap"},
};
INSTANTIATE_TEST_SUITE_P(Head, CatalogueLint, testing::ValuesIn(kHead));

const Breach kLists[] = {
    {"a list of the program that no dimension uses", [](auto& c) { c.mutable_code_lists(0)->set_id("state"); },
     "code_lists[0].id"},
    {"a list of nobody", [](auto& c) { c.mutable_code_lists(0)->set_id("caste"); }, "code_lists[0].id"},
    {"the same list twice", [](auto& c) { *c.add_code_lists() = c.code_lists(1); }, "code_lists[2].id"},
    {"a code that the program does not have", [](auto& c) { c.mutable_code_lists(0)->add_codes()->set_id("x"); },
     "code_lists[0].codes"},
    {"another order", [](auto& c) { c.mutable_code_lists(0)->mutable_codes()->SwapElements(1, 2); },
     "code_lists[0].codes"},
    {"one code alone", [](auto& c) { c.mutable_code_lists(0)->mutable_codes()->DeleteSubrange(1, 7); },
     "code_lists[0].codes"},
    {"a code without title", [](auto& c) { c.mutable_code_lists(0)->mutable_codes(2)->clear_title(); },
     "code_lists[0].codes"},
    {"no title", [](auto& c) { c.mutable_code_lists(0)->clear_title(); }, "code_lists[0].title"},
    {"no source", [](auto& c) { c.mutable_code_lists(0)->clear_source(); }, "code_lists[0].source"},
};
INSTANTIATE_TEST_SUITE_P(CodeLists, CatalogueLint, testing::ValuesIn(kLists));

const Breach kPlaces[] = {
    {"no slug", [](auto& c) { c.mutable_places(0)->set_id("South"); }, "places[0].id"},
    {"unknown as a place", [](auto& c) { c.mutable_places(0)->set_id("unknown"); }, "places[0].id"},
    {"other as a place", [](auto& c) { c.mutable_places(0)->set_id("other"); }, "places[0].id"},
    {"no title", [](auto& c) { c.mutable_places(0)->clear_title(); }, "places[0].title"},
    {"no kind", [](auto& c) { c.mutable_places(0)->clear_kind(); }, "places[0].kind"},
    {"a zone of four", [](auto& c) { c.mutable_places(1)->mutable_collectives()->RemoveLast(); },
     "places[1].collectives"},
    {"a collective twice", [](auto& c) { c.mutable_places(1)->add_collectives("kerala_1"); }, "places[1].collectives"},
    {"nobody's collective", [](auto& c) { c.mutable_places(1)->add_collectives("goa_1"); }, "places[1].collectives"},
    {"two places of one id", [](auto& c) { c.mutable_places(1)->set_id("south_west"); }, "places[1].id"},
    {"a state that is none", [](auto& c) { c.mutable_places(1)->set_kind(fed::PLACE_KIND_STATE); }, "places[1].id"},
    {"a state of nobody",
     [](auto& c) {
       fed::Place& place = *c.add_places();
       place.set_id("goa");
       place.set_title("Goa");
       place.set_kind(fed::PLACE_KIND_STATE);
     },
     "places[2].collectives"},
    {"more places than collectives",
     [](auto& c) {
       for (int i = 0; i < 13; ++i) c.add_places();
     },
     "places"},
};
INSTANTIATE_TEST_SUITE_P(Places, CatalogueLint, testing::ValuesIn(kPlaces));

const Breach kIndicators[] = {
    {"none", [](auto& c) { c.clear_indicators(); }, "indicators"},
    {"too many",
     [](auto& c) {
       while (c.indicators_size() <= kIndicatorsMax) c.add_indicators();
     },
     "indicators"},
    {"no slug", [](auto& c) { c.mutable_indicators(0)->set_id("New"); }, "indicators[0].id"},
    {"one id twice", [](auto& c) { c.mutable_indicators(1)->set_id("new_members"); }, "indicators[1].id"},
    {"in no table",
     [](auto& c) {
       *c.add_indicators() = c.indicators(0);
       c.mutable_indicators(7)->set_id("spare");
     },
     "indicators[7].id"},
    {"no question", [](auto& c) { c.mutable_indicators(0)->clear_question(); }, "indicators[0].question"},
    {"no meaning", [](auto& c) { c.mutable_indicators(0)->clear_meaning(); }, "indicators[0].meaning"},
    {"a source with a control character", [](auto& c) { c.mutable_indicators(0)->set_source("a\x01"); },
     "indicators[0].source"},
    {"a denominator that is not there", [](auto& c) { c.mutable_indicators(0)->set_denominator("x"); },
     "indicators[0].denominator"},
    {"its own denominator", [](auto& c) { c.mutable_indicators(0)->set_denominator("new_members"); },
     "indicators[0].denominator"},
    {"no unit", [](auto& c) { c.mutable_indicators(0)->clear_unit(); }, "indicators[0].unit"},
    {"services of an enrolment", [](auto& c) { c.mutable_indicators(0)->set_unit(fed::UNIT_SERVICE); },
     "indicators[0].unit"},
    {"assessments of a service", [](auto& c) { c.mutable_indicators(1)->set_unit(fed::UNIT_ASSESSMENT); },
     "indicators[1].unit"},
    {"a first time of a stock", [](auto& c) { c.mutable_indicators(3)->set_first_time(true); },
     "indicators[3].first_time"},
};
INSTANTIATE_TEST_SUITE_P(Indicators, CatalogueLint, testing::ValuesIn(kIndicators));

fed::Filter& FilterOf(fed::Catalogue& catalogue, int indicator) {
  return *catalogue.mutable_indicators(indicator)->mutable_filter();
}

const Breach kFilters[] = {
    {"no event", [](auto& c) { FilterOf(c, 0).clear_event(); }, "indicators[0].filter.event"},
    {"a domain of an enrolment", [](auto& c) { FilterOf(c, 0).add_domains("health"); }, "indicators[0].filter"},
    {"a type of an assessment", [](auto& c) { FilterOf(c, 6).add_service_types("aadhaar"); }, "indicators[6].filter"},
    {"an instrument of a service", [](auto& c) { FilterOf(c, 1).add_instruments("who_5"); },
     "indicators[1].filter.instruments"},
    {"a domain that is none", [](auto& c) { FilterOf(c, 1).add_domains("x"); }, "indicators[1].filter.domains"},
    {"a domain twice",
     [](auto& c) {
       FilterOf(c, 1).add_domains("health");
       FilterOf(c, 1).add_domains("health");
     },
     "indicators[1].filter.domains"},
    {"a type that is none", [](auto& c) { FilterOf(c, 1).add_service_types("x"); },
     "indicators[1].filter.service_types"},
    {"a type of another domain",
     [](auto& c) {
       FilterOf(c, 1).add_domains("health");
       FilterOf(c, 1).add_service_types("aadhaar");
     },
     "indicators[1].filter.service_types"},
    {"an instrument that is none", [](auto& c) { FilterOf(c, 6).add_instruments("x"); },
     "indicators[6].filter.instruments"},
    {"a score of six", [](auto& c) { FilterOf(c, 5).set_score_min(6); }, "indicators[5].filter.score_min"},
    {"a negative score", [](auto& c) { FilterOf(c, 5).set_score_min(-1); }, "indicators[5].filter.score_min"},
    {"a score of what is not scored", [](auto& c) { FilterOf(c, 1).set_score_min(3); },
     "indicators[1].filter.score_min"},
};
INSTANTIATE_TEST_SUITE_P(Filters, CatalogueLint, testing::ValuesIn(kFilters));

TEST(CatalogueLintAll, AllBreachesAreToldAtOnce) {
  fed::Catalogue catalogue = SmallCatalogue();
  catalogue.set_version(0);
  catalogue.clear_form();
  catalogue.mutable_tables(0)->set_nano_rho(0);
  EXPECT_EQ(FieldsOf(CompileCatalogue(catalogue, TwelveCollectives()).status()).size(), 3u);
}

TEST(CatalogueLintAll, AnEmptyCatalogueIsRefusedNotACrash) { EXPECT_FALSE(CompileCatalogue({}, {}).ok()); }

TEST(CatalogueLintAll, AStateAndAShorterListAreFine) {
  fed::Catalogue catalogue = SmallCatalogue();
  catalogue.mutable_places(0)->mutable_collectives()->DeleteSubrange(2, 1);  // kerala_1
  fed::Place& place = *catalogue.add_places();
  place.set_id("kerala");
  place.set_title("Kerala");
  place.set_kind(fed::PLACE_KIND_STATE);
  place.add_collectives("kerala_1");
  catalogue.mutable_code_lists(0)->mutable_codes()->RemoveLast();
  EXPECT_TRUE(CompileCatalogue(catalogue, TwelveCollectives()).ok());
}

TEST(CatalogueLintAll, APlainLineIsOneLine) {
  EXPECT_TRUE(IsPlainLine("Livelihood, skills", 20, TextNeed::kRequired));
  EXPECT_TRUE(IsPlainLine("\xe0\xa4\xae", 3, TextNeed::kRequired));
  EXPECT_TRUE(IsPlainLine("", 3, TextNeed::kOptional));
  EXPECT_FALSE(IsPlainLine("", 3, TextNeed::kRequired));
  EXPECT_FALSE(IsPlainLine("abcd", 3, TextNeed::kRequired));
  EXPECT_FALSE(IsPlainLine("a\tb", 3, TextNeed::kRequired));
  EXPECT_FALSE(IsPlainLine("\x7f", 3, TextNeed::kRequired));
}

}  // namespace
}  // namespace aangan::model
