// SPDX-License-Identifier: Apache-2.0
// A lying federation hands each node a freeze of its own and combines the answers linearly (privacy-reference.md 4.5).
//
// Which honest nodes' answers hold a dealer's shares is her type, a set of honest nodes. A combination cancels
// everything but the secrets only if, for each type, the weights on its nodes (with what the f colluders know of every
// dealer) are a word of the dual of a Reed-Solomon code of length n - f + 1 and distance k - f + 1. So types differ
// from each other and from the empty one in at least k - f nodes, and each node used is in the types of at least m - f
// honest dealers, since it refuses a freeze below m. All such families are searched; one type alone is the ordinary
// sum.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <optional>

#include "privacy/prime_field.h"
#include "privacy/round_numbers.h"
#include "privacy/shamir.h"

namespace aangan::privacy {
namespace {

using Types = std::vector<unsigned>;  // bits: honest nodes

// Can the honest dealers be dealt out to the types, one at least each, so that every node used gets at least `needed`?
bool Dealable(const Types& types, size_t at, int dealers, std::vector<int>& covered, int needed) {
  if (at == types.size()) {
    for (size_t node = 0; node < covered.size(); ++node)
      if (covered[node] != 0 && covered[node] < needed) return false;
    return true;
  }
  const int left = static_cast<int>(types.size() - at) - 1;
  for (int count = 1; count + left <= dealers; ++count) {
    for (size_t node = 0; node < covered.size(); ++node)
      if ((types[at] >> node & 1) != 0) covered[node] += count;
    const bool dealable = Dealable(types, at + 1, dealers - count, covered, needed);
    for (size_t node = 0; node < covered.size(); ++node)
      if ((types[at] >> node & 1) != 0) covered[node] -= count;
    if (dealable) return true;
  }
  return false;
}

// The vectors that a matrix takes to zero, as a basis (Gauss).
std::vector<std::vector<uint64_t>> NullSpace(std::vector<std::vector<uint64_t>> rows, size_t columns) {
  std::vector<size_t> pivots;
  for (size_t column = 0; column < columns && pivots.size() < rows.size(); ++column) {
    size_t row = pivots.size();
    while (row < rows.size() && rows[row][column] == 0) ++row;
    if (row == rows.size()) continue;
    std::swap(rows[row], rows[pivots.size()]);
    std::vector<uint64_t>& pivot = rows[pivots.size()];
    const uint64_t inverse = Field64::Inverse(pivot[column]);
    for (uint64_t& word : pivot) word = Field64::Multiply(word, inverse);
    for (size_t other = 0; other < rows.size(); ++other) {
      if (other == pivots.size() || rows[other][column] == 0) continue;
      const uint64_t factor = rows[other][column];
      for (size_t i = 0; i < columns; ++i)
        rows[other][i] = Field64::Subtract(rows[other][i], Field64::Multiply(factor, pivot[i]));
    }
    pivots.push_back(column);
  }
  std::vector<std::vector<uint64_t>> basis;
  for (size_t column = 0; column < columns; ++column) {
    if (std::find(pivots.begin(), pivots.end(), column) != pivots.end()) continue;
    std::vector<uint64_t> vector(columns, 0);
    vector[column] = 1;
    for (size_t i = 0; i < pivots.size(); ++i) vector[pivots[i]] = Field64::Subtract(0, rows[i][column]);
    basis.push_back(std::move(vector));
  }
  return basis;
}

// One roster, the minimum that nodes insist on, and where the honest nodes' points lie.
struct Setting {
  RoundNumbers numbers;
  int m = 0;
  std::vector<int> honest;  // places
};

// Are there weights, none of them zero on a node used, that leave nothing but secrets?
bool Solvable(const Types& types, const Setting& setting) {
  const RoundNumbers& numbers = setting.numbers;
  const size_t honest = setting.honest.size();
  unsigned used = 0;
  std::vector<std::vector<uint64_t>> rows;
  for (const unsigned type : types) {
    used |= type;
    for (int power = 1; power < numbers.k - numbers.f; ++power) {
      rows.emplace_back(honest, 0);
      for (size_t node = 0; node < honest; ++node)
        if ((type >> node & 1) != 0)
          rows.back()[node] = Field64::Power(PointOfPlace(setting.honest[node]), static_cast<uint64_t>(power));
    }
  }
  for (size_t node = 0; node < honest; ++node) {
    if ((used >> node & 1) != 0) continue;
    rows.emplace_back(honest, 0);
    rows.back()[node] = 1;  // not used: no weight
  }
  const auto basis = NullSpace(rows, honest);
  for (size_t node = 0; node < honest; ++node) {
    bool somewhere = (used >> node & 1) == 0;
    for (const auto& vector : basis) somewhere = somewhere || vector[node] != 0;
    if (!somewhere) return false;
  }
  return !basis.empty();
}

// The first family of two or more types that works, or none.
std::optional<Types> Search(const Setting& setting, Types& types, unsigned from) {
  const auto honest = static_cast<int>(setting.honest.size());
  const int distance = setting.numbers.k - setting.numbers.f;
  std::vector<int> covered(setting.honest.size(), 0);
  if (types.size() >= 2 && Dealable(types, 0, honest, covered, setting.m - setting.numbers.f) &&
      Solvable(types, setting))
    return types;
  for (unsigned type = from; type < 1u << honest; ++type) {
    if (std::popcount(type) < distance) continue;
    bool apart = true;
    for (const unsigned other : types) apart = apart && std::popcount(type ^ other) >= distance;
    if (!apart) continue;
    types.push_back(type);
    const auto found = Search(setting, types, type + 1);
    types.pop_back();
    if (found) return found;
  }
  return std::nullopt;
}

enum class Colluders { kFirst, kLast, kSpread };

bool Finds(int n, int lowered_by, Colluders where) {
  Setting setting;
  setting.numbers = NumbersOf(n);
  setting.m = setting.numbers.m - lowered_by;
  const int f = setting.numbers.f;
  for (int place = 0; place < n; ++place) {
    const bool colludes = where == Colluders::kFirst  ? place < f
                          : where == Colluders::kLast ? place >= n - f
                                                      : place % 3 == 1 && place / 3 < f;
    if (!colludes) setting.honest.push_back(place);
  }
  Types types;
  return Search(setting, types, 1).has_value();
}

class ContributorTypes : public testing::TestWithParam<int> {};

TEST_P(ContributorTypes, NoFamilyOfFreezesOpensAnythingButOneSum) {
  for (const Colluders where : {Colluders::kFirst, Colluders::kLast, Colluders::kSpread})
    EXPECT_FALSE(Finds(GetParam(), 0, where));
}

// The controls: with fewer contributions than specified there is a family, and weights for it. At n = 5 there is none.
TEST_P(ContributorTypes, WithALowerMinimumThereIsOne) {
  const int n = GetParam();
  const bool by_two = n == 6 || n == 9 || n == 12;
  if (by_two) {
    EXPECT_FALSE(Finds(n, 1, Colluders::kFirst));
  }
  EXPECT_EQ(Finds(n, by_two ? 2 : 1, Colluders::kFirst), n != 5);
}

INSTANTIATE_TEST_SUITE_P(EveryRoster, ContributorTypes, testing::Range(5, 15));

}  // namespace
}  // namespace aangan::privacy
