// SPDX-License-Identifier: Apache-2.0
// Verify: counts again from the records and must find the same numbers; follows the audit chain.
// Threads: on the sequencer, which writes nothing meanwhile. Errors: DATA_LOSS (DAMAGED), saying what differs.
#ifndef AANGAN_STORAGE_NODE_RECOUNT_H_
#define AANGAN_STORAGE_NODE_RECOUNT_H_

#include "absl/status/statusor.h"
#include "storage/node/apply.h"
#include "storage/node/node_store.h"

namespace aangan::storage::node {

absl::StatusOr<VerifyReport> Recount(Sequencer& sequencer, const Batch& batch);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_RECOUNT_H_
