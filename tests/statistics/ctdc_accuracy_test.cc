// SPDX-License-Identifier: Apache-2.0
// How far figures are off on real input: the CTDC sample in twelve collectives, every table of the shipped catalogue
// that it can fill, at each tier of the budget. Four ways: a trusted curator (noise once on the true total, the ideal),
// a summed round, a direct round, and hiding counts below 11 at each node (no noise at all, for comparison). It prints
// docs/ACCURACY.md's tables; AANGAN_ACCURACY_FIGURES=400000 measures longer than a test should.
//
// False alarms at 22,600 summed figures a table and tier: the ratio to the curator (four times as many figures, so a
// standard deviation of 0.56 %) is sqrt(2) and passes 1.45 with a chance of 3e-6; a mean error of a direct round (a
// quarter of the figures, 1.0 %) is more than 5 % off with one of 6e-7. Of 20 rows one fails once in 14,000 seeds.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "model/cells.h"
#include "privacy/accounting.h"
#include "server/node/accuracy.h"
#include "server/node/catalogue_cost.h"
#include "tests/statistics/simulated_round.h"
#include "tests/support/ctdc_sample.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/privacy/privacy_test_support.h"

namespace aangan::node {
namespace {

namespace fed = federation::v1;
using tests::OneTable;
using Nodes = std::vector<model::ClosedTallies>;

constexpr int kCollectives = 12;
constexpr int64_t kHiddenBelow = 11;
constexpr double kTimesCuratorMax = 1.45;
const std::vector<model::Period> kQuarters = {{2026, 2}, {2026, 3}, {2026, 4}};

struct Tier {
  const char* epsilon;
  int64_t cap;
};
constexpr Tier kTiers[] = {{"0.5", privacy::kCapEpsilonHalf},
                           {"1", privacy::kCapEpsilonOne},
                           {"2", privacy::kCapEpsilonTwo},
                           {"3", privacy::kCapEpsilonThree}};

int64_t SummedFigures() {
  int64_t figures = 22'600;
  if (const char* more = std::getenv("AANGAN_ACCURACY_FIGURES"); more != nullptr) {
    EXPECT_TRUE(absl::SimpleAtoi(more, &figures) && figures >= 22'600) << "at least 22600, for the chances above";
  }
  return figures;
}

// The shipped catalogue, each table with the same share of the tier's cap.
std::shared_ptr<const model::CompiledCatalogue> CatalogueOf(const Tier& tier, bool summed) {
  return privacy::DefaultCatalogue([&](fed::Catalogue& catalogue) {
    privacy::WithCap(tier.cap)(catalogue);
    catalogue.set_form(summed ? fed::ROUND_FORM_SUMMED : fed::ROUND_FORM_DIRECT);
  });
}

// What a node counted in a cell. The sample knows when somebody came, and no service; all came within the year, so who
// is enrolled at its end is everybody.
int64_t CountOf(const tests::CtdcCounts& counts, const std::string& collective, const std::string& period,
                const model::CellName& cell) {
  if (cell.indicator == "members_enrolled") {
    int64_t enrolled = 0;
    for (const auto& [key, count] : counts)
      if (key.rfind(collective + " ", 0) == 0 && key.find(" new_by_gender ") != std::string::npos) enrolled += count;
    return enrolled;
  }
  const auto found = counts.find(absl::StrJoin({collective, period, cell.table, absl::StrJoin(cell.codes, " ")}, " "));
  return found == counts.end() ? 0 : found->second;
}

// One table in all its rounds, node by node.
struct Dealt {
  size_t table = 0;  // in the catalogue, and in a fourth quarter's plan
  std::string id;
  std::vector<Nodes> rounds;
  int64_t cells = 0;

  int64_t figures() const { return cells * static_cast<int64_t>(rounds.size()); }
};

std::vector<Dealt> DealtTables(const model::CompiledCatalogue& catalogue, const tests::CtdcCounts& counts) {
  std::vector<Dealt> filled;
  for (size_t t = 0; t < catalogue.tables.size(); ++t) {
    const model::CompiledTable& table = catalogue.tables[t];
    Dealt dealt{t, table.id, {}, table.cell_count};
    int64_t people = 0;
    for (const model::Period& quarter : kQuarters) {
      if (table.yearly && quarter.quarter != 4) continue;
      Nodes& nodes = dealt.rounds.emplace_back();
      for (const fed::Place& place : catalogue.source.places()) {
        for (const std::string& collective : place.collectives()) {
          model::ClosedTallies& closed = nodes.emplace_back();
          for (uint32_t i = 0; i < table.cell_count; ++i) {
            closed.counts.push_back(CountOf(counts, collective, model::PeriodText(quarter),
                                            NameOfCell(catalogue, table.yearly, table.first_cell + i)));
            people += closed.counts.back();
          }
        }
      }
    }
    if (people > 0) filled.push_back(std::move(dealt));
  }
  return filled;
}

Nodes TotalOf(const Nodes& nodes) {
  Nodes total = {nodes.at(0)};
  for (size_t node = 1; node < nodes.size(); ++node)
    for (size_t cell = 0; cell < total[0].counts.size(); ++cell) total[0].counts[cell] += nodes[node].counts[cell];
  return total;
}

// What hiding costs: a node's count of 1 to 10 is left out, the others are added up exactly.
struct Hiding {
  double mean_error = 0;
  int64_t people = 0, lost = 0, vanished = 0;  // vanished: figures that are 0 although somebody is in them
};
Hiding HidingIn(const Dealt& table) {
  Hiding hiding;
  for (const Nodes& nodes : table.rounds) {
    for (size_t cell = 0; cell < static_cast<size_t>(table.cells); ++cell) {
      int64_t all = 0, hidden = 0;
      for (const model::ClosedTallies& closed : nodes) {
        all += closed.counts[cell];
        if (closed.counts[cell] < kHiddenBelow) hidden += closed.counts[cell];
      }
      hiding.people += all;
      hiding.lost += hidden;
      hiding.vanished += all > 0 && hidden == all;
    }
  }
  hiding.mean_error = static_cast<double>(hiding.lost) / static_cast<double>(table.figures());
  return hiding;
}

// The mean error over all rounds of the table: of its nodes, or of one curator who has all that they counted.
double MeanError(const Dealt& table, const privacy::NoisePlan& plan, bool one_curator, int64_t figures,
                 RandomSource& random) {
  double sum = 0;
  const auto rounds = static_cast<int64_t>(table.rounds.size());
  for (const Nodes& nodes : table.rounds) {
    sum += tests::ErrorOfRounds(one_curator ? TotalOf(nodes) : nodes, plan, figures / rounds, random).mean_absolute;
  }
  return sum / static_cast<double>(rounds);
}

// The same table with one person in ten: the sample is larger than what twelve collectives take in in three quarters.
Dealt OneInTen(Dealt table, RandomSource& random) {
  for (Nodes& nodes : table.rounds) {
    for (model::ClosedTallies& closed : nodes) {
      for (int64_t& count : closed.counts) {
        const int64_t before = std::exchange(count, 0);
        for (int64_t person = 0; person < before; ++person) count += random.Below(10) == 0;
      }
    }
  }
  return table;
}

void PrintHiding(const std::vector<Dealt>& tables, RandomSource& random) {
  std::printf(
      "\n| table | cells | rounds | people in a figure | lost by hiding | figures that vanish | one person in "
      "ten: people in a figure | lost by hiding | figures that vanish |\n");
  std::printf("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (const Dealt& table : tables) {
    std::printf("| %s | %d | %zu", table.id.c_str(), static_cast<int>(table.cells), table.rounds.size());
    for (const Hiding& hiding : {HidingIn(table), HidingIn(OneInTen(table, random))}) {
      std::printf(" | %.1f | %.1f %% | %d", static_cast<double>(hiding.people) / static_cast<double>(table.figures()),
                  100 * static_cast<double>(hiding.lost) / static_cast<double>(hiding.people),
                  static_cast<int>(hiding.vanished));
    }
    std::printf(" |\n");
  }
}

void CompareAt(const Tier& tier, const std::vector<Dealt>& tables, int64_t figures, RandomSource& random) {
  const auto summed = CatalogueOf(tier, true), direct = CatalogueOf(tier, false);
  ASSERT_THAT(CheckCost(*summed, kCollectives), tests::IsOk());
  const privacy::RoundNumbers numbers = privacy::NumbersOf(kCollectives);
  const privacy::NoisePlan summed_plan = privacy::PlanNoise({}, *summed, kQuarters.back(), numbers);
  const privacy::NoisePlan direct_plan = privacy::PlanNoise({}, *direct, kQuarters.back(), numbers);
  const v1::EstimateAccuracyResponse said_summed = *AccuracyOf(*summed, kCollectives);
  const v1::EstimateAccuracyResponse said_direct = *AccuracyOf(*direct, kCollectives);
  for (const Dealt& table : tables) {
    SCOPED_TRACE(table.id);
    const auto& said = said_summed.tables(static_cast<int>(table.table));
    ASSERT_EQ(said.table(), table.id);
    privacy::NoisePlan once = OneTable(summed_plan, table.table);
    const model::CompiledTable& compiled = summed->tables[table.table];
    once.tables[0].variance = privacy::CuratorVariance(compiled.delta2_squared, compiled.nano_rho);
    const double curator = MeanError(table, once, true, 4 * figures, random);
    const double in_summed = MeanError(table, OneTable(summed_plan, table.table), false, figures, random);
    const double in_direct = MeanError(table, OneTable(direct_plan, table.table), false, figures / 4, random);
    std::printf("| %s | %s | %.1f | %.1f | %.1f | %.1f | %.2f | %.2f | %.2f%s |\n", tier.epsilon, table.id.c_str(),
                curator, in_summed, in_direct, HidingIn(table).mean_error, in_summed / curator, in_direct / curator,
                static_cast<double>(said.mean_error_hundredths()) / 100, said.floor_binds() ? ", at the floor" : "");
    if (!said.floor_binds()) {
      EXPECT_LE(in_summed, kTimesCuratorMax * curator);
    }
    EXPECT_GT(in_direct, in_summed);
    EXPECT_NEAR(100 * in_summed / static_cast<double>(said.mean_error_hundredths()), 1, 0.05);
    const auto& direct_said = said_direct.tables(static_cast<int>(table.table));
    EXPECT_NEAR(100 * in_direct / static_cast<double>(direct_said.mean_error_hundredths()), 1, 0.05);
  }
}

TEST(CtdcAccuracy, ASummedRoundIsNearACuratorAndAsAccurateAsSaid) {
  const tests::TempDir folder;
  const auto shipped = CatalogueOf(kTiers[1], true);
  ASSERT_TRUE(tests::DealCtdc(shipped->source, kQuarters, folder.path()));
  const std::vector<Dealt> tables = DealtTables(*shipped, tests::ReadCtdcCounts(folder.path()));
  ASSERT_EQ(tables.size(), 5u);  // by place, gender, age band, exploitation; members of the year
  tests::SeededRandom random(20261124);
  PrintHiding(tables, random);
  std::printf(
      "\n| epsilon | table | curator | summed | direct | hiding | summed to curator | direct to curator | "
      "`aangan accuracy` says, summed |\n");
  std::printf("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (const Tier& tier : kTiers) CompareAt(tier, tables, SummedFigures(), random);
}

}  // namespace
}  // namespace aangan::node
