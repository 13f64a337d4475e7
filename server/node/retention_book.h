// SPDX-License-Identifier: Apache-2.0
// The collective's retention policy, what it asks for today, and the daily run that does it.
//
// A member is erased only when a run noted her as due, the time of grace went by since, and the policy is still the one
// of the note. What is due and why is decided in model/retention for the report and the run alike. Policy versions and
// notes are settings of the store, each with its audit entry.
// Threads: thread-safe. Errors: as the store; ABORTED (STALE_ETAG).
#ifndef AANGAN_SERVER_NODE_RETENTION_BOOK_H_
#define AANGAN_SERVER_NODE_RETENTION_BOOK_H_

#include <atomic>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aangan/store/v1/node_store.pb.h"
#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "model/retention.h"
#include "storage/node/node_store.h"

namespace aangan::node {

struct DueMember {
  model::Id member;
  uint64_t version = 0;  // of her record
  model::Due due;
  model::Day noted = model::kNoDay;  // kNoDay: no run has seen it yet
  model::Day erase = model::kNoDay;  // from this day on; kNoDay: not noted, or nothing is to be erased
};

struct RetentionRun {
  int64_t noted = 0;
  int64_t cleared = 0;
  int64_t erased = 0;
};

// Of a change that names another version than the newest.
absl::Status StalePolicy();

class RetentionBook {
 public:
  explicit RetentionBook(storage::node::NodeStore* store) : store_(store) {}

  // The newest version; version 1 is the policy that erases nothing.
  absl::StatusOr<store::v1::RetentionPolicyRecord> Policy() const;
  // Keeps `policy` as the version behind `version`, which must be the newest.
  absl::StatusOr<store::v1::RetentionPolicyRecord> Change(store::v1::RetentionPolicyRecord policy, uint64_t version,
                                                          const std::string& actor, int64_t now_us);

  // What the policy asks for, by member id; changes nothing.
  absl::StatusOr<std::vector<DueMember>> Look(model::Day today) const;
  // Notes who is newly due, clears who no longer is, erases whose time of grace is over.
  absl::StatusOr<RetentionRun> Run(model::Day today);
  // Whether the last run left something that people should look at.
  bool wants_people() const { return wants_people_.load(); }

 private:
  using Notes = std::map<model::Id, store::v1::RetentionNote>;
  absl::StatusOr<Notes> ReadNotes() const;
  absl::StatusOr<std::vector<DueMember>> Look(const store::v1::RetentionPolicyRecord& policy, const Notes& notes,
                                              model::Day today) const;
  absl::StatusOr<std::optional<DueMember>> LookAt(const store::v1::RetentionPolicyRecord& policy, const Notes& notes,
                                                  const storage::node::Found& member, model::Day today) const;
  absl::Status Note(const DueMember& due, uint64_t policy_version, model::Day today);
  absl::Status Clear(const model::Id& member);
  absl::StatusOr<bool> Erase(const store::v1::RetentionPolicyRecord& policy, const Notes& notes, const DueMember& due,
                             model::Day today);

  storage::node::NodeStore* const store_;
  absl::Mutex changing_;  // one change of the policy at a time
  std::atomic<bool> wants_people_{false};
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_RETENTION_BOOK_H_
