// SPDX-License-Identifier: Apache-2.0
// Counts new tally sets in the background while writes go on, and lets them take their place with one commit.
//
// How it stays exact: the sequencer first begins to note whose records change; then a snapshot is counted; at last, on
// the sequencer, every noted member is taken out as the snapshot had her and put in as she is now. What changed between
// note and snapshot is in both and cancels out.
//
// Threads: one worker of its own; the methods are thread-safe.
#ifndef AANGAN_STORAGE_NODE_REBUILD_H_
#define AANGAN_STORAGE_NODE_REBUILD_H_

#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/engine/commit_queue.h"
#include "storage/engine/database.h"
#include "storage/node/apply.h"
#include "storage/node/tallies.h"

namespace aangan::storage::node {

class Rebuild {
 public:
  // All outlive it.
  Rebuild(Database* database, CommitQueue* queue, Tallies* tallies, const MemberFactsLoader* loader);
  ~Rebuild();  // gives up what is being counted
  Rebuild(const Rebuild&) = delete;
  Rebuild& operator=(const Rebuild&) = delete;

  // Counts these sets, besides those that it has begun.
  void Count(std::vector<SetKey> keys);
  bool busy() const;
  // DEADLINE_EXCEEDED when it is still counting then; the error when a count failed.
  absl::Status AwaitIdle(absl::Duration within) const;

 private:
  void Run();
  absl::Status CountOnce(const std::vector<SetKey>& keys);
  absl::Status OnSequencer(TaskItem::Task task);
  bool stopping() const;

  Database* const database_;
  CommitQueue* const queue_;
  Tallies* const tallies_;
  const MemberFactsLoader* const loader_;
  mutable absl::Mutex mutex_;
  std::vector<SetKey> waiting_ ABSL_GUARDED_BY(mutex_);
  bool counting_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status last_ ABSL_GUARDED_BY(mutex_);
  std::thread worker_;
};

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_REBUILD_H_
