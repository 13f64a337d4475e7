// SPDX-License-Identifier: Apache-2.0
// What a catalogue's figures will be worth: expected error of each table, before anybody signs.
// Source: protocol.md 3 and 6. Threads: pure.
#ifndef AANGAN_SERVER_NODE_ACCURACY_H_
#define AANGAN_SERVER_NODE_ACCURACY_H_

#include "aangan/node/v1/operator.pb.h"
#include "absl/status/statusor.h"
#include "model/catalogue.h"

namespace aangan::node {

// For a roster of `collectives` of which all contribute.
absl::StatusOr<v1::EstimateAccuracyResponse> AccuracyOf(const model::CompiledCatalogue& catalogue, int collectives);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_ACCURACY_H_
