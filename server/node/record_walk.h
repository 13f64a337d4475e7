// SPDX-License-Identifier: Apache-2.0
// A walk over records of one kind, page by page, for rooms that look at all of them.
// Threads: as the store. Errors: as NodeStore::List, and what `visit` says.
#ifndef AANGAN_SERVER_NODE_RECORD_WALK_H_
#define AANGAN_SERVER_NODE_RECORD_WALK_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "storage/node/node_store.h"

namespace aangan::node {

// In the order of ids; ends with the first failure. With kMember, members who are not sealed.
absl::Status ForEachRecord(const storage::node::NodeStore& store, model::RecordKind kind, const model::Id& member,
                           absl::FunctionRef<absl::Status(const storage::node::Found&)> visit);

// A member was erased or sealed since she was listed.
bool IsGone(const absl::Status& status);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_RECORD_WALK_H_
