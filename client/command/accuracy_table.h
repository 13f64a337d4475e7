// SPDX-License-Identifier: Apache-2.0
// What the figures of a catalogue will be worth, as a table and in a sentence. Threads: pure.
#ifndef AANGAN_CLIENT_COMMAND_ACCURACY_TABLE_H_
#define AANGAN_CLIENT_COMMAND_ACCURACY_TABLE_H_

#include <string>

#include "aangan/node/v1/operator.pb.h"
#include "client/command/output.h"

namespace aangan::client {

// A row a table of the catalogue.
Table AccuracyTable(const node::v1::EstimateAccuracyResponse& accuracy);
// Where the noise is at its floor, and what follows from it.
std::string FloorSentence(const node::v1::EstimateAccuracyResponse& accuracy);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_ACCURACY_TABLE_H_
