// SPDX-License-Identifier: Apache-2.0
// Was she in it? (privacy-reference.md 3, row 7.) The attacker knows every other member's records to the last one, has
// her records, and gets all that leaves a node; the best test there is for Gaussian noise weighs each cell by what she
// would change there. She is the dearest member that there is: a dozen services in each of four domains. Clamped as the
// catalogue says he gains no more than the epsilon that was charged; in a count of events, with noise for one event, he
// is nearly sure.
//
// The advantage is the rate of right accusations less that of wrong ones, at the threshold halfway. With 8,000 runs a
// side its standard deviation is at most 0.0079; four of them are allowed, so a sound mechanism fails once in 30,000
// seeds.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "model/codes.h"
#include "privacy/accounting.h"
#include "privacy/display_epsilon.h"
#include "privacy/release.h"
#include "tests/support/seeded_random.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::privacy {
namespace {

namespace fed = federation::v1;

constexpr int kRuns = 8'000;
constexpr double kDelta = 1e-6;
constexpr double kChance = 4 * 0.0079;
const model::Period kQuarter{2026, 2};

// So many services a domain, all received in the quarter, in so many domains.
model::MemberFacts Member(size_t services, size_t domains, uint64_t seed) {
  model::SeededRandom random(seed);
  model::MemberFacts facts;
  facts.id = model::RandomId(random);
  facts.gender = 1;
  facts.enrolled = kQuarter;
  facts.consent = {true, model::DayOf(2025, 1, 1), model::kNoDay};
  for (size_t domain = 1; domain <= domains; ++domain) {
    for (size_t i = 0; i < services; ++i) {
      model::ServiceFacts service;
      service.id = model::RandomId(random);
      service.domain = static_cast<model::Code>(domain);
      service.received = model::DayOf(2026, 5, 4);
      facts.services.push_back(service);
    }
  }
  return facts;
}

// A year's whole budget, epsilon 1, in one quarter, so that there is something to see.
fed::Catalogue Clamped() {
  fed::Catalogue catalogue = model::SmallCatalogue();
  for (int table : {0, 1}) catalogue.mutable_tables(table)->set_nano_rho(19'484'000);
  return catalogue;
}

// Bounds so wide that nothing of hers is cut: a count of events.
fed::Catalogue Unclamped() {
  fed::Catalogue wide = Clamped();
  wide.set_member_cells_quarter_max(1000);
  fed::Table& table = *wide.mutable_tables(1);
  table.set_member_cells_max(18);
  table.set_member_weight_max(1000);
  table.set_delta1(18'000);
  table.set_delta2_squared(18'000'000);
  return wide;
}

std::vector<int64_t> CountsOf(const std::vector<model::MemberFacts>& members, const model::CompiledCatalogue& c) {
  std::vector<int64_t> counts(c.RoundCellCount(kQuarter), 0);
  for (const model::MemberFacts& facts : members)
    for (const auto& [cell, count] : model::Contribution(facts, {&c, kQuarter, 0, {5}}).cells) counts[cell] += count;
  return counts;
}

struct Game {
  std::vector<int64_t> rest;  // everybody but her, which the attacker knows
  std::vector<int64_t> hers;
  NoisePlan noise;
};

// How often he accuses, when she is in it or not.
double Accused(const Game& game, bool inside, uint64_t seed) {
  tests::SeededRandom random(seed);
  model::ClosedTallies closed;
  closed.counts = game.rest;
  double size = 0;
  for (size_t i = 0; i < game.hers.size(); ++i) {
    if (inside) closed.counts[i] += game.hers[i];
    size += static_cast<double>(game.hers[i] * game.hers[i]);
  }
  int accused = 0;
  for (int run = 0; run < kRuns; ++run) {
    const ProtectedVector released = *Protect(closed, Draw(game.noise, random));
    int64_t likeness = 0;
    for (size_t i = 0; i < game.hers.size(); ++i) likeness += (released.values()[i] - game.rest[i]) * game.hers[i];
    accused += static_cast<double>(likeness) > size / 2;
  }
  return static_cast<double>(accused) / kRuns;
}
double Advantage(const Game& game) { return Accused(game, true, 11) - Accused(game, false, 12); }

// All rooms of the direct round of four collectives: the noise is one node's alone, the weakest case there is.
TEST(Membership, WhoKnowsEverybodyElseGainsNoMoreThanEpsilonAllows) {
  const RoundNumbers numbers = NumbersOf(4);
  std::vector<model::MemberFacts> others;
  for (uint64_t i = 0; i < 30; ++i) others.push_back(Member(2, 4, 100 + i));
  const model::MemberFacts her = Member(12, 4, 1);

  const auto clamped = model::Compile(Clamped());
  const Game real = {CountsOf(others, *clamped), CountsOf({her}, *clamped), PlanNoise({}, *clamped, kQuarter, numbers)};
  const double rho = static_cast<double>(ChargeNanoRho(*clamped, kQuarter, numbers)) / 1e9;
  const double epsilon = DisplayEpsilon(rho, kDelta);
  // (e^eps - 1 + 2 delta) / (e^eps + 1): the most that (epsilon, delta) allows. The tight one for Gaussian noise that
  // costs rho is lower, 2 Phi(sqrt(rho / 2)) - 1.
  const double allowed = (std::exp(epsilon) - 1 + 2 * kDelta) / (std::exp(epsilon) + 1);
  const double tight = std::erf(std::sqrt(rho / 2) / std::sqrt(2.0));

  const auto loose = model::Compile(Unclamped());
  const Game weak = {CountsOf(others, *loose), CountsOf({her}, *loose), [&] {
                       NoisePlan plan = PlanNoise({}, *clamped, kQuarter, numbers);
                       for (NoisePlan::Table& table : plan.tables)
                         table.variance = SigmaSquared(1, kCapEpsilonOne, 1);  // one event, the same budget
                       return plan;
                     }()};
  ASSERT_EQ(weak.rest.size(), real.rest.size());
  const double gained = Advantage(real);
  const double broken = Advantage(weak);
  std::printf("advantage %.3f; allowed %.3f by epsilon %.3f, %.3f tight; by events %.3f\n", gained, allowed, epsilon,
              tight, broken);
  EXPECT_GT(gained, tight - kChance);  // the attacker is a good one
  EXPECT_LT(gained, tight + kChance);
  EXPECT_LT(gained, allowed);
  EXPECT_GT(broken, 0.9);
}

// What she moves is never dearer than what is charged, whatever she has in her records; and the dearest member comes
// near it, so the bound is no idle one.
TEST(Membership, NoMemberMovesMoreThanIsCharged) {
  const auto catalogue = model::Compile(model::SmallCatalogue());
  const RoundNumbers numbers = NumbersOf(4);
  const auto variances = RoundVariances(*catalogue, kQuarter, numbers);
  const auto charge = static_cast<double>(ChargeNanoRho(*catalogue, kQuarter, numbers));
  tests::SeededRandom random(7);
  double dearest = 0;
  for (uint64_t i = 0; i < 500; ++i) {
    const std::vector<int64_t> hers = CountsOf({Member(random.Below(60), random.Below(10), 1000 + i)}, *catalogue);
    double cost = 0;
    for (const TableVariance& each : variances) {
      const model::CompiledTable& table = catalogue->tables[each.table];
      const double sigma_squared =
          static_cast<double>(each.sigma_squared.numerator) / static_cast<double>(each.sigma_squared.denominator);
      for (uint32_t cell = table.first_cell; cell < table.first_cell + table.cell_count; ++cell)
        cost += static_cast<double>(hers[cell] * hers[cell]) / (2 * sigma_squared) * 1e9;
    }
    EXPECT_LE(cost, charge);
    dearest = std::max(dearest, cost);
  }
  EXPECT_GT(dearest, charge / 2);
}

}  // namespace
}  // namespace aangan::privacy
