// SPDX-License-Identifier: Apache-2.0
// Places within one calendar year. A year's figure less its quarters' shows what one collective did where they are over
// different sets, so all catalogues that are in force in one year count by the same partition, and nothing is counted
// by places in the quarters of one and in the year of another. table_lint has the same rule within one catalogue.
//
// Source: protocol.md 2 ("the partition changes only with a first quarter"); reference 12, 11e.
// Threads: pure. Errors: INVALID_ARGUMENT (CATALOGUE_REFUSED) with the field at fault.
#ifndef AANGAN_MODEL_YEAR_PLACES_H_
#define AANGAN_MODEL_YEAR_PLACES_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "model/catalogue.h"

namespace aangan::model {

// May `next` be accepted beside those that were accepted before it? Of those valid for a quarter the highest version
// counts. A catalogue without places goes with every other one.
absl::Status CheckPlacesOfYear(const CompiledCatalogue& next,
                               const std::vector<std::shared_ptr<const CompiledCatalogue>>& accepted);

}  // namespace aangan::model

#endif  // AANGAN_MODEL_YEAR_PLACES_H_
