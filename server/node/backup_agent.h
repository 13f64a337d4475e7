// SPDX-License-Identifier: Apache-2.0
// The node's long work on its own copies, one thing after another on one thread: backups, their checks, and clearing
// the files of members who were erased. An erasure goes first: a backup under way is broken off for it, because its
// snapshot holds back what has to go, and begun again from the newer state; what it had written is used again.
//
// A backup and a copy of the key file are noted before their first byte is written, so that none is ever uncounted.
// Threads: thread-safe. Errors: FAILED_PRECONDITION (WRONG_STATE) when a backup or check is under way; NOT_FOUND; those
// of storage/node/bulk and key_file.
#ifndef AANGAN_SERVER_NODE_BACKUP_AGENT_H_
#define AANGAN_SERVER_NODE_BACKUP_AGENT_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "storage/node/backup_notes.h"
#include "storage/node/node_store.h"

namespace aangan::node {

// Numbers of aangan.node.v1.BackupState.
enum class BackupState : uint8_t { kRunning = 1, kDone, kFailed, kVerifying, kVerified, kDamaged };

struct BackupJob {
  storage::node::BackupNote note;
  BackupState state = BackupState::kRunning;
  uint64_t done_bytes = 0;
  uint64_t total_bytes = 0;
  uint64_t written_bytes = 0;
  std::string reason;  // of a failure
};

class BackupAgent {
 public:
  // All outlive it. `data`: the node's folder.
  BackupAgent(storage::node::NodeStore* store, std::string data, const Clock* clock)
      : store_(store), data_(std::move(data)), clock_(clock) {}
  ~BackupAgent();
  void Start();
  void Stop();

  absl::StatusOr<BackupJob> Create(const std::string& folder, size_t keep, const std::string& actor);
  absl::StatusOr<BackupJob> Verify(uint64_t number, const std::string& folder);
  absl::StatusOr<BackupJob> Get(uint64_t number) const;
  absl::StatusOr<std::vector<BackupJob>> List() const;  // by number
  absl::StatusOr<storage::node::KeyCopyNote> CopyKeys(const std::string& folder, const std::string& label,
                                                      const std::string& actor);
  // Somebody was erased: the files want to be cleared.
  void ClearSoon();

 private:
  struct Wish {
    bool verify = false;
    uint64_t number = 0;
    std::string folder;
    size_t keep = 0;
    std::string actor;
  };
  void Run();
  absl::Status ClearNow();
  void Do(const Wish& wish);
  absl::Status BackUp(const Wish& wish);
  absl::Status WriteGeneration(const Wish& wish);
  absl::Status Check(const Wish& wish);
  void Prune(const Wish& wish, size_t keep, bool failed);
  void Tell(uint64_t number, const std::function<void(BackupJob&)>& change);
  bool Interrupted() const;

  storage::node::NodeStore* const store_;
  const std::string data_;
  const Clock* const clock_;
  mutable absl::Mutex mutex_;
  std::optional<Wish> wish_ ABSL_GUARDED_BY(mutex_);            // under way, or next
  std::map<uint64_t, BackupJob> jobs_ ABSL_GUARDED_BY(mutex_);  // of this process
  bool clear_ ABSL_GUARDED_BY(mutex_) = true;                   // also what an earlier process left
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Mutex key_copies_;  // one at a time
  std::thread thread_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_BACKUP_AGENT_H_
