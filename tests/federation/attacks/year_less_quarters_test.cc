// SPDX-License-Identifier: Apache-2.0
// A year less its quarters (privacy-reference.md 12, 11e; protocol.md 2). A yearly figure holds what a collective did
// in every quarter, also in those whose round it missed; so two figures of one thing over two systems of sets can be
// subtracted until one or two collectives are left. All rosters of zones, all freezes of an earlier quarter and of the
// fourth one, by linear algebra over everything that is opened:
//   - a thing that is counted by places in quarters alone, or in years alone, over one partition: nothing is left;
//   - counted by places in both (the lint refuses it): a zone's figures give one collective;
//   - a partition that changes within the year (refused when it is accepted): for numbers that hardly move, as well;
//   - national figures, of which contributors differ by few: the limit that PRIVACY.md states, shown here as it is.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "absl/strings/str_cat.h"
#include "model/left_out.h"
#include "model/year_places.h"
#include "privacy/prime_field.h"
#include "privacy/round_numbers.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::privacy {
namespace {

namespace fed = federation::v1;

// Collectives that are alike: so many, in this zone in the earlier quarter, and in this one in the fourth; -1 is none.
struct Group {
  int size = 0;
  int zone_before = -1;
  int zone_after = -1;
};
// How many of a group are in the earlier freeze, in the fourth quarter's, in both, in neither.
struct Presence {
  bool before = false;
  bool after = false;
};
constexpr Presence kPresences[] = {{true, true}, {true, false}, {false, true}, {false, false}};
// Collectives of one group and one presence: no figure tells them apart.
struct Kind {
  int group = 0;
  Presence presence;
  int count = 0;
};

enum class PlacesIn { kQuarters, kYears, kBoth };
enum class Numbers { kOfEachQuarter, kSteady };  // steady: the same in both quarters, which is more than he may know
struct Attack {
  PlacesIn places = PlacesIn::kQuarters;
  bool national = true;
  Numbers numbers = Numbers::kOfEachQuarter;
};

using Row = std::vector<uint64_t>;

size_t RankOf(std::vector<Row> rows) {
  size_t rank = 0;
  for (size_t column = 0; !rows.empty() && column < rows.front().size() && rank < rows.size(); ++column) {
    size_t pivot = rank;
    while (pivot < rows.size() && rows[pivot][column] == 0) ++pivot;
    if (pivot == rows.size()) continue;
    std::swap(rows[pivot], rows[rank]);
    const uint64_t inverse = Field64::Inverse(rows[rank][column]);
    for (size_t row = rank + 1; row < rows.size(); ++row) {
      if (rows[row][column] == 0) continue;
      const uint64_t factor = Field64::Multiply(rows[row][column], inverse);
      for (size_t i = column; i < rows[row].size(); ++i)
        rows[row][i] = Field64::Subtract(rows[row][i], Field64::Multiply(factor, rows[rank][i]));
    }
    ++rank;
  }
  return rank;
}

// Which zones a freeze opens, by the product's own rule. Remembered by what it hangs on.
class Opened {
 public:
  explicit Opened(const std::vector<int>& sizes) : sizes_(sizes) {  // of the zones, and last those without one
    int next = 0;
    for (size_t zone = 0; zone < sizes.size(); ++zone) {
      fed::Place* place = zone + 1 < sizes.size() ? catalogue_.source.add_places() : nullptr;
      if (place != nullptr) {
        place->set_id(absl::StrCat("zone_", zone));
        place->set_kind(fed::PLACE_KIND_ZONE);
      }
      for (int i = 0; i < sizes[zone]; ++i) {
        fed::Collective& collective = *roster_.add_collectives();
        collective.set_id(absl::StrCat("c", next++));
        collective.set_state("elsewhere");
        if (place != nullptr) place->add_collectives(collective.id());
      }
    }
  }
  const std::vector<bool>& Zones(const std::vector<int>& inside) {
    std::vector<bool>& opened = known_[inside];
    if (!opened.empty() || sizes_.size() == 1) return opened;
    std::set<std::string> contributors;
    int first = 0;
    for (size_t zone = 0; zone < sizes_.size(); first += sizes_[zone++])
      for (int i = 0; i < inside[zone]; ++i) contributors.insert(absl::StrCat("c", first + i));
    for (const bool left_out : model::LeftOutPlaces(catalogue_, roster_, contributors)) opened.push_back(!left_out);
    return opened;
  }

 private:
  const std::vector<int> sizes_;
  fed::Roster roster_;
  model::CompiledCatalogue catalogue_;
  std::map<std::vector<int>, std::vector<bool>> known_;
};

class Year {
 public:
  Year(std::vector<Group> groups, int zones)
      : groups_(std::move(groups)), zones_(zones), before_(SizesOf(false)), after_(SizesOf(true)) {
    for (const Group& group : groups_) n_ += group.size;
    m_ = NumbersOf(n_).m;
  }

