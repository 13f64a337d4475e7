// SPDX-License-Identifier: Apache-2.0
// Grievances of all members: those that wait for an answer, and whether one has waited too long.
// Threads: thread-safe. Errors: as the store.
#ifndef AANGAN_SERVER_NODE_GRIEVANCE_BOOK_H_
#define AANGAN_SERVER_NODE_GRIEVANCE_BOOK_H_

#include <atomic>
#include <vector>

#include "absl/status/statusor.h"
#include "model/period.h"
#include "storage/node/node_store.h"

namespace aangan::node {

class GrievanceBook {
 public:
  explicit GrievanceBook(const storage::node::NodeStore* store) : store_(store) {}

  // In the order of members and grievances.
  absl::StatusOr<std::vector<storage::node::Found>> Open() const;
  // Looks again whether an answer is late; daily, and when one was given.
  absl::Status Look(model::Day today);
  // By the last look.
  bool overdue() const { return overdue_.load(); }

 private:
  const storage::node::NodeStore* const store_;
  std::atomic<bool> overdue_{false};
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_GRIEVANCE_BOOK_H_
