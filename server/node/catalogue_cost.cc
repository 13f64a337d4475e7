// SPDX-License-Identifier: Apache-2.0
// What a catalogue costs in privacy.
#include "server/node/catalogue_cost.h"

#include "privacy/accounting.h"
#include "privacy/round_numbers.h"

namespace aangan::node {

CatalogueCost CostOf(const model::CompiledCatalogue& catalogue, int collectives) {
  const privacy::RoundNumbers numbers = privacy::NumbersOf(collectives);
  const int16_t year = catalogue.first_period.year;
  return {privacy::ChargeNanoRho(catalogue, {year, 1}, numbers), privacy::ChargeNanoRho(catalogue, {year, 4}, numbers)};
}

absl::Status CheckCost(const model::CompiledCatalogue& catalogue, int collectives) {
  return privacy::LintPrivacy(catalogue, privacy::NumbersOf(collectives));
}

}  // namespace aangan::node
