// SPDX-License-Identifier: Apache-2.0
// What a catalogue costs in privacy: where the compiled catalogue meets the accounting.
// Source: protocol.md 2 and 3. Threads: pure. Errors: INVALID_ARGUMENT (CATALOGUE_REFUSED) when the charges of four
// consecutive periods pass the catalogue's own cap, or the noise of a round can not be computed.
#ifndef AANGAN_SERVER_NODE_CATALOGUE_COST_H_
#define AANGAN_SERVER_NODE_CATALOGUE_COST_H_

#include <cstdint>

#include "absl/status/status.h"
#include "model/catalogue.h"

namespace aangan::node {

struct CatalogueCost {
  int64_t quarter_nano_rho = 0;
  int64_t fourth_quarter_nano_rho = 0;  // with the yearly tables
};
// For a roster of `collectives`.
CatalogueCost CostOf(const model::CompiledCatalogue& catalogue, int collectives);

// The part of the lint that needs the mathematics of privacy, for a roster of `collectives`.
absl::Status CheckCost(const model::CompiledCatalogue& catalogue, int collectives);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_CATALOGUE_COST_H_
