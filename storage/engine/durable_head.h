// SPDX-License-Identifier: Apache-2.0
// Sequence and audit hash of a recent commit, in a small file of its own beside the store: a log that was cut off
// behind RocksDB's back ends before it and is refused.
//
// The file is preallocated, two slots of 4096 bytes each, written in turn: magic, format, sequence, hash, SHA-256 of
// these. A torn write leaves the other slot. The head of commit n is written and synced beside the sync of commit n +
// 1, so a loss of more than the last commit is always seen. Threads: one thread at a time. Errors: DATA_LOSS (DAMAGED)
// when no slot is whole, (LOG_SHORTENED) from CheckLog; UNAVAILABLE when the disk refuses: the process must end.
#ifndef AANGAN_STORAGE_ENGINE_DURABLE_HEAD_H_
#define AANGAN_STORAGE_ENGINE_DURABLE_HEAD_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/digest.h"
#include "storage/engine/batch.h"

namespace aangan::storage {

// One commit by its number and the head of the audit chain after it. Sequence 0: nothing was committed yet.
struct CommitMark {
  uint64_t sequence = 0;
  Digest hash{};
  bool operator==(const CommitMark&) const = default;
};

class DurableHead {
 public:
  // Makes the file when it is missing. Moving the file away is how an operator accepts that commits are lost.
  static absl::StatusOr<std::unique_ptr<DurableHead>> Open(const std::string& path);
  ~DurableHead();
  DurableHead(const DurableHead&) = delete;
  DurableHead& operator=(const DurableHead&) = delete;

  // The newest mark in the file; nullopt when the file is new.
  const std::optional<CommitMark>& mark() const { return mark_; }
  // Durable when it returns.
  absl::Status Write(const CommitMark& mark);
  // The same on a helper thread: Begin, do something else, Await.
  void Begin(const CommitMark& mark);
  absl::Status Await();

 private:
  class Helper;
  DurableHead(int file, std::optional<CommitMark> mark, int next_slot);

  int file_;
  std::optional<CommitMark> mark_;
  int next_slot_;
  std::unique_ptr<Helper> helper_;
};

// The last two commits, as every commit writes them into the family meta.
struct LastCommits {
  CommitMark last;
  CommitMark before;
};
absl::StatusOr<LastCommits> ReadLastCommits(const Reader& store);  // zeros for a new store
void PutLastCommits(const LastCommits& commits, Batch& batch);

// Refuses a log that ends before the head or that holds another commit in its place, and a head that is far too old.
absl::Status CheckLog(const std::optional<CommitMark>& head, const LastCommits& log);

}  // namespace aangan::storage

#endif  // AANGAN_STORAGE_ENGINE_DURABLE_HEAD_H_
