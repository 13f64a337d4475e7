// SPDX-License-Identifier: Apache-2.0
// One partition of places a calendar year, by however many catalogues.
#include "model/year_places.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::model {
namespace {

namespace fed = federation::v1;
using tests::IsOk;

fed::Catalogue Successor(int version, const std::string& first, const std::string& last) {
  fed::Catalogue catalogue = SmallCatalogue();  // version 3, of 2026 and 2027
  catalogue.set_version(version);
  catalogue.set_first_period(first);
  catalogue.set_last_period(last);
  return catalogue;
}

// One collective of the first zone goes over to the second.
void MoveOne(fed::Catalogue& catalogue) {
  const std::string moved = catalogue.places(0).collectives(0);
  catalogue.mutable_places(0)->mutable_collectives()->DeleteSubrange(0, 1);
  catalogue.mutable_places(1)->add_collectives(moved);
}

absl::Status Check(const fed::Catalogue& next, const std::vector<fed::Catalogue>& accepted) {
  std::vector<std::shared_ptr<const CompiledCatalogue>> compiled;
  for (const fed::Catalogue& each : accepted) compiled.push_back(Compile(each));
  return CheckPlacesOfYear(*Compile(next), compiled);
}

void ExpectRefused(const absl::Status& status, const std::string& field) {
  EXPECT_TRUE(HasReason(status, Reason::kCatalogueRefused)) << status;
  EXPECT_EQ(FieldsOf(status), std::vector<std::string>{field});
}

TEST(YearPlaces, TheFirstCatalogueMayBeginWithAnyQuarter) {
  EXPECT_THAT(Check(Successor(1, "2026Q3", "2027Q2"), {}), IsOk());
}

TEST(YearPlaces, ThePartitionChangesWithAFirstQuarterAlone) {
  for (const char* quarter : {"2026Q2", "2026Q3", "2026Q4", "2027Q2"}) {
    fed::Catalogue next = Successor(4, quarter, "2027Q4");
    EXPECT_THAT(Check(next, {SmallCatalogue()}), IsOk()) << quarter;  // other rules may change
    MoveOne(next);
    ExpectRefused(Check(next, {SmallCatalogue()}), "catalogue.places");
  }
  fed::Catalogue next = Successor(4, "2027Q1", "2027Q4");
  MoveOne(next);
  EXPECT_THAT(Check(next, {SmallCatalogue()}), IsOk());
}

TEST(YearPlaces, NorDoesItChangeBackWhereTheHigherVersionEnds) {
  fed::Catalogue next = Successor(4, "2027Q1", "2027Q2");
  MoveOne(next);
  ExpectRefused(Check(next, {SmallCatalogue()}), "catalogue.places");
}

TEST(YearPlaces, OneThatIsInForceInNoQuarterOfTheYearDoesNotMatter) {
  fed::Catalogue hidden = Successor(2, "2026Q1", "2026Q4");
  MoveOne(hidden);
  EXPECT_THAT(Check(Successor(4, "2026Q3", "2026Q4"), {hidden, SmallCatalogue()}), IsOk());
}

TEST(YearPlaces, ThePlacesOrderSaysNothingAndNoPlacesGoWithAll) {
  fed::Catalogue next = Successor(4, "2026Q3", "2027Q4");
  next.mutable_places()->SwapElements(0, 1);
  EXPECT_THAT(Check(next, {SmallCatalogue()}), IsOk());
  next.clear_places();
  next.mutable_tables(0)->mutable_dimensions()->erase(next.tables(0).dimensions().begin());
  EXPECT_THAT(Check(next, {SmallCatalogue()}), IsOk());
}

TEST(YearPlaces, NothingIsCountedByPlacesInQuartersAndInTheYearOfAnother) {
  // Version 3 counts new members by places in the quarters; this one would count all members by places in the year.
  fed::Catalogue next = Successor(4, "2026Q4", "2026Q4");
  next.mutable_tables(0)->mutable_dimensions()->erase(next.tables(0).dimensions().begin());
  next.mutable_tables(3)->add_dimensions(fed::DIMENSION_PLACE);
  ExpectRefused(Check(next, {SmallCatalogue()}), "catalogue.tables");
  next.set_first_period("2028Q1");
  next.set_last_period("2028Q4");
  EXPECT_THAT(Check(next, {SmallCatalogue()}), IsOk());
}

}  // namespace
}  // namespace aangan::model
