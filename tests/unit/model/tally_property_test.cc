// SPDX-License-Identifier: Apache-2.0
// Over random members and edits: deltas add up to the recount, bounds hold for everybody always, and nobody's counts
// depend on anybody else.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "gtest/gtest.h"
#include "model/codes.h"
#include "model/tally.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::model {
namespace {

constexpr uint64_t kSeed = 20261124;

class World {
 public:
  explicit World(uint64_t seed) : engine_(seed), random_(seed + 1) {}

  size_t Below(size_t bound) { return std::uniform_int_distribution<size_t>(0, bound - 1)(engine_); }
  bool Chance(int percent) { return Below(100) < static_cast<size_t>(percent); }
  // Mostly within 2026, now and then around it, or never.
  Day SomeDay() { return Chance(15) ? kNoDay : DayOf(2025, 10, 1) + static_cast<Day>(Below(550)); }
  Code SomeCode(ListId list) { return static_cast<Code>(Below(CodesOf(list).codes.size())); }

  ServiceFacts SomeService() {
    ServiceFacts service;
    service.id = RandomId(random_);
    service.type = SomeCode(ListId::kServiceType);
    service.domain = CodesOf(ListId::kServiceType).codes[service.type].parent;
    for (Day ServiceFacts::*day : {&ServiceFacts::needed, &ServiceFacts::received, &ServiceFacts::scored})
      service.*day = SomeDay();
    service.score = static_cast<uint8_t>(Below(6));
    return service;
  }

  MemberFacts SomeMember() {
    MemberFacts facts;
    facts.id = RandomId(random_);
    facts.birth_year = static_cast<int16_t>(1950 + Below(70));
    facts.gender = SomeCode(ListId::kGender);
    facts.enrolled = QuarterFromIndex(Period{2025, 3}.index() + static_cast<int>(Below(7)));
    facts.consent = {true, DayOf(2025, 1, 1), kNoDay};
    for (size_t i = Below(12); i > 0; --i) Edit(facts);
    return facts;
  }

  // One thing that a caseworker might do.
  void Edit(MemberFacts& facts) {
    switch (Below(7)) {
      case 0:
        facts.gender = SomeCode(ListId::kGender);
        break;
      case 1:
        facts.consent.given = Chance(80);
        facts.consent.until = Chance(30) ? SomeDay() : kNoDay;
        break;
      case 2:
        facts.assessments.push_back({RandomId(random_), SomeCode(ListId::kInstrument), SomeDay(), 3});
        break;
      case 3:
        if (!facts.services.empty())
          facts.services.erase(facts.services.begin() + static_cast<long>(Below(facts.services.size())));
        break;
      case 4:
        if (!facts.services.empty()) facts.services[Below(facts.services.size())].received = SomeDay();
        break;
      default:
        facts.services.push_back(SomeService());
        std::sort(facts.services.begin(), facts.services.end(),
                  [](const ServiceFacts& a, const ServiceFacts& b) { return a.id < b.id; });
    }
  }

