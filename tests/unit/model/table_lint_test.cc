// SPDX-License-Identifier: Apache-2.0
// Each rule of a catalogue's tables has a breach, and the breach names its field.
#include <algorithm>
#include <functional>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "model/catalogue_lint.h"
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

class TableLint : public testing::TestWithParam<Breach> {};

TEST_P(TableLint, ABreachIsRefusedAndItsFieldNamed) {
  fed::Catalogue catalogue = SmallCatalogue();
  GetParam().break_it(catalogue);
  const absl::Status status = CompileCatalogue(catalogue, TwelveCollectives()).status();
  EXPECT_TRUE(HasReason(status, Reason::kCatalogueRefused)) << status;
  const std::vector<std::string> fields = FieldsOf(status);
  EXPECT_NE(std::find(fields.begin(), fields.end(), absl::StrCat("catalogue.", GetParam().field)), fields.end())
      << testing::PrintToString(fields);
}

const Breach kTables[] = {
    {"none", [](auto& c) { c.clear_tables(); }, "tables"},
    {"too many",
     [](auto& c) {
       while (c.tables_size() <= kTablesMax) c.add_tables();
     },
     "tables"},
    {"no slug", [](auto& c) { c.mutable_tables(0)->clear_id(); }, "tables[0].id"},
    {"one id twice", [](auto& c) { c.mutable_tables(1)->set_id("new_by_place"); }, "tables[1].id"},
    {"no title", [](auto& c) { c.mutable_tables(0)->clear_title(); }, "tables[0].title"},
    {"no frequency", [](auto& c) { c.mutable_tables(0)->clear_frequency(); }, "tables[0].frequency"},
    {"no indicator", [](auto& c) { c.mutable_tables(0)->clear_indicators(); }, "tables[0].indicators"},
    {"an indicator twice", [](auto& c) { c.mutable_tables(0)->add_indicators("new_members"); }, "tables[0].indicators"},
    {"an indicator that is none", [](auto& c) { c.mutable_tables(0)->add_indicators("x"); }, "tables[0].indicators"},
    {"a stock of members in a quarter", [](auto& c) { c.mutable_tables(0)->add_indicators("members"); },
     "tables[0].indicators"},
    {"unmet need in a quarter", [](auto& c) { c.mutable_tables(1)->add_indicators("unmet"); }, "tables[1].indicators"},
    {"members by domain", [](auto& c) { c.mutable_tables(1)->add_indicators("new_members"); }, "tables[1].indicators"},
};
INSTANTIATE_TEST_SUITE_P(Tables, TableLint, testing::ValuesIn(kTables));

const Breach kDimensions[] = {
    {"no dimension said", [](auto& c) { c.mutable_tables(0)->add_dimensions(fed::DIMENSION_UNSPECIFIED); },
     "tables[0].dimensions"},
    {"an open dimension", [](auto& c) { c.mutable_tables(0)->add_dimensions(static_cast<fed::Dimension>(77)); },
     "tables[0].dimensions"},
    {"a dimension twice", [](auto& c) { c.mutable_tables(0)->add_dimensions(fed::DIMENSION_GENDER); },
     "tables[0].dimensions"},
    {"a list that the catalogue does not carry",
     [](auto& c) { c.mutable_tables(0)->add_dimensions(fed::DIMENSION_AGE_BAND); }, "tables[0].dimensions"},
    {"places without places", [](auto& c) { c.clear_places(); }, "tables[0].dimensions"},
    {"five dimensions",
     [](auto& c) {
       for (int i = 0; i < 3; ++i) c.mutable_tables(0)->add_dimensions(fed::DIMENSION_DOMAIN);
     },
     "tables[0].dimensions"},
    {"places in a year where a quarter has them",
     [](auto& c) {
       c.mutable_tables(3)->add_dimensions(fed::DIMENSION_PLACE);  // members enrolled, against new members
     },
     "tables[3].dimensions"},
    {"unmet need by places beside needs by places",
     [](auto& c) {
       c.mutable_indicators(1)->mutable_filter()->set_event(fed::EVENT_NEEDED);
       c.mutable_tables(1)->add_dimensions(fed::DIMENSION_PLACE);
       c.mutable_tables(2)->add_dimensions(fed::DIMENSION_PLACE);
     },
     "tables[2].dimensions"},
    {"more than 20,000 cells",
     [](auto& c) {
       fed::CodeList& list = *c.add_code_lists();
       list.set_id("service_type");
       for (int i = 0; i < 200; ++i) list.add_codes()->set_id("x");
       c.mutable_tables(1)->add_dimensions(fed::DIMENSION_SERVICE_TYPE);
       c.mutable_tables(1)->add_dimensions(fed::DIMENSION_GENDER);
     },
     "tables"},
};
INSTANTIATE_TEST_SUITE_P(Dimensions, TableLint, testing::ValuesIn(kDimensions));

