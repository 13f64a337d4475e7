// SPDX-License-Identifier: Apache-2.0
// A federation chooses the freeze so that a place has one collective, or two, and subtracts. Exhaustive over partitions
// and freezes for every roster: what the leave-out rule opens isolates no one or two collectives without their yes. The
// controls, states nested in zones and two systems of zones, do (privacy-reference.md 4.5 and 12, 11c).
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "model/left_out.h"
#include "privacy/round_numbers.h"

namespace aangan {
namespace {

namespace fed = federation::v1;

// A value of places with so many collectives; a state has the yes of each.
struct Group {
  bool zone = false;
  int size = 0;
};

// Every partition of n collectives into zones of five or more, states, and those without a value.
std::vector<std::vector<Group>> Partitions(int n) {
  std::vector<std::vector<Group>> all;
  std::vector<Group> so_far;
  const std::function<void(int, int, bool)> grow = [&](int left, int largest, bool zones) {
    all.push_back(so_far);  // the rest is without a value
    if (zones) {
      for (int size = std::min(left, largest); size >= 5; --size) {
        so_far.push_back({true, size});
        grow(left - size, size, true);
        so_far.pop_back();
      }
      largest = left;
    }
    for (int size = std::min(left, largest); size >= 1; --size) {
      so_far.push_back({false, size});
      grow(left - size, size, false);
      so_far.pop_back();
    }
  };
  grow(n, n, true);
  return all;
}

struct Laid {
  fed::Roster roster;
  model::CompiledCatalogue catalogue;             // its places alone
  std::vector<std::vector<std::string>> members;  // by group, and last those without a value
};

Laid LayOut(int n, const std::vector<Group>& groups) {
  Laid laid;
  int next = 0;
  const auto add = [&](int size, const std::string& state) {
    std::vector<std::string> ids;
    for (int i = 0; i < size; ++i) {
      fed::Collective& collective = *laid.roster.add_collectives();
      collective.set_id(absl::StrFormat("c%02d", next++));
      collective.set_state(state);
      ids.push_back(collective.id());
    }
    laid.members.push_back(ids);
    return ids;
  };
  int taken = 0;
  for (size_t i = 0; i < groups.size(); ++i) {
    fed::Place& place = *laid.catalogue.source.add_places();
    place.set_id(absl::StrCat("place_", i));
    place.set_kind(groups[i].zone ? fed::PLACE_KIND_ZONE : fed::PLACE_KIND_STATE);
    for (const std::string& id : add(groups[i].size, groups[i].zone ? "elsewhere" : place.id()))
      place.add_collectives(id);
    taken += groups[i].size;
  }
  add(n - taken, "nowhere");
  return laid;
}

// Values are disjoint, so that whatever adds up to a set of collectives is a union of opened values, with or without
// those whose numbers are in national cells alone: the smallest such sets are these.
bool IsolatesSomebody(const std::vector<Group>& groups, const std::vector<int>& there,
                      const std::vector<bool>& left_out) {
  int unseen = there.back();
  bool opened_any = false;
  for (size_t i = 0; i < groups.size(); ++i) {
    if (left_out[i]) {
      unseen += there[i];
      continue;
    }
    opened_any |= there[i] > 0;
    if (groups[i].zone && there[i] >= 1 && there[i] <= 2) return true;
    if (!groups[i].zone && there[i] != groups[i].size) return true;  // a part of a state has not said yes
  }
  return opened_any && unseen >= 1 && unseen <= 2;
}

// Every number of contributors of each group with at least m in all.
void ForEachFreeze(const std::vector<int>& sizes, int m, const std::function<void(const std::vector<int>&)>& visit) {
  std::vector<int> there(sizes.size(), 0);
  while (true) {
    int sum = 0;
    for (const int each : there) sum += each;
    if (sum >= m) visit(there);
    size_t at = 0;
    while (at < sizes.size() && there[at] == sizes[at]) there[at++] = 0;
    if (at == sizes.size()) return;
    ++there[at];
  }
}

class Isolation : public ::testing::TestWithParam<int> {};

TEST_P(Isolation, NoFreezeShowsOneOrTwoCollectivesWithoutTheirYes) {
  const int n = GetParam();
  const int m = privacy::NumbersOf(n).m;
  int64_t freezes = 0, opened = 0;
  for (const std::vector<Group>& groups : Partitions(n)) {
    const Laid laid = LayOut(n, groups);
    std::vector<int> sizes;
    for (const auto& each : laid.members) sizes.push_back(static_cast<int>(each.size()));
    ForEachFreeze(sizes, m, [&](const std::vector<int>& there) {
      // States of one size stand for each other: only rising counts among them.
      for (size_t i = 1; i < groups.size(); ++i) {
        if (groups[i].zone == groups[i - 1].zone && groups[i].size == groups[i - 1].size && there[i] < there[i - 1])
          return;
      }
      std::set<std::string> inside;
      for (size_t i = 0; i < there.size(); ++i)
        inside.insert(laid.members[i].begin(), laid.members[i].begin() + there[i]);
      const std::vector<bool> left_out = model::LeftOutPlaces(laid.catalogue, laid.roster, inside);
      ++freezes;
      opened += std::count(left_out.begin(), left_out.end(), false);
      EXPECT_FALSE(IsolatesSomebody(groups, there, left_out)) << "n " << n << ", groups " << groups.size();
    });
  }
  EXPECT_GT(freezes, 10);
  EXPECT_GT(opened, 0);  // the rule does not hide everything
  RecordProperty("freezes", static_cast<int>(freezes));
}
INSTANTIATE_TEST_SUITE_P(EveryRoster, Isolation, ::testing::Range(5, 15));

// --- controls: sets that overlap, as bits
// True when some sum and difference of opened sets has one or two collectives that have not said yes.
bool Overlapping(const std::vector<unsigned>& opened, unsigned yes) {
  std::vector<int> factors(opened.size(), -1);
  while (true) {
    unsigned support = 0;
    for (unsigned bit = 0; bit < 16; ++bit) {
      int sum = 0;
      for (size_t i = 0; i < opened.size(); ++i) sum += (opened[i] >> bit & 1u) != 0 ? factors[i] : 0;
      if (sum != 0) support |= 1u << bit;
    }
    const int size = std::popcount(support);
    if (size >= 1 && size <= 2 && (support & ~yes) != 0) return true;
    size_t at = 0;
    while (at < factors.size() && factors[at] == 1) factors[at++] = -1;
    if (at == factors.size()) return false;
    ++factors[at];
  }
}

int FreezesThatIsolate(const std::vector<unsigned>& zones, const std::vector<unsigned>& states) {
  int found = 0;
  unsigned yes = 0;
  for (const unsigned state : states) yes |= state;
  for (unsigned freeze = 0; freeze < 1u << 12; ++freeze) {
    if (std::popcount(freeze) < 9) continue;
    std::vector<unsigned> opened = {freeze};
    for (const unsigned zone : zones) {
      if (std::popcount(zone & freeze) >= 3) opened.push_back(zone & freeze);
    }
    for (const unsigned state : states) {
      if ((state & freeze) == state) opened.push_back(state);
    }
    found += Overlapping(opened, yes);
  }
  return found;
}

TEST(IsolationControls, StatesNestedInZonesShowSomebody) {
  // Two zones of six, a state of two in each.
  EXPECT_GT(FreezesThatIsolate({0x03f, 0xfc0}, {0x003, 0x0c0}), 0);
}

TEST(IsolationControls, TwoSystemsOfZonesShowSomebody) {
  // Two of six each, and two of six that are one collective further round.
  EXPECT_GT(FreezesThatIsolate({0x03f, 0xfc0, 0x07e, 0xf81}, {}), 0);
}

TEST(IsolationControls, TheFinderFindsNothingWhereAllOrNothingIsOpened) { EXPECT_EQ(FreezesThatIsolate({}, {}), 0); }

}  // namespace
}  // namespace aangan
