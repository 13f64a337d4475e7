// SPDX-License-Identifier: Apache-2.0
// What came too late for the quarters whose release is approved: the last four ended ones, of which the collective may
// still look for what is missing. For its own eyes; nothing here has a form that leaves the node.
// What is counted: storage/node/late_records.h. Threads: thread-safe. Errors: those of the stores.
#ifndef AANGAN_SERVER_NODE_LATE_COUNTS_H_
#define AANGAN_SERVER_NODE_LATE_COUNTS_H_

#include <vector>

#include "aangan/node/v1/releases.pb.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/node/governance_book.h"
#include "server/node/identity.h"
#include "storage/node/node_store.h"
#include "storage/node/once_store.h"

namespace aangan::node {

class LateCounts {
 public:
  struct Rooms {
    const storage::node::NodeStore* store = nullptr;
    const storage::node::OnceStore* once = nullptr;
    const Identity* identity = nullptr;
    const GovernanceBook* book = nullptr;
    const Clock* clock = nullptr;
  };
  explicit LateCounts(const Rooms& rooms) : rooms_(rooms) {}

  // Oldest first; a quarter without an approved release, or whose round came to nothing, has no entry.
  absl::StatusOr<std::vector<v1::LateRecords>> Count() const;

 private:
  absl::StatusOr<storage::node::CountedBy> CountedUnder(
      std::shared_ptr<const model::CompiledCatalogue> catalogue) const;
  absl::StatusOr<std::optional<storage::node::CountedBy>> YearOf(const storage::node::RoundEntry& entry) const;

  const Rooms rooms_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_LATE_COUNTS_H_
