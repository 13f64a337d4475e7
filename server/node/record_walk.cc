// SPDX-License-Identifier: Apache-2.0
// A walk over records.
#include "server/node/record_walk.h"

#include <optional>
#include <vector>

#include "base/problem.h"
#include "base/status.h"

namespace aangan::node {
namespace {

constexpr size_t kPage = 200;

}  // namespace

absl::Status ForEachRecord(const storage::node::NodeStore& store, model::RecordKind kind, const model::Id& member,
                           absl::FunctionRef<absl::Status(const storage::node::Found&)> visit) {
  std::optional<model::Id> after;
  for (;;) {
    ASSIGN_OR_RETURN(const std::vector<storage::node::Found> page, store.List(kind, member, after, kPage));
    if (page.empty()) return absl::OkStatus();
    for (const storage::node::Found& found : page) RETURN_IF_ERROR(visit(found));
    after = page.back().name.id;
  }
}

bool IsGone(const absl::Status& status) { return absl::IsNotFound(status) || HasReason(status, Reason::kSealed); }

}  // namespace aangan::node
