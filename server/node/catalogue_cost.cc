// SPDX-License-Identifier: Apache-2.0
// What a catalogue costs in privacy.
#include "server/node/catalogue_cost.h"

#include "base/problem.h"
#include "base/status.h"
#include "privacy/accounting.h"
#include "privacy/round_numbers.h"

namespace aangan::node {
namespace {

absl::Status Refused(Literal why) {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kCatalogueRefused, why)
      .Field("catalogue.nano_rho_cap", "must hold the charges of any four consecutive quarters");
}

}  // namespace

absl::StatusOr<CatalogueCost> CostOf(const model::CompiledCatalogue& catalogue) {
  CatalogueCost cost;
  ASSIGN_OR_RETURN(cost.quarter_nano_rho, privacy::RoundCharge(catalogue, {catalogue.first_period.year, 1}));
  ASSIGN_OR_RETURN(cost.fourth_quarter_nano_rho, privacy::RoundCharge(catalogue, {catalogue.first_period.year, 4}));
  return cost;
}

absl::Status CheckCost(const model::CompiledCatalogue& catalogue, int collectives) {
  ASSIGN_OR_RETURN(const CatalogueCost cost, CostOf(catalogue));
  // Any four consecutive quarters hold exactly one fourth quarter.
  if (3 * cost.quarter_nano_rho + cost.fourth_quarter_nano_rho > catalogue.source.nano_rho_cap())
    return Refused("Four quarters of this catalogue cost more privacy than its own cap allows.");
  return privacy::CheckNoise(catalogue, collectives);
}

}  // namespace aangan::node