 private:
  std::mt19937_64 engine_;
  SeededRandom random_;
};

struct Tallies {
  std::map<Cell, int64_t> cells;
  int64_t members_cut = 0;
  void Add(const TallyDelta& delta) {
    for (const auto& [cell, change] : delta.cells) {
      EXPECT_NE(change, 0);
      if ((cells[cell] += change) == 0) cells.erase(cell);
    }
    members_cut += delta.members_cut;
  }
  bool operator==(const Tallies&) const = default;
};

TEST(TallyProperty, DeltasOfAnyEditsAddUpToTheRecount) {
  RecordProperty("seed", std::to_string(kSeed));
  const auto catalogue = Compile(SmallCatalogue());
  World world(kSeed);
  for (const Period& period : {Period{2026, 2}, Period{2026, 0}}) {
    const TallyScope scope{catalogue.get(), period, 1, {7}};
    std::vector<MemberFacts> members;
    Tallies kept;
    for (int step = 0; step < 3000; ++step) {
      if (members.empty() || world.Chance(10)) {
        members.push_back(world.SomeMember());
        kept.Add(Delta({}, Contribution(members.back(), scope)));
      } else if (world.Chance(3)) {
        const size_t gone = world.Below(members.size());
        kept.Add(Delta(Contribution(members[gone], scope), {}));
        members.erase(members.begin() + static_cast<long>(gone));
      } else {
        MemberFacts& member = members[world.Below(members.size())];
        const MemberContribution before = Contribution(member, scope);
        world.Edit(member);
        kept.Add(Delta(before, Contribution(member, scope)));
      }
      if (step % 100 != 0) continue;
      Tallies recount;
      for (const MemberFacts& member : members) recount.Add(Delta({}, Contribution(member, scope)));
      ASSERT_EQ(kept, recount) << "seed " << kSeed << " step " << step;
    }
    EXPECT_GT(kept.cells.size(), 5u);
    EXPECT_GT(kept.members_cut, 0) << "the bounds were reached";
  }
}

// Checks one member's contribution against every bound that the noise is sized for.
void ExpectWithinBounds(const CompiledCatalogue& catalogue, const Period& period, const MemberContribution& c) {
  const int64_t all = period.is_year() ? catalogue.member_cells_year_max : catalogue.member_cells_quarter_max;
  EXPECT_LE(static_cast<int64_t>(c.cells.size()), all);
  EXPECT_TRUE(std::is_sorted(c.cells.begin(), c.cells.end()));
  std::set<Cell> seen;
  for (const auto& [cell, count] : c.cells) EXPECT_TRUE(seen.insert(cell).second) << count;
  for (const CompiledTable& table : catalogue.tables) {
    if (table.yearly != period.is_year()) continue;
    int64_t cells = 0;
    for (const auto& [cell, count] : c.cells) {
      if (cell < table.first_cell || cell >= table.first_cell + table.cell_count) continue;
      ++cells;
      EXPECT_GE(count, 1);
      EXPECT_LE(count, table.member_weight_max);
    }
    EXPECT_LE(cells, table.member_cells_max);
  }
}

TEST(TallyProperty, NobodyEverPassesTheBounds) {
  RecordProperty("seed", std::to_string(kSeed));
  const auto catalogue = Compile(SmallCatalogue());
  World world(kSeed + 1);
  int cut = 0;
  for (int i = 0; i < 2000; ++i) {
    MemberFacts facts = world.SomeMember();
    for (size_t more = world.Below(40); more > 0; --more) world.Edit(facts);
    for (const Period& period : {Period{2026, 1}, Period{2026, 3}, Period{2026, 0}}) {
      const MemberContribution c = Contribution(facts, {catalogue.get(), period, 0, {1, 2, 3}});
      ExpectWithinBounds(*catalogue, period, c);
      cut += c.cut;
    }
  }
  EXPECT_GT(cut, 100);
}

TEST(TallyProperty, WithoutBoundsNothingIsCutAndBoundsOnlyTakeAway) {
  federation::v1::Catalogue wide = SmallCatalogue();
  wide.set_member_cells_quarter_max(1000);
  federation::v1::Table& table = *wide.mutable_tables(1);
  table.set_member_cells_max(20);
  table.set_member_weight_max(1000);
  table.set_delta1(20'000);
  table.set_delta2_squared(20'000'000);
  const auto loose = Compile(wide);
  const auto tight = Compile(SmallCatalogue());
  World world(kSeed + 2);
  const Period period{2026, 2};
  for (int i = 0; i < 1000; ++i) {
    const MemberFacts facts = world.SomeMember();
    const MemberContribution all = Contribution(facts, {loose.get(), period, 0, {}});
    const MemberContribution some = Contribution(facts, {tight.get(), period, 0, {}});
    EXPECT_FALSE(all.cut);
    const std::map<Cell, int64_t> whole(all.cells.begin(), all.cells.end());
    for (const auto& [cell, count] : some.cells) {
      ASSERT_TRUE(whole.contains(cell));
      ASSERT_LE(count, whole.at(cell));
    }
    EXPECT_EQ(some.cut, some.cells != all.cells);
  }
}

TEST(TallyProperty, TheOrderOfRecordsInMemoryChangesNothing) {
  const auto catalogue = Compile(SmallCatalogue());
  World world(kSeed + 3);
  for (int i = 0; i < 500; ++i) {
    MemberFacts facts = world.SomeMember();
    const TallyScope scope{catalogue.get(), {2026, 2}, 0, {9}};
    const MemberContribution before = Contribution(facts, scope);
    std::reverse(facts.services.begin(), facts.services.end());
    ASSERT_EQ(Contribution(facts, scope), before);
  }
}

}  // namespace
}  // namespace aangan::model
