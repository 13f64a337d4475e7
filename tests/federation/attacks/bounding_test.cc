// SPDX-License-Identifier: Apache-2.0
// What of a member is kept depends on her own records alone (privacy-reference.md 3, row 18), so one member more moves
// the counts by no more than her own bounds. The control bounds by the data, keeping for each member the rarest cells
// of all: there one member more changes what of the others is cut, and the counts move by more than the noise is for.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "model/tally.h"
#include "tests/support/seeded_random.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::model {
namespace {

constexpr uint64_t kSeed = 20261124;
constexpr int kWorlds = 200;
const Period kQuarter{2026, 2};

using Counts = std::map<Cell, int64_t>;

MemberFacts SomeMember(tests::SeededRandom& random) {
  MemberFacts facts;
  facts.id = RandomId(random);
  facts.gender = static_cast<Code>(random.Below(4));
  facts.enrolled = kQuarter;
  facts.consent = {true, DayOf(2025, 1, 1), kNoDay};
  for (uint64_t i = random.Below(12); i > 0; --i) {
    ServiceFacts service;
    service.id = RandomId(random);
    service.domain = static_cast<Code>(1 + random.Below(6));
    service.received = DayOf(2026, 5, 1 + static_cast<int>(random.Below(20)));
    facts.services.push_back(service);
  }
  return facts;
}

class Bounding : public ::testing::Test {
 protected:
  Bounding() : catalogue_(Compile(SmallCatalogue())) {
    federation::v1::Catalogue wide = SmallCatalogue();
    wide.set_member_cells_quarter_max(1000);
    federation::v1::Table& table = *wide.mutable_tables(1);
    table.set_member_cells_max(18);
    table.set_delta1(18 * table.member_weight_max());
    table.set_delta2_squared(18 * table.member_weight_max() * table.member_weight_max());
    wide_ = Compile(wide);
  }
  Counts Real(const std::vector<MemberFacts>& members) const {
    Counts counts;
    for (const MemberFacts& facts : members)
      for (const auto& [cell, count] : Contribution(facts, {catalogue_.get(), kQuarter, 0, {5}}).cells)
        counts[cell] += count;
    return counts;
  }
  // The same bounds on each member, but of all that she fills the cells are kept that the fewest fill.
  Counts ByRarity(const std::vector<MemberFacts>& members) const {
    Counts all;
    std::vector<MemberContribution> whole;
    for (const MemberFacts& facts : members) {
      whole.push_back(Contribution(facts, {wide_.get(), kQuarter, 0, {5}}));
      for (const auto& [cell, count] : whole.back().cells) all[cell] += count;
    }
    Counts counts;
    for (MemberContribution& hers : whole) {
      std::stable_sort(hers.cells.begin(), hers.cells.end(),
                       [&](const auto& a, const auto& b) { return all[a.first] < all[b.first]; });
      const auto most = static_cast<size_t>(catalogue_->member_cells_quarter_max);
      for (size_t i = 0; i < std::min(most, hers.cells.size()); ++i)
        counts[hers.cells[i].first] += hers.cells[i].second;
    }
    return counts;
  }
  // The squared distance that one member more makes.
  static int64_t Moved(const Counts& without, const Counts& with) {
    Counts difference = with;
    for (const auto& [cell, count] : without) difference[cell] -= count;
    int64_t squared = 0;
    for (const auto& [cell, count] : difference) squared += count * count;
    return squared;
  }
  // C cells by the largest weight each.
  int64_t MovedMax() const {
    int64_t weight = 0;
    for (const CompiledTable& table : catalogue_->tables)
      if (!table.yearly) weight = std::max(weight, table.member_weight_max);
    return catalogue_->member_cells_quarter_max * weight * weight;
  }

  std::shared_ptr<const CompiledCatalogue> catalogue_;
  std::shared_ptr<const CompiledCatalogue> wide_;
};

TEST_F(Bounding, OneMemberMoreChangesNothingOfTheOthers) {
  RecordProperty("seed", std::to_string(kSeed));
  tests::SeededRandom random(kSeed);
  int64_t largest = 0, largest_by_rarity = 0;
  for (int world = 0; world < kWorlds; ++world) {
    std::vector<MemberFacts> members;
    for (int i = 0; i < 40; ++i) members.push_back(SomeMember(random));
    const Counts before = Real(members);
    const Counts before_by_rarity = ByRarity(members);
    members.push_back(SomeMember(random));
    const Counts after = Real(members);
    // Exactly hers, as if nobody else were there.
    Counts expected = before;
    for (const auto& [cell, count] : Real({members.back()})) expected[cell] += count;
    ASSERT_EQ(after, expected) << "seed " << kSeed << " world " << world;
    largest = std::max(largest, Moved(before, after));
    largest_by_rarity = std::max(largest_by_rarity, Moved(before_by_rarity, ByRarity(members)));
  }
  EXPECT_LE(largest, MovedMax());
  EXPECT_GT(largest, MovedMax() / 3);        // the bound is reached
  EXPECT_GT(largest_by_rarity, MovedMax());  // the control
}

}  // namespace
}  // namespace aangan::model
