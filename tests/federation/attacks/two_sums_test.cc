// SPDX-License-Identifier: Apache-2.0
// A lying federation hands different freezes to different nodes, to subtract one sum from another (protocol.md 4,
// privacy-reference.md 4.5). With f colluders it never gets two. It takes 2k - n: f + 1 where n + f is odd (n = 6, 7,
// 9, 10, 12, 13), f + 2 where it is even (5, 8, 11, 14), because k is rounded up. Then it has one collective's vector.
#include <gtest/gtest.h>

#include "tests/unit/privacy/summed_round.h"

namespace aangan::privacy {
namespace {

struct TwoSums {
  bool both = false;
  std::vector<int64_t> first;
  std::vector<int64_t> second;
};

// Colluders (the first places) answer both freezes; of the honest nodes, as many as `first_honest` got the first
// freeze, the others the second. Each of them answers once: that is the lock.
TwoSums Split(SummedRound& round, int colluders, int first_honest, const std::vector<int>& first_freeze,
              const std::vector<int>& second_freeze) {
  const std::vector<bool> none(round.holders().cells, false);
  std::vector<PlacedAnswer> first;
  std::vector<PlacedAnswer> second;
  for (int holder = 0; holder < round.n(); ++holder) {
    const bool colludes = holder < colluders;
    const bool asked_first = holder - colluders < first_honest;
    if (colludes || asked_first) first.push_back(round.AnswerOf(holder, first_freeze, none));
    if (colludes || !asked_first) second.push_back(round.AnswerOf(holder, second_freeze, none));
  }
  const Reconstruction one = *Reconstruct(first, round.holders().numbers);
  const Reconstruction other = *Reconstruct(second, round.holders().numbers);
  return {!one.values.empty() && !other.values.empty(), one.values, other.values};
}

// All n that a roster may have, all ways to split the honest nodes in two: which of them is who does not matter to the
// count of answers, and the polynomial is the same for each.
TEST(TwoSums, WithFColludersThereIsNoSecondSumAndWithTooManyThereIs) {
  for (int n = 5; n <= 14; ++n) {
    SCOPED_TRACE(n);
    SummedRound round(n, 2, static_cast<uint64_t>(n));
    const RoundNumbers numbers = round.holders().numbers;
    std::vector<int> with = Places(n);
    with.resize(static_cast<size_t>(numbers.m) + 1);
    const int target = with.back();
    const std::vector<int> without(with.begin(), with.end() - 1);
    const int one_too_many = 2 * numbers.k - n;
    EXPECT_EQ(one_too_many, numbers.f + ((n + numbers.f) % 2 == 0 ? 2 : 1));
    for (int colluders = numbers.f; colluders < one_too_many; ++colluders) {
      for (int first_honest = 0; first_honest <= n - colluders; ++first_honest)
        EXPECT_FALSE(Split(round, colluders, first_honest, with, without).both) << first_honest;
    }
    bool recovered = false;
    for (int first_honest = 0; first_honest <= n - one_too_many; ++first_honest) {
      const TwoSums sums = Split(round, one_too_many, first_honest, with, without);
      if (!sums.both) continue;
      recovered = true;
      for (size_t cell = 0; cell < sums.first.size(); ++cell)
        EXPECT_EQ(sums.first[cell] - sums.second[cell], round.values(target)[cell]);
    }
    EXPECT_TRUE(recovered);
  }
}

// More freezes than two do not help it to a second sum: however the honest nodes are spread, at most one freeze has k.
TEST(TwoSums, NoSpreadOverAnyNumberOfFreezesGivesTwo) {
  for (int n = 5; n <= 14; ++n) {
    const RoundNumbers numbers = NumbersOf(n);
    const int honest = n - numbers.f;
    // Two freezes with k answers each need this many honest ones, and each honest node answers one.
    EXPECT_GT(2 * (numbers.k - numbers.f), honest) << n;
    EXPECT_LE(2 * (numbers.k - 1 - numbers.f), honest) << n;  // k is the smallest such number
  }
}

}  // namespace
}  // namespace aangan::privacy
