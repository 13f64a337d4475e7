// SPDX-License-Identifier: Apache-2.0
// A curious federation with everything that is sent and stored in a round of one freeze, and with the secrets of any
// k-1 nodes: each vector that a collective could have contributed fits what it has seen, by exactly one choice of the
// dealer's random words. All choices are equally likely, so what it has seen says nothing. With k nodes' secrets only
// one vector fits: the test of the test.
#include <gtest/gtest.h>

#include <algorithm>

#include "privacy/degree_check.h"
#include "privacy/field.h"
#include "privacy/prime_field.h"
#include "privacy/shamir.h"
#include "tests/unit/privacy/summed_round.h"

namespace aangan::privacy {
namespace {

constexpr size_t kCells = 5;

// What the colluders open: their own shares of the dealer's vector, by place.
struct Seen {
  SummedHead head;
  std::vector<int> places;
  std::vector<ShareVector> shares;
};

Seen Open(SummedRound& round, int dealer, const std::vector<int>& colluders) {
  const SummedContribution sent = *ParseSummed(round.Contribution(dealer), round.holders(), dealer);
  Seen seen{sent.head, colluders, {}};
  for (const int place : colluders) {
    OpenedShare opened = *OpenShare(sent.head, round.holders(), place, sent.sealed[static_cast<size_t>(place)],
                                    round.private_key(place));
    seen.shares.push_back(*std::move(opened.share));
  }
  return seen;
}

std::vector<uint64_t> PointsOf(const std::vector<int>& places) {
  std::vector<uint64_t> points;
  for (const int place : places) points.push_back(PointOfPlace(place));
  return points;
}

// The coefficients of every polynomial of the dealer, cells first and then the two masks, if her vector was `secret`
// and the colluders saw what they saw. k-1 points and the secret fix a cell's polynomial; the public combination then
// fixes the masks.
std::vector<std::vector<uint64_t>> Explain(const Seen& seen, const std::vector<uint64_t>& secret) {
  std::vector<uint64_t> points = {0};
  for (const uint64_t point : PointsOf(seen.places)) points.push_back(point);
  std::vector<std::vector<uint64_t>> polynomials;
  for (size_t cell = 0; cell < secret.size(); ++cell) {
    std::vector<uint64_t> values = {secret[cell]};
    for (const ShareVector& share : seen.shares) values.push_back(share[cell]);
    polynomials.push_back(Interpolate<Field64>(points, values));
  }
  for (size_t t = 0; t < kCheckWords; ++t) {
    std::vector<uint64_t> mask = seen.head.check[t];
    uint64_t power = 1;
    for (size_t cell = 0; cell < secret.size(); ++cell) {
      power = Field64::Multiply(power, seen.head.challenges[t]);
      for (size_t i = 0; i < mask.size(); ++i)
        mask[i] = Field64::Subtract(mask[i], Field64::Multiply(power, polynomials[cell][i]));
    }
    polynomials.push_back(std::move(mask));
  }
  return polynomials;
}

// The share of a place under such an explanation.
ShareVector ShareUnder(const std::vector<std::vector<uint64_t>>& polynomials, int place) {
  std::vector<uint64_t> words;
  for (const auto& each : polynomials) words.push_back(Evaluate<Field64>(each, PointOfPlace(place)));
  return ShareVector(std::move(words));
}

// Every word that was seen comes out again, and so does the public combination at every place.
bool Fits(const Seen& seen, const std::vector<std::vector<uint64_t>>& polynomials, int n) {
  for (size_t i = 0; i < seen.places.size(); ++i) {
    const ShareVector share = ShareUnder(polynomials, seen.places[i]);
    if (!std::equal(share.span().begin(), share.span().end(), seen.shares[i].span().begin())) return false;
  }
  for (int place = 0; place < n; ++place) {
    if (!PassesCheck(ShareUnder(polynomials, place), place, seen.head.check, seen.head.challenges)) return false;
  }
  return true;
}

std::vector<uint64_t> RandomVector(tests::SeededRandom& random) {
  std::vector<uint64_t> vector;
  for (size_t i = 0; i < kCells; ++i) vector.push_back(random.Below(kFieldPrime));
  return vector;
}

TEST(HiddenVector, AnyVectorFitsWhatKMinusOneNodesAndTheFederationHaveSeen) {
  for (int n = 5; n <= 14; ++n) {
    SCOPED_TRACE(n);
    SummedRound round(n, kCells, static_cast<uint64_t>(n));
    const int k = round.holders().numbers.k;
    const int dealer = n / 2;
    // Three sets of k-1 others: those with seeds, those without, and a mixture.
    std::vector<int> others = Places(n);
    others.erase(others.begin() + dealer);
    for (int turn = 0; turn < 3; ++turn) {
      std::rotate(others.begin(), others.begin() + 2, others.end());
      const Seen seen = Open(round, dealer, {others.begin(), others.begin() + k - 1});
      for (int trial = 0; trial < 20; ++trial) EXPECT_TRUE(Fits(seen, Explain(seen, RandomVector(round.random())), n));
    }
  }
}

TEST(HiddenVector, WithOneMoreNodeOnlyTheTrueOneFits) {
  SummedRound round(12, kCells, 3);
  const int k = round.holders().numbers.k;
  const int dealer = 11;
  std::vector<int> colluders = Places(k);
  Seen seen = Open(round, dealer, colluders);
  // They interpolate, and have it.
  const std::vector<uint64_t> weights = WeightsAt<Field64>(0, PointsOf(colluders));
  std::vector<uint64_t> recovered;
  for (size_t cell = 0; cell < kCells; ++cell) {
    std::vector<uint64_t> values;
    for (const ShareVector& share : seen.shares) values.push_back(share[cell]);
    recovered.push_back(WeightedSum<Field64>(weights, values));
    EXPECT_EQ(SignedFromField(recovered.back()), round.values(dealer)[cell]);
  }
  // The last one's share is what the true vector explains, and no other.
  const ShareVector last = std::move(seen.shares.back());
  seen.shares.pop_back();
  seen.places.pop_back();
  const auto explains_last = [&](const std::vector<uint64_t>& vector) {
    const ShareVector share = ShareUnder(Explain(seen, vector), k - 1);
    return std::equal(share.span().begin(), share.span().end(), last.span().begin());
  };
  EXPECT_TRUE(explains_last(recovered));
  for (int trial = 0; trial < 100; ++trial) EXPECT_FALSE(explains_last(RandomVector(round.random())));
}

}  // namespace
}  // namespace aangan::privacy
