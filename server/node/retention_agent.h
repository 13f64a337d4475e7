// SPDX-License-Identifier: Apache-2.0
// What time alone changes: consents that run out, sealed members and those of the retention policy whose time is over,
// and the quarter that begins. Looks once an hour; the store's work is
// idempotent, so looking more often than daily costs nothing and a computer that slept misses nothing.
// Threads: one of its own.
#ifndef AANGAN_SERVER_NODE_RETENTION_AGENT_H_
#define AANGAN_SERVER_NODE_RETENTION_AGENT_H_

#include <functional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "model/period.h"
#include "server/node/grievance_book.h"
#include "server/node/retention_book.h"
#include "server/shared/periodic.h"
#include "storage/node/node_store.h"

namespace aangan::node {

class RetentionAgent {
 public:
  // All outlive it.
  struct Rooms {
    storage::node::NodeStore* store = nullptr;
    RetentionBook* book = nullptr;
    GrievanceBook* grievances = nullptr;
    const Clock* clock = nullptr;
    std::function<absl::Status()> count_by_book;  // SyncAgent::CountByBook
    std::function<void()> after_erasure;          // BackupAgent::ClearSoon
  };
  explicit RetentionAgent(Rooms rooms) : rooms_(std::move(rooms)) {}

  void Start();
  void Stop();
  // What the day asks for; nothing on the second look of a day.
  absl::Status LookNow();

 private:
  const Rooms rooms_;
  absl::Mutex mutex_;
  model::Day done_ ABSL_GUARDED_BY(mutex_) = model::kNoDay;
  server::Periodic looks_;  // the last one: it ends before what it uses
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_RETENTION_AGENT_H_
