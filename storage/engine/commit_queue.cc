// SPDX-License-Identifier: Apache-2.0
// One writer, many callers: see commit_queue.h. Source of the shape: leveldb's queue of writers; unlike it the writing
// is done by a thread of its own, because callers' threads must not wait for the disk.
#include "storage/engine/commit_queue.h"

#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::storage {
namespace {

constexpr int kExitDisk = 74;  // EX_IOERR of sysexits.h
constexpr size_t kStackUsed = 64 << 10;

void EndProcess(const absl::Status& status) {
  LogError("commit_queue",
           "a commit could not be made durable; the process ends, a start will read what the disk holds")
      .Status(status);
  std::_Exit(kExitDisk);
}

// What lies under a batch, counting what is read of it: an item may read a whole store, which takes minutes.
class CountingReader final : public Reader {
 public:
  CountingReader(const Reader* base, std::atomic<uint64_t>* reads) : base_(base), reads_(reads) {}
  absl::StatusOr<std::optional<std::string>> Get(Family family, absl::string_view key) const override {
    reads_->fetch_add(1, std::memory_order_relaxed);
    return base_->Get(family, key);
  }
  absl::Status Scan(Family family, const KeyRange& range, Order order, Visit visit) const override {
    return base_->Scan(family, range, order, [&](absl::string_view key, absl::string_view value) {
      reads_->fetch_add(1, std::memory_order_relaxed);
      return visit(key, value);
    });
  }

 private:
  const Reader* const base_;
  std::atomic<uint64_t>* const reads_;
};

absl::Status Stopping() {
  return Problem(absl::StatusCode::kUnavailable, Reason::kStopping, "the program is shutting down; try again later");
}

absl::Status Busy() {
  return Problem(absl::StatusCode::kResourceExhausted, Reason::kBusy, "too many writes wait for the disk; try again");
}

absl::Status OutcomeUnknown() {
  return Problem(absl::StatusCode::kUnavailable, Reason::kInternal,
                 "the disk failed while this was written; whether it is stored shows after the next start");
}

}  // namespace

absl::StatusOr<std::unique_ptr<CommitQueue>> CommitQueue::Open(Database* database, DurableHead* head,
                                                               DiskReserve* reserve, Committer* committer,
                                                               CommitQueueOptions options) {
  AANGAN_CHECK(options.items_max > 0 && options.commit_items_max > 0 && options.commit_bytes_max > 0);
  if (options.die == nullptr) options.die = EndProcess;
  ASSIGN_OR_RETURN(LastCommits commits, ReadLastCommits(*database));
  if (head != nullptr) {
    RETURN_IF_ERROR(CheckLog(head->mark(), commits));
    // What the opened database holds is on disk, the last commit too.
    if (commits.last.sequence > 0 && head->mark() != commits.last) RETURN_IF_ERROR(head->Write(commits.last));
  }
  std::unique_ptr<CommitQueue> queue(new CommitQueue(database, head, reserve, committer, std::move(options), commits));
  queue->writer_ = std::thread([q = queue.get()] { q->Run(); });
  return queue;
}

CommitQueue::CommitQueue(Database* database, DurableHead* head, DiskReserve* reserve, Committer* committer,
                         CommitQueueOptions options, LastCommits commits)
    : database_(database),
      head_(head),
      reserve_(reserve),
      committer_(committer),
      options_(std::move(options)),
      commits_(commits),
      durable_sequence_(commits.last.sequence) {}

CommitQueue::~CommitQueue() { Stop(); }

void CommitQueue::Submit(std::unique_ptr<CommitItem> item) {
  absl::Status refused;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) {
      refused = Stopping();
    } else if (waiting_.size() >= options_.items_max && !item->passes_full_queue()) {
      refused = Busy();
    } else {
      waiting_.push_back(std::move(item));
      return;
    }
  }
  item->Done(std::move(refused));
}

void CommitQueue::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (writer_.joinable()) writer_.join();
}

size_t CommitQueue::waiting() const {
  absl::MutexLock lock(&mutex_);
  return waiting_.size() + under_way_;
}

void CommitQueue::Run() {
  for (;;) {
    Items items = TakeWaiting();
    if (items.empty()) break;
    if (!Commit(std::move(items))) return;
    steps_.fetch_add(1, std::memory_order_relaxed);
    sodium_stackzero(kStackUsed);  // a cipher worked on records there, and this thread may now wait for days
  }
  (void)WriteHead();
}