  struct Found {
    int64_t freezes = 0;
    int64_t isolating = 0;
  };
  // Over all freezes of both quarters that `allowed` lets through; it is told how many contributors differ.
  Found Search(const Attack& attack, const std::function<bool(int)>& allowed) {
    Found found;
    std::vector<Kind> kinds;
    Spread(0, kinds, [&] {
      int before = 0, after = 0, differ = 0;
      for (const Kind& kind : kinds) {
        before += kind.presence.before ? kind.count : 0;
        after += kind.presence.after ? kind.count : 0;
        differ += kind.presence.before != kind.presence.after ? kind.count : 0;
      }
      if (before < m_ || after < m_ || !allowed(differ)) return;
      ++found.freezes;
      found.isolating += Isolates(kinds, attack);
    });
    return found;
  }

 private:
  static int ZoneOf(const Group& group, bool after) { return after ? group.zone_after : group.zone_before; }
  std::vector<int> SizesOf(bool after) const {
    std::vector<int> sizes(static_cast<size_t>(zones_) + 1, 0);
    for (const Group& group : groups_) {
      const int zone = ZoneOf(group, after);
      sizes[static_cast<size_t>(zone < 0 ? zones_ : zone)] += group.size;
    }
    return sizes;
  }

  void Spread(size_t group, std::vector<Kind>& kinds, const std::function<void()>& visit) {
    if (group == groups_.size()) return visit();
    const std::function<void(size_t, int)> deal = [&](size_t presence, int left) {
      const bool last = presence + 1 == std::size(kPresences);
      for (int count = last ? left : 0; count <= left; ++count) {
        if (count > 0) kinds.push_back({static_cast<int>(group), kPresences[presence], count});
        if (last) {
          Spread(group + 1, kinds, visit);
        } else {
          deal(presence + 1, left - count);
        }
        if (count > 0) kinds.pop_back();
      }
    };
    deal(0, groups_[group].size);
  }

  // The figures of one period: a row a set, whose columns are the numbers of each kind in each quarter.
  void AddFigures(const std::vector<Kind>& kinds, bool after, bool yearly, const Attack& attack,
                  std::vector<Row>& rows) {
    std::vector<int> inside(static_cast<size_t>(zones_) + 1, 0);
    const auto there = [&](const Kind& kind) { return after ? kind.presence.after : kind.presence.before; };
    const auto zone_of = [&](const Kind& kind) { return ZoneOf(groups_[static_cast<size_t>(kind.group)], after); };
    for (const Kind& kind : kinds)
      if (there(kind)) inside[static_cast<size_t>(zone_of(kind) < 0 ? zones_ : zone_of(kind))] += kind.count;
    const size_t columns = kinds.size();
    const auto add = [&](const std::function<bool(const Kind&)>& in) {
      Row row(2 * columns, 0);
      for (size_t i = 0; i < columns; ++i) {
        if (!there(kinds[i]) || !in(kinds[i])) continue;
        const bool steady = attack.numbers == Numbers::kSteady;
        if (yearly || !after || steady) row[i] += 1;
        if ((yearly || after) && !steady) row[columns + i] += 1;
      }
      rows.push_back(std::move(row));
    };
    if (attack.national) add([](const Kind&) { return true; });
    if (attack.places == (yearly ? PlacesIn::kQuarters : PlacesIn::kYears)) return;
    const std::vector<bool>& opened = (after ? after_ : before_).Zones(inside);
    for (int zone = 0; zone < zones_; ++zone)
      if (opened[static_cast<size_t>(zone)]) add([&](const Kind& kind) { return zone_of(kind) == zone; });
  }

  // Is there a combination that is about one or two collectives and nobody else?
  bool Isolates(const std::vector<Kind>& kinds, const Attack& attack) {
    std::vector<Row> rows;
    AddFigures(kinds, false, false, attack, rows);
    AddFigures(kinds, true, false, attack, rows);
    AddFigures(kinds, true, true, attack, rows);
    const size_t all = RankOf(rows);
    const size_t columns = kinds.size();
    const auto alone = [&](size_t one, size_t other) {
      if (kinds[one].count + (one == other ? 0 : kinds[other].count) > 2) return false;
      std::vector<Row> others = rows;
      for (Row& row : others)
        for (const size_t kind : {one, other}) row[kind] = row[columns + kind] = 0;
      return RankOf(std::move(others)) < all;
    };
    for (size_t one = 0; one < columns; ++one)
      for (size_t other = one; other < columns; ++other)
        if (alone(one, other)) return true;
    return false;
  }

