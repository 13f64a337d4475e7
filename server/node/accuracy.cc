// SPDX-License-Identifier: Apache-2.0
// What a catalogue's figures will be worth.
#include "server/node/accuracy.h"

#include "privacy/accounting.h"
#include "privacy/display_epsilon.h"
#include "server/node/catalogue_cost.h"
#include "server/node/margin.h"

namespace aangan::node {

absl::StatusOr<v1::EstimateAccuracyResponse> AccuracyOf(const model::CompiledCatalogue& catalogue, int collectives) {
  const CatalogueCost cost = CostOf(catalogue, collectives);
  v1::EstimateAccuracyResponse response;
  response.set_catalogue_version(catalogue.source.version());
  const privacy::RoundNumbers numbers = privacy::NumbersOf(collectives);
  // A fourth quarter holds every table.
  for (const privacy::TableVariance& noise :
       privacy::RoundVariances(catalogue, {catalogue.first_period.year, 4}, numbers)) {
    const privacy::Rational variance =
        privacy::TotalVariance(noise.sigma_squared, catalogue.summed(), numbers, collectives);
    v1::TableAccuracy& shown = *response.add_tables();
    shown.set_table(catalogue.tables[noise.table].id);
    shown.set_sigma_hundredths(CeilSigmaHundredths(variance, 100));
    shown.set_margin(MarginOf(variance));
    shown.set_too_few_below(TooFewBelow(variance));
  }
  response.set_quarter_charge_nano_rho(cost.quarter_nano_rho);
  response.set_fourth_quarter_charge_nano_rho(cost.fourth_quarter_nano_rho);
  response.set_cap_nano_rho(catalogue.source.nano_rho_cap());
  response.set_epsilon_thousandths(privacy::DisplayEpsilonThousandths(catalogue.source.nano_rho_cap()));
  return response;
}

}  // namespace aangan::node
