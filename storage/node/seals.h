// SPDX-License-Identifier: Apache-2.0
// Members who are sealed: the law asks to keep their records, and until its time is over nobody reads them, nothing is
// written under them and no tally counts them.
//
// That a member is sealed can be seen without her key, by a record of its own kind beside hers; why and until when lies
// in that record, sealed under her key, and goes with it.
// Threads: pure, but for EraseEndedSeals, which waits for commits. Errors: FAILED_PRECONDITION (SEALED).
#ifndef AANGAN_STORAGE_NODE_SEALS_H_
#define AANGAN_STORAGE_NODE_SEALS_H_

#include "absl/status/statusor.h"
#include "model/names.h"
#include "model/period.h"
#include "storage/engine/reader.h"
#include "storage/node/node_store.h"

namespace aangan::storage::node {

model::RecordName SealedStateName(const model::Id& member);

absl::StatusOr<bool> IsSealed(const Reader& reader, const model::Id& member);
// FAILED_PRECONDITION (SEALED) when she is.
absl::Status RefuseSealed(const Reader& reader, const model::Id& member);

// Erases every member whose sealed time is over, as a deletion would. Call daily. Returns how many. A member whose seal
// changes meanwhile is left for the next call.
absl::StatusOr<int64_t> EraseEndedSeals(NodeStore& store, model::Day today);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_SEALS_H_