  const std::vector<Group> groups_;
  const int zones_;
  Opened before_;
  Opened after_;
  int n_ = 0;
  int m_ = 0;
};

bool Any(int) { return true; }
bool None(int differ) { return differ == 0; }
bool NoneOrThree(int differ) { return differ == 0 || differ >= 3; }

// One zone or two, and those without one: every roster that may be.
std::vector<Year> OnePartition() {
  std::vector<Year> all;
  for (int n = 5; n <= 14; ++n) {
    for (int first = 5; first <= n; ++first) {
      for (int second = 0; second <= std::min(first, n - first); second += second == 0 ? 5 : 1) {
        std::vector<Group> groups = {{first, 0, 0}};
        if (second > 0) groups.push_back({second, 1, 1});
        if (n > first + second) groups.push_back({n - first - second, -1, -1});
        all.emplace_back(groups, second > 0 ? 2 : 1);
      }
    }
  }
  return all;
}

Year::Found SearchAll(std::vector<Year>&& years, const Attack& attack, const std::function<bool(int)>& allowed) {
  Year::Found sum;
  for (Year& year : years) {
    const Year::Found found = year.Search(attack, allowed);
    sum.freezes += found.freezes;
    sum.isolating += found.isolating;
  }
  return sum;
}

TEST(YearLessQuarters, WithTheSameContributorsNothingIsLeft) {
  for (const PlacesIn places : {PlacesIn::kQuarters, PlacesIn::kYears, PlacesIn::kBoth}) {
    for (const Numbers numbers : {Numbers::kOfEachQuarter, Numbers::kSteady}) {
      const Year::Found found = SearchAll(OnePartition(), {places, true, numbers}, None);
      EXPECT_GT(found.freezes, 100);
      EXPECT_EQ(found.isolating, 0);
    }
  }
}

TEST(YearLessQuarters, PlacesInOneFrequencyLeaveNothingWhateverTheFreezes) {
  for (const PlacesIn places : {PlacesIn::kQuarters, PlacesIn::kYears}) {
    const Year::Found found = SearchAll(OnePartition(), {places, false, Numbers::kOfEachQuarter}, Any);
    EXPECT_GT(found.freezes, 10'000);
    EXPECT_EQ(found.isolating, 0);
  }
}

TEST(YearLessQuarters, ControlPlacesInBothLeaveOneCollective) {
  // Also where so many contributors differ that no national figure tells.
  EXPECT_GT(SearchAll(OnePartition(), {PlacesIn::kBoth, false, Numbers::kOfEachQuarter}, NoneOrThree).isolating, 100);
}

TEST(YearLessQuarters, ControlAPartitionThatChangesLeavesOneCollective) {
  // Two zones of six; so many of each change places.
  const auto change = [](int moved) {
    std::vector<Year> years;
    std::vector<Group> groups = {{6 - moved, 0, 0}, {6 - moved, 1, 1}};
    if (moved > 0) groups.insert(groups.end(), {{moved, 0, 1}, {moved, 1, 0}});
    years.emplace_back(groups, 2);
    return SearchAll(std::move(years), {PlacesIn::kQuarters, true, Numbers::kSteady}, None).isolating;
  };
  EXPECT_EQ(change(0), 0);
  EXPECT_GT(change(1), 0);
  EXPECT_GT(change(2), 0);
}

// What PRIVACY.md says that this system does not hide, so that nobody takes the tests above for more than they are.
TEST(YearLessQuarters, StatedLimitNationalFiguresWhoseContributorsDiffer) {
  EXPECT_GT(SearchAll(OnePartition(), {PlacesIn::kQuarters, true, Numbers::kOfEachQuarter}, Any).isolating, 100);
}

TEST(YearLessQuarters, TheLintRefusesBothControls) {
  fed::Catalogue both = model::SmallCatalogue();
  both.mutable_tables(3)->add_dimensions(fed::DIMENSION_PLACE);  // members by places in the year, as in the quarter
  EXPECT_THAT(model::CompileCatalogue(both),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kCatalogueRefused));
  fed::Catalogue changed = model::SmallCatalogue();
  changed.set_version(4);
  changed.set_first_period("2026Q3");
  const std::string moved = changed.places(0).collectives(0);
  changed.mutable_places(0)->mutable_collectives()->erase(changed.places(0).collectives().begin());
  changed.mutable_places(1)->add_collectives(moved);
  const auto before = model::Compile(model::SmallCatalogue());
  EXPECT_THAT(model::CheckPlacesOfYear(*model::Compile(changed), {before}),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kCatalogueRefused));
  changed.set_first_period("2027Q1");
  EXPECT_THAT(model::CheckPlacesOfYear(*model::Compile(changed), {before}), tests::IsOk());
}

}  // namespace
}  // namespace aangan::privacy
