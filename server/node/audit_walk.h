// SPDX-License-Identifier: Apache-2.0
// A walk over the audit log, page by page, for rooms that look at all of it, and whom an entry is about.
// Threads: as the store. Errors: as NodeStore::ListAudit and ListAuditAfter.
#ifndef AANGAN_SERVER_NODE_AUDIT_WALK_H_
#define AANGAN_SERVER_NODE_AUDIT_WALK_H_

#include <cstdint>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/names.h"
#include "storage/node/node_store.h"

namespace aangan::node {

// The place of the newest entry; 0 of an empty log.
absl::StatusOr<uint64_t> NewestAuditPlace(const storage::node::NodeStore& store);

// Oldest first, those behind `after` up to `last`.
absl::Status ForEachAuditEntry(const storage::node::NodeStore& store, uint64_t after, uint64_t last,
                               absl::FunctionRef<void(const storage::node::AuditEntry&)> visit);

// "members/{m}" or "members/{m}/{behind}"; none for what is not in a member's name.
struct InMembersName {
  model::Id member;
  absl::string_view behind;  // of the resource that was given
};
std::optional<InMembersName> InMembersNameOf(absl::string_view resource);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_AUDIT_WALK_H_
