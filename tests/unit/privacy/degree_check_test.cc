// SPDX-License-Identifier: Apache-2.0
// The degree check finds what is not of the degree, and says nothing about the cells.
#include "privacy/degree_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "privacy/prime_field.h"
#include "privacy/shamir.h"
#include "tests/support/seeded_random.h"
#include "tests/unit/privacy/privacy_test_support.h"

namespace aangan::privacy {
namespace {

using Tiny = PrimeField<13>;

constexpr int kHolders = 7;
constexpr int kThreshold = 5;
constexpr size_t kCells = 6;

struct Dealing {
  ShareVector secret{kCells + kCheckWords};
  std::vector<ShareVector> shares;
};

Dealing Deal(tests::SeededRandom& random) {
  Dealing dealing;
  for (size_t word = 0; word < dealing.secret.size(); ++word) dealing.secret[word] = random.Below(kFieldPrime);
  for (int place = 0; place < kHolders; ++place) dealing.shares.emplace_back(dealing.secret.size());
  for (size_t word = 0; word < dealing.secret.size(); ++word) {
    std::vector<uint64_t> first;
    for (int place = 0; place < kThreshold - 1; ++place) first.push_back(random.Below(kFieldPrime));
    for (int place = 0; place < kHolders; ++place) {
      dealing.shares[static_cast<size_t>(place)][word] =
          place < kThreshold - 1 ? first[static_cast<size_t>(place)]
                                 : FollowingShare<Field64>(place, dealing.secret[word], first);
    }
  }
  return dealing;
}

Challenges SomeChallenges() { return ChallengesOf(Sha256("a round"), model::Id{}, {Sha256("one"), Sha256("two")}); }

TEST(DegreeCheckTest, AnHonestDealerPassesAtEveryPlaceAndNoOtherOne) {
  tests::SeededRandom random(1);
  const Dealing dealing = Deal(random);
  const CheckCoefficients check =
      MakeCheck(dealing.secret, absl::MakeSpan(dealing.shares).subspan(0, kThreshold - 1), SomeChallenges());
  EXPECT_EQ(check[0].size(), static_cast<size_t>(kThreshold));
  for (int place = 0; place < kHolders; ++place) {
    EXPECT_TRUE(PassesCheck(dealing.shares[static_cast<size_t>(place)], place, check, SomeChallenges()));
    EXPECT_FALSE(
        PassesCheck(dealing.shares[static_cast<size_t>(place)], (place + 1) % kHolders, check, SomeChallenges()));
  }
}

TEST(DegreeCheckTest, OneWrongWordAnywhereFails) {
  tests::SeededRandom random(2);
  Dealing dealing = Deal(random);
  const CheckCoefficients check =
      MakeCheck(dealing.secret, absl::MakeSpan(dealing.shares).subspan(0, kThreshold - 1), SomeChallenges());
  for (size_t word = 0; word < kCells + kCheckWords; ++word) {
    ShareVector& share = dealing.shares[6];
    const uint64_t right = share[word];
    share[word] = Field64::Add(right, 1);
    EXPECT_FALSE(PassesCheck(share, 6, check, SomeChallenges())) << word;
    share[word] = right;
  }
}

TEST(DegreeCheckTest, ChallengesHangOnEverythingThatTheDealerFixed) {
  std::set<uint64_t> seen;
  const auto add = [&seen](const Digest& round, const model::Id& sender, const std::vector<Digest>& hashes) {
    const Challenges challenges = ChallengesOf(round, sender, hashes);
    for (const uint64_t word : challenges) {
      EXPECT_LT(word, kFieldPrime);
      EXPECT_TRUE(seen.insert(word).second);
    }
  };
  model::Id other;
  other.bytes[0] = 1;
  add(Sha256("a"), model::Id{}, {Sha256("one"), Sha256("two")});
  add(Sha256("b"), model::Id{}, {Sha256("one"), Sha256("two")});
  add(Sha256("a"), other, {Sha256("one"), Sha256("two")});
  add(Sha256("a"), model::Id{}, {Sha256("two"), Sha256("one")});
  add(Sha256("a"), model::Id{}, {Sha256("one"), Digest{}});
}

// All that two holders of four (k = 3) and everybody see of one cell: both their shares of the cell and of its mask,
// and the three coefficients of C_1. Over all draws of a tiny field, sorted: the distribution itself.
std::vector<uint64_t> ViewsOf(uint64_t secret, bool masked_at_zero) {
  const Challenges challenges = {4, 4};
  std::vector<uint64_t> views;
  for (uint64_t draw = 0; draw < 371'293; ++draw) {  // 13^5
    uint64_t rest = draw;
    const auto next = [&rest] {
      const uint64_t digit = rest % 13;
      rest /= 13;
      return digit;
    };
    const std::vector<uint64_t> cell = {next(), next()};
    const std::vector<uint64_t> mask = {next(), next()};
    const uint64_t mask_at_zero = masked_at_zero ? next() : 0;
    const auto combined = [&](uint64_t word, uint64_t its_mask) {
      return Combine<Tiny>(std::vector<uint64_t>{word, its_mask, 0}, challenges)[0];
    };
    const std::vector<uint64_t> points = {0, 1, 2};
    const std::vector<uint64_t> values = {combined(secret, mask_at_zero), combined(cell[0], mask[0]),
                                          combined(cell[1], mask[1])};
    uint64_t view = 0;
    const auto see = [&view](uint64_t word) { view = view * 13 + word; };
    for (const int place : {1, 3}) {
      see(place == 1 ? cell[1] : FollowingShare<Tiny>(place, secret, cell));
      see(place == 1 ? mask[1] : FollowingShare<Tiny>(place, mask_at_zero, mask));
    }
    for (const uint64_t coefficient : Interpolate<Tiny>(points, values)) see(coefficient);
    views.push_back(view);
  }
  std::sort(views.begin(), views.end());
  return views;
}

TEST(DegreeCheckTest, SaysNothingAboutTheCells) { EXPECT_EQ(ViewsOf(0, true), ViewsOf(5, true)); }

// The test of the test: a mask that is 0 at 0 makes an equation about the cells public.
TEST(DegreeCheckTest, AMaskThatIsZeroAtZeroWouldTell) { EXPECT_NE(ViewsOf(0, false), ViewsOf(5, false)); }

}  // namespace
}  // namespace aangan::privacy