// Blocks until there is work; empty when the queue is to stop and nothing waits.
CommitQueue::Items CommitQueue::TakeWaiting() {
  auto woken = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || !waiting_.empty(); };
  mutex_.Lock();
  under_way_ = 0;
  if (!mutex_.AwaitWithTimeout(absl::Condition(&woken),
                               HeadIsBehind() ? options_.idle_head : absl::InfiniteDuration())) {
    mutex_.Unlock();
    (void)WriteHead();
    mutex_.Lock();
    mutex_.Await(absl::Condition(&woken));
  }
  const size_t count = std::min(waiting_.size(), options_.commit_items_max);
  Items items(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.begin() + count));
  waiting_.erase(waiting_.begin(), waiting_.begin() + count);
  under_way_ = count;
  mutex_.Unlock();
  return items;
}

void CommitQueue::PutBack(Items items) {
  absl::MutexLock lock(&mutex_);
  under_way_ -= items.size();
  waiting_.insert(waiting_.begin(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
}

// What may be written to this disk now; the others are told.
CommitQueue::Items CommitQueue::WithinReserve(Items items) {
  if (reserve_ == nullptr) return items;
  const absl::Status enough = reserve_->Check();
  if (enough.ok()) return items;
  const bool room_for_reads = reserve_->has_room_for_reads();
  Items kept;
  for (auto& item : items) {
    if (room_for_reads && item->may_use_reserve()) {
      kept.push_back(std::move(item));
    } else {
      item->Done(enough);
    }
  }
  return kept;
}

// False when the queue is dead.
bool CommitQueue::Commit(Items items) {
  items = WithinReserve(std::move(items));
  if (items.empty()) return true;
  const uint64_t sequence = commits_.last.sequence + 1;
  const CountingReader counted(database_, &steps_);
  Batch batch(&counted);
  // A refusal may rest on an earlier item of this commit ("exists already"), so it too is told after the sync.
  std::vector<absl::Status> outcomes;
  while (outcomes.size() < items.size() && batch.size_bytes() < options_.commit_bytes_max) {
    batch.SetSavePoint();
    outcomes.push_back(committer_->Apply(sequence, *items[outcomes.size()], batch));
    if (!outcomes.back().ok()) batch.RollBackToSavePoint();
  }
  if (outcomes.size() < items.size()) {
    auto rest = items.begin() + static_cast<std::ptrdiff_t>(outcomes.size());
    PutBack(Items(std::make_move_iterator(rest), std::make_move_iterator(items.end())));
    items.erase(rest, items.end());
  }
  if (!batch.empty()) {
    const Digest hash = committer_->Seal(sequence, batch);
    const LastCommits commits = {{sequence, hash}, commits_.last};
    PutLastCommits(commits, batch);
    if (absl::Status written = WriteWithHead(batch); !written.ok()) {
      Die(written, items);
      return false;
    }
    commits_ = commits;
    durable_sequence_.store(sequence, std::memory_order_release);
    committer_->Committed(sequence);
  }
  for (size_t i = 0; i < items.size(); ++i) {
    if (outcomes[i].ok()) {
      items[i]->Done(commits_.last.sequence);
    } else {
      items[i]->Done(std::move(outcomes[i]));
    }
  }
  return true;
}

bool CommitQueue::HeadIsBehind() const {
  return !dead_ && head_ != nullptr && commits_.last.sequence > 0 && head_->mark() != commits_.last;
}

absl::Status CommitQueue::WriteWithHead(const Batch& batch) {
  if (!HeadIsBehind()) return database_->Write(batch);
  head_->Begin(commits_.last);
  absl::Status written = database_->Write(batch);
  absl::Status headed = head_->Await();
  return written.ok() ? headed : written;
}

// Outside a commit: when the queue is idle and when it ends.
bool CommitQueue::WriteHead() {
  if (!HeadIsBehind()) return true;
  absl::Status written = head_->Write(commits_.last);
  if (written.ok()) return true;
  Items none;
  Die(written, none);
  return false;
}

// Nothing is known now about what the disk holds, so nobody is told that it went well, and nothing is tried again.
void CommitQueue::Die(const absl::Status& status, Items& items) {
  options_.die(status);
  dead_ = true;
  std::deque<std::unique_ptr<CommitItem>> left;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    left.swap(waiting_);
  }
  for (auto& item : items) item->Done(OutcomeUnknown());
  for (auto& item : left) item->Done(Stopping());
}

}  // namespace aangan::storage
