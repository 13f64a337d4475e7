// SPDX-License-Identifier: Apache-2.0
// A walk over the audit log.
#include "server/node/audit_walk.h"

#include <vector>

#include "absl/strings/strip.h"
#include "base/status.h"

namespace aangan::node {
namespace {

using storage::node::AuditEntry;
using storage::node::NodeStore;

constexpr size_t kEntriesAtOnce = 5000;

}  // namespace

absl::StatusOr<uint64_t> NewestAuditPlace(const NodeStore& store) {
  ASSIGN_OR_RETURN(const std::vector<AuditEntry> newest, store.ListAudit(std::nullopt, 0, 1));
  return newest.empty() ? 0 : newest.front().sequence;
}

absl::Status ForEachAuditEntry(const NodeStore& store, uint64_t after, uint64_t last,
                               absl::FunctionRef<void(const AuditEntry&)> visit) {
  while (after < last) {
    ASSIGN_OR_RETURN(const std::vector<AuditEntry> page, store.ListAuditAfter(after, kEntriesAtOnce));
    if (page.empty()) return absl::OkStatus();
    for (const AuditEntry& entry : page) {
      if (entry.sequence <= last) visit(entry);
    }
    after = page.back().sequence;
  }
  return absl::OkStatus();
}

std::optional<InMembersName> InMembersNameOf(absl::string_view resource) {
  if (!absl::ConsumePrefix(&resource, "members/")) return std::nullopt;
  const size_t slash = resource.find('/');
  const absl::StatusOr<model::Id> member = model::ParseId(resource.substr(0, slash), "resource");
  if (!member.ok()) return std::nullopt;
  return InMembersName{*member, slash == absl::string_view::npos ? "" : resource.substr(slash + 1)};
}

}  // namespace aangan::node
