// SPDX-License-Identifier: Apache-2.0
// What a catalogue's figures will be worth.
#include "server/node/accuracy.h"

#include "privacy/accounting.h"
#include "privacy/display_epsilon.h"
#include "server/node/catalogue_cost.h"
#include "server/node/margin.h"

namespace aangan::node {
namespace {

// Variances stay below 2^24 counts squared and in hundredths, so the products fit.
privacy::Rational Quotient(const privacy::Rational& a, const privacy::Rational& b) {
  return privacy::MakeRational(a.numerator * b.denominator, a.denominator * b.numerator);
}

}  // namespace

absl::StatusOr<v1::EstimateAccuracyResponse> AccuracyOf(const model::CompiledCatalogue& catalogue, int collectives) {
  const CatalogueCost cost = CostOf(catalogue, collectives);
  v1::EstimateAccuracyResponse response;
  response.set_catalogue_version(catalogue.source.version());
  const privacy::RoundNumbers numbers = privacy::NumbersOf(collectives);
  // A fourth quarter holds every table.
  for (const privacy::TableVariance& noise :
       privacy::RoundVariances(catalogue, {catalogue.first_period.year, 4}, numbers)) {
    const model::CompiledTable& table = catalogue.tables[noise.table];
    const privacy::Rational variance =
        privacy::TotalVariance(noise.sigma_squared, catalogue.summed(), numbers, collectives);
    const privacy::Rational curator = privacy::CuratorVariance(table.delta2_squared, table.nano_rho);
    v1::TableAccuracy& shown = *response.add_tables();
    shown.set_table(table.id);
    shown.set_sigma_hundredths(CeilSigmaHundredths(variance, 100));
    shown.set_margin(MarginOf(variance));
    shown.set_too_few_below(TooFewBelow(variance));
    shown.set_mean_error_hundredths(CeilMeanErrorHundredths(variance));
    shown.set_times_curator_hundredths(CeilSigmaHundredths(Quotient(variance, curator), 100));
    shown.set_floor_binds(curator < noise.sigma_squared);
  }
  response.set_quarter_charge_nano_rho(cost.quarter_nano_rho);
  response.set_fourth_quarter_charge_nano_rho(cost.fourth_quarter_nano_rho);
  response.set_cap_nano_rho(catalogue.source.nano_rho_cap());
  response.set_epsilon_thousandths(privacy::DisplayEpsilonThousandths(catalogue.source.nano_rho_cap()));
  return response;
}

}  // namespace aangan::node
