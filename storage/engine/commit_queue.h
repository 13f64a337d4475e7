// SPDX-License-Identifier: Apache-2.0
// Many callers, one writer thread, one sync. The writer takes what waits, lets the owner of the store add each item to
// one batch, seals the batch with a sequence number, writes it with one sync and then tells every caller.
//
// Promises: an item is in the store whole or not at all; a failing item never fails another; Done comes after the sync,
// exactly once an item; sequence numbers are 1, 2, 3, ... without gaps. A failed write or sync ends the process,
// because trying again would be a lie: the kernel marks the pages clean. Threads: Submit and what only asks from any
// thread; Committer's methods and Done of accepted items on the writer's thread alone. Done of an item that is refused
// at once comes on the caller's thread. Errors, through Done: what Apply says; RESOURCE_EXHAUSTED (BUSY) when the queue
// is full, (DISK_RESERVE) when the disk nearly is; UNAVAILABLE (STOPPING) after the end began.
#ifndef AANGAN_STORAGE_ENGINE_COMMIT_QUEUE_H_
#define AANGAN_STORAGE_ENGINE_COMMIT_QUEUE_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/digest.h"
#include "storage/engine/batch.h"
#include "storage/engine/database.h"
#include "storage/engine/disk_reserve.h"
#include "storage/engine/durable_head.h"

namespace aangan::storage {

// What one caller hands in. The owner of the store derives from it and knows its own kinds.
class CommitItem {
 public:
  virtual ~CommitItem() = default;
  // The sequence of the commit that holds the item, or why there is none. An item that had nothing to write (a repeat)
  // gets the last durable sequence.
  virtual void Done(absl::StatusOr<uint64_t> sequence) = 0;
  // True for the little that reading writes: it goes on in the first half of the disk's reserve.
  virtual bool may_use_reserve() const { return false; }
  // True for the very few that are never refused because many wait: their callers ask for one at a time.
  virtual bool passes_full_queue() const { return false; }
};

// What the owner of a store does inside a commit.
class Committer {
 public:
  virtual ~Committer() = default;
  // Adds one item to the batch; reads through the batch see earlier items of the same commit. On an error the batch is
  // taken back to where it was; what the committer noted elsewhere it must take back itself.
  virtual absl::Status Apply(uint64_t sequence, CommitItem& item, Batch& batch) = 0;
  // Once a commit that has something to write: adds what belongs to it as a whole (tally entry, audit chain) and
  // returns the head of the audit chain.
  virtual Digest Seal(uint64_t sequence, Batch& batch) = 0;
  // The commit is on disk; called before its items are told.
  virtual void Committed(uint64_t sequence) = 0;
};

struct CommitQueueOptions {
  size_t items_max = 4096;                      // that wait; more are refused, but for those that pass
  size_t commit_items_max = 1024;               // in one commit
  size_t commit_bytes_max = 8u << 20;           // in one commit, passed by one item at most
  absl::Duration idle_head = absl::Seconds(1);  // after so long without work the last commit's head is written too
  // Ends the process. Tests put in something that returns; the queue is then dead.
  std::function<void(const absl::Status&)> die;
};

class CommitQueue {
 public:
  // Checks the log against the head (LOG_SHORTENED) and starts the writer. All four must outlive the queue; `head` and
  // `reserve` may be nullptr for a store that does without.
  static absl::StatusOr<std::unique_ptr<CommitQueue>> Open(Database* database, DurableHead* head, DiskReserve* reserve,
                                                           Committer* committer, CommitQueueOptions options);
  ~CommitQueue();  // Stop()
  CommitQueue(const CommitQueue&) = delete;
  CommitQueue& operator=(const CommitQueue&) = delete;

  void Submit(std::unique_ptr<CommitItem> item);
  // Commits what waits, refuses the rest, writes the last head. Safe to call twice.
  void Stop();

  uint64_t durable_sequence() const { return durable_sequence_.load(std::memory_order_acquire); }
  size_t waiting() const;  // who have not been told yet: of the commit under way too
  // Moves with every commit that is over, also one that wrote nothing, and with everything that an item reads through
  // its batch: it stands still where there is nothing to do, or where the disk does not answer.
  uint64_t steps() const { return steps_.load(std::memory_order_relaxed); }

 private:
  using Items = std::vector<std::unique_ptr<CommitItem>>;
  CommitQueue(Database* database, DurableHead* head, DiskReserve* reserve, Committer* committer,
              CommitQueueOptions options, LastCommits commits);
  void Run();
  Items TakeWaiting();
  void PutBack(Items items);
  bool Commit(Items items);
  Items WithinReserve(Items items);
  bool HeadIsBehind() const;
  absl::Status WriteWithHead(const Batch& batch);
  bool WriteHead();
  void Die(const absl::Status& status, Items& items);

  Database* const database_;
  DurableHead* const head_;
  DiskReserve* const reserve_;
  Committer* const committer_;
  const CommitQueueOptions options_;
  LastCommits commits_;  // writer's thread
  bool dead_ = false;    // writer's thread
  std::atomic<uint64_t> durable_sequence_;
  std::atomic<uint64_t> steps_{0};
  mutable absl::Mutex mutex_;
  std::deque<std::unique_ptr<CommitItem>> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;  // in the writer's hands
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread writer_;
};

}  // namespace aangan::storage

#endif  // AANGAN_STORAGE_ENGINE_COMMIT_QUEUE_H_
