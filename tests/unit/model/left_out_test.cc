// SPDX-License-Identifier: Apache-2.0
// What a freeze leaves out: small zones, incomplete states, and all places where a subtraction would show one or two.
#include "model/left_out.h"

#include <algorithm>

#include "gtest/gtest.h"
#include "model/cells.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::model {
namespace {

namespace fed = federation::v1;
using Flags = std::vector<bool>;

// The twelve, with the state in their names.
fed::Roster TwelveRoster() {
  fed::Roster roster;
  for (const std::string& id : TwelveCollectives()) {
    fed::Collective& collective = *roster.add_collectives();
    collective.set_id(id);
    collective.set_state(id.substr(0, id.size() - 2));
  }
  return roster;
}

std::set<std::string> AllBut(const std::set<std::string>& missing) {
  std::set<std::string> there;
  for (const std::string& id : TwelveCollectives()) {
    if (!missing.contains(id)) there.insert(id);
  }
  return there;
}

// South and West has seven, East five.
Flags LeftOut(const std::set<std::string>& missing) {
  return LeftOutPlaces(*Compile(SmallCatalogue()), TwelveRoster(), AllBut(missing));
}

TEST(LeftOut, WithEverybodyNothingIs) { EXPECT_EQ(LeftOut({}), (Flags{false, false})); }

TEST(LeftOut, AZoneOfThreeStays) { EXPECT_EQ(LeftOut({"assam_1", "assam_2"}), (Flags{false, false})); }

TEST(LeftOut, AZoneOfTwoGoesAndTakesTheOthersWithIt) {
  EXPECT_EQ(LeftOut({"assam_1", "assam_2", "bihar_1"}), (Flags{true, true})) << "the rest would show the two";
  EXPECT_EQ(LeftOut({"assam_1", "assam_2", "bihar_1", "odisha_1"}), (Flags{true, true})) << "or the one";
}

TEST(LeftOut, AnEmptyZoneGoesAlone) {
  EXPECT_EQ(LeftOut({"assam_1", "assam_2", "bihar_1", "odisha_1", "jharkhand_1"}), (Flags{false, true}));
}

TEST(LeftOut, OneOrTwoWithoutAPlaceHideAllPlaces) {
  fed::Catalogue catalogue = SmallCatalogue();
  auto& south = *catalogue.mutable_places(0)->mutable_collectives();
  const fed::Roster roster = TwelveRoster();
  EXPECT_EQ(south.Get(6), "telangana_2");
  south.RemoveLast();
  EXPECT_EQ(LeftOutPlaces(*Compile(catalogue), roster, AllBut({})), (Flags{true, true}));
  EXPECT_EQ(LeftOutPlaces(*Compile(catalogue), roster, AllBut({"telangana_2"})), (Flags{false, false}));
  south.RemoveLast();
  EXPECT_EQ(LeftOutPlaces(*Compile(catalogue), roster, AllBut({})), (Flags{true, true}));
  catalogue.mutable_places()->DeleteSubrange(0, 1);  // seven have no place now
  EXPECT_EQ(LeftOutPlaces(*Compile(catalogue), roster, AllBut({})), Flags{false});
}

TEST(LeftOut, AZoneThatLostItsFifthCollectiveIsGone) {
  fed::Roster roster = TwelveRoster();
  for (int i = 0; i < roster.collectives_size(); ++i) {
    if (roster.collectives(i).id() == "odisha_1") roster.mutable_collectives()->DeleteSubrange(i, 1);
  }
  EXPECT_EQ(LeftOutPlaces(*Compile(SmallCatalogue()), roster, AllBut({"odisha_1"})), (Flags{false, true}));
}

// South and West less three, East, and the state of Maharashtra (two collectives).
fed::Catalogue WithState() {
  fed::Catalogue catalogue = SmallCatalogue();
  catalogue.mutable_places(0)->mutable_collectives()->DeleteSubrange(3, 2);
  fed::Place& place = *catalogue.add_places();
  place.set_id("maharashtra");
  place.set_title("Maharashtra");
  place.set_kind(fed::PLACE_KIND_STATE);
  place.add_collectives("maharashtra_1");
  place.add_collectives("maharashtra_2");
  return catalogue;
}

TEST(LeftOut, AStateNeedsAllOfItsCollectives) {
  const auto catalogue = Compile(WithState());
  EXPECT_EQ(LeftOutPlaces(*catalogue, TwelveRoster(), AllBut({})), (Flags{false, false, false}));
  EXPECT_EQ(LeftOutPlaces(*catalogue, TwelveRoster(), AllBut({"maharashtra_1"})), (Flags{true, true, true}))
      << "the other one could be subtracted";
  EXPECT_EQ(LeftOutPlaces(*catalogue, TwelveRoster(), AllBut({"maharashtra_1", "maharashtra_2"})),
            (Flags{false, false, true}));
}

TEST(LeftOut, AStateThatGainedACollectiveIsGone) {
  fed::Roster roster = TwelveRoster();
  roster.mutable_collectives(6)->set_state("maharashtra");  // kerala_1 has moved
  EXPECT_EQ(LeftOutPlaces(*Compile(WithState()), roster, AllBut({})), (Flags{true, true, true}));
}

TEST(LeftOut, CellsFollowTheirPlaceAndNationalOnesStay) {
  fed::Catalogue source = SmallCatalogue();
  source.mutable_tables(2)->add_dimensions(fed::DIMENSION_PLACE);  // domain, then place
  const auto catalogue = Compile(source);
  const Flags cells = LeftOutCells(*catalogue, {2026, 4}, {false, true});
  ASSERT_EQ(cells.size(), catalogue->RoundCellCount({2026, 4}));
  for (Cell cell = 0; cell < cells.size(); ++cell) {
    const bool yearly = cell >= catalogue->quarter_cell_count;
    const CellName name = NameOfCell(*catalogue, yearly, yearly ? cell - catalogue->quarter_cell_count : cell);
    const bool east = std::find(name.codes.begin(), name.codes.end(), "east") != name.codes.end();
    EXPECT_EQ(cells[cell], east) << cell;
  }
  EXPECT_EQ(LeftOutCells(*catalogue, {2026, 3}, {false, true}).size(), catalogue->quarter_cell_count);
}

}  // namespace
}  // namespace aangan::model
