// SPDX-License-Identifier: Apache-2.0
// Whether the writer of a node's store goes on: for who watches it from outside, without a write.
#ifndef AANGAN_STORAGE_NODE_WRITER_STEPS_H_
#define AANGAN_STORAGE_NODE_WRITER_STEPS_H_

#include <cstdint>

#include "storage/node/node_store.h"

namespace aangan::storage::node {

// Moves with every commit that is over, also where all of it was refused or there before, and while a long one reads
// (Verify reads everything). Where changes wait and it stands still, the disk does not answer. From any thread.
uint64_t WriterSteps(const NodeStore& store);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_WRITER_STEPS_H_
