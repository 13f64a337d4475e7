// SPDX-License-Identifier: Apache-2.0
// The CTDC sample, dealt to the collectives of a catalogue and counted by tests/interop/ctdc/recount.py, which shares
// no code with the product. The sample is no part of the project: AANGAN_CTDC_CSV names it, or it lies beside the
// source; where it is not, rows of the same shape are made and that is said.
//
// Source: Counter Trafficking Data Collaborative (CTDC), the global k-anonymised dataset.
#ifndef AANGAN_TESTS_SUPPORT_CTDC_SAMPLE_H_
#define AANGAN_TESTS_SUPPORT_CTDC_SAMPLE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "aangan/federation/v1/catalogue.pb.h"
#include "model/period.h"

namespace aangan::tests {

// "collective quarter table code" -> count.
using CtdcCounts = std::map<std::string, int64_t>;

// Writes into `folder` a file of rows a collective, ctdc.mapping.toml and the counts. True when it went well. Three
// quarters.
bool DealCtdc(const federation::v1::Catalogue& catalogue, const std::vector<model::Period>& quarters,
              const std::string& folder);
// The counts that DealCtdc wrote.
CtdcCounts ReadCtdcCounts(const std::string& folder);

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_CTDC_SAMPLE_H_
