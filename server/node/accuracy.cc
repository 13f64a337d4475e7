// SPDX-License-Identifier: Apache-2.0
// What a catalogue's figures will be worth.
#include "server/node/accuracy.h"

#include "base/status.h"
#include "privacy/display_epsilon.h"
#include "privacy/display_margin.h"
#include "server/node/catalogue_cost.h"

namespace aangan::node {

absl::StatusOr<v1::EstimateAccuracyResponse> AccuracyOf(const model::CompiledCatalogue& catalogue, int collectives) {
  const CatalogueCost cost = CostOf(catalogue, collectives);
  v1::EstimateAccuracyResponse response;
  response.set_catalogue_version(catalogue.source.version());
  for (const model::CompiledTable& table : catalogue.tables) {
    ASSIGN_OR_RETURN(const privacy::NationalMargin margin, privacy::MarginOf(catalogue, table, collectives));
    v1::TableAccuracy& shown = *response.add_tables();
    shown.set_table(table.id);
    shown.set_sigma_hundredths(margin.sigma_hundredths);
    shown.set_margin(margin.margin);
    shown.set_too_few_below(margin.too_few_below);
  }
  response.set_quarter_charge_nano_rho(cost.quarter_nano_rho);
  response.set_fourth_quarter_charge_nano_rho(cost.fourth_quarter_nano_rho);
  response.set_cap_nano_rho(catalogue.source.nano_rho_cap());
  response.set_epsilon_thousandths(privacy::DisplayEpsilonThousandths(catalogue.source.nano_rho_cap()));
  return response;
}

}  // namespace aangan::node