const Breach kBounds[] = {
    {"no cells of a member", [](auto& c) { c.mutable_tables(0)->set_member_cells_max(0); },
     "tables[0].member_cells_max"},
    {"more cells than C", [](auto& c) { c.mutable_tables(1)->set_member_cells_max(5); }, "tables[1].member_cells_max"},
    {"more cells than there are", [](auto& c) { c.mutable_tables(3)->set_member_cells_max(3); },
     "tables[3].member_cells_max"},
    {"no weight", [](auto& c) { c.mutable_tables(0)->set_member_weight_max(0); }, "tables[0].member_weight_max"},
    {"great weight", [](auto& c) { c.mutable_tables(1)->set_member_weight_max(1001); }, "tables[1].member_weight_max"},
    {"members who weigh two", [](auto& c) { c.mutable_tables(0)->set_member_weight_max(2); },
     "tables[0].member_weight_max"},
    {"delta 1 that is no product", [](auto& c) { c.mutable_tables(1)->set_delta1(5); }, "tables[1].delta1"},
    {"delta 2 below the bound", [](auto& c) { c.mutable_tables(1)->set_delta2_squared(11); },
     "tables[1].delta2_squared"},
    {"delta 2 without end", [](auto& c) { c.mutable_tables(1)->set_delta2_squared(1'000'000'001); },
     "tables[1].delta2_squared"},
    {"no budget", [](auto& c) { c.mutable_tables(0)->set_nano_rho(0); }, "tables[0].nano_rho"},
    {"a budget above the cap", [](auto& c) { c.mutable_tables(0)->set_nano_rho(24'355'971); }, "tables[0].nano_rho"},
    {"no bound of a cell", [](auto& c) { c.mutable_tables(0)->set_cell_bound(0); }, "tables[0].cell_bound"},
    {"a bound that could overflow", [](auto& c) { c.mutable_tables(0)->set_cell_bound(kCellBoundMax + 1); },
     "tables[0].cell_bound"},
    {"no C of a quarter", [](auto& c) { c.set_member_cells_quarter_max(0); }, "member_cells_quarter_max"},
    {"no C of a year", [](auto& c) { c.set_member_cells_year_max(0); }, "member_cells_year_max"},
    {"C without end", [](auto& c) { c.set_member_cells_year_max(1001); }, "member_cells_year_max"},
};
INSTANTIATE_TEST_SUITE_P(Bounds, TableLint, testing::ValuesIn(kBounds));

const Breach kParts[] = {
    {"two dimensions", [](auto& c) { c.mutable_tables(0)->set_parts_are_disjoint(true); },
     "tables[0].parts_are_disjoint"},
    {"no dimension", [](auto& c) { c.mutable_tables(3)->set_parts_are_disjoint(true); },
     "tables[3].parts_are_disjoint"},
    {"members in several domains", [](auto& c) { c.mutable_tables(2)->set_parts_are_disjoint(true); },
     "tables[2].parts_are_disjoint"},
    {"places, which are not the whole",
     [](auto& c) {
       c.mutable_tables(0)->mutable_dimensions()->Truncate(1);
       c.mutable_tables(0)->set_parts_are_disjoint(true);
     },
     "tables[0].parts_are_disjoint"},
};
INSTANTIATE_TEST_SUITE_P(Parts, TableLint, testing::ValuesIn(kParts));

TEST(TableLintAll, DisjointPartsAreFineByGenderAndForServicesByDomain) {
  fed::Catalogue catalogue = SmallCatalogue();
  catalogue.mutable_tables(0)->clear_dimensions();
  catalogue.mutable_tables(0)->add_dimensions(fed::DIMENSION_GENDER);
  catalogue.mutable_tables(0)->set_parts_are_disjoint(true);
  catalogue.mutable_indicators(1)->set_unit(fed::UNIT_SERVICE);
  catalogue.mutable_tables(1)->set_parts_are_disjoint(true);
  EXPECT_TRUE(CompileCatalogue(catalogue, TwelveCollectives()).ok());
}

TEST(TableLintAll, AYearMayCountByPlacesWhatNoQuarterDoes) {
  fed::Catalogue catalogue = SmallCatalogue();
  catalogue.mutable_tables(2)->add_dimensions(fed::DIMENSION_PLACE);
  EXPECT_TRUE(CompileCatalogue(catalogue, TwelveCollectives()).ok());
}

TEST(TableLintAll, ACatalogueOfQuartersAloneNeedsNoYearlyBound) {
  fed::Catalogue catalogue = SmallCatalogue();
  catalogue.mutable_tables()->DeleteSubrange(2, 2);
  catalogue.mutable_indicators()->DeleteSubrange(3, 4);
  catalogue.set_member_cells_year_max(0);
  EXPECT_TRUE(CompileCatalogue(catalogue, TwelveCollectives()).ok());
}

}  // namespace
}  // namespace aangan::model
