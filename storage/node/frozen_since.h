// SPDX-License-Identifier: Apache-2.0
// Since when this node has known a round as frozen, by its own clock: a release that does not come is seen by that.
// Threads: the caller lets one in at a time. Units: microseconds since 1970. Errors: DATA_LOSS (DAMAGED).
#ifndef AANGAN_STORAGE_NODE_FROZEN_SINCE_H_
#define AANGAN_STORAGE_NODE_FROZEN_SINCE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "model/period.h"
#include "storage/engine/headed_database.h"

namespace aangan::storage::node {

// The first moment that was given for the period; `now_us` is kept when it is the first.
absl::StatusOr<int64_t> NoteFrozen(HeadedDatabase& database, const model::Period& period, int64_t now_us);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_FROZEN_SINCE_H_
