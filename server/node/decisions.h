// SPDX-License-Identifier: Apache-2.0
// What this collective decided about rosters and catalogues, as it stands among the store's settings, each beside its
// audit entry.
//
// Threads: as the store. Errors: DATA_LOSS (DAMAGED).
#ifndef AANGAN_SERVER_NODE_DECISIONS_H_
#define AANGAN_SERVER_NODE_DECISIONS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "base/digest.h"
#include "storage/node/node_store.h"

namespace aangan::node {

enum class Decision : uint8_t { kNone = 0, kAccepted = 1, kRefused = 2 };  // numbers of CatalogueDecision; on disk

struct Decisions {
  std::map<int32_t, Digest> rosters;                          // signed, by epoch
  std::map<int32_t, std::pair<Decision, Digest>> catalogues;  // by version
};
absl::StatusOr<Decisions> ReadDecisions(const storage::node::NodeStore& store);

// Keys of the settings.
std::string RosterDecisionKey(int32_t epoch);
std::string CatalogueDecisionKey(int32_t version);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_DECISIONS_H_
