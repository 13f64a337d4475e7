// SPDX-License-Identifier: Apache-2.0
// Keeps an app's writes while the node can't be reached, and sends them later: in order, each once, over any number of
// crashes of the app. Encrypted on disk under a key of the app (from the platform's keystore). docs/CLIENTS.md is the
// guide, docs/decisions/0026 has the reasons.
//
//   auto queue = WriteQueue::Open(path, key.span());
//   auto added = (*queue)->Add(create_member_request);           // on disk when it returns; added->name is known
//   absl::Status sent = (*queue)->Send([&](const auto& method, const auto& request) { return node.Call(method,
//   request); }); for (const WriteQueue::Write& write : (*queue)->Writes()) if (!write.refusal.ok()) ...ask the
//   person...
//
// Promises:
// - A write that Add acknowledged is in the file, and leaves it only when the node has it or by Drop.
// - Every write carries a request_id that stays the same over all tries, and a new record carries its id, so that the
//   node takes it once, and writes on a record that was made offline can follow.
// - Writes go in the order in which they were added. One that the node refuses for what it says (conflict, field, not
//   found, no grant) is set aside with its error, and later writes that depend on it wait: those on the same record,
//   and, if it makes a record, those below that. All others go on.
// - A later write on the same record that has the same etag as an earlier one of the queue, or none, gets the etag that
//   the earlier one brought: a person's own changes are no conflict among themselves.
// - Nothing of a write stands in the file in the clear. It holds at most 10,000 writes, of at most 255 KiB each without
//   their etags, and 64 MiB.
// - When the disk refuses, the call says so and nothing has changed; the queue goes on as soon as there is room. (When
//   a sync failed and the app ends before that, the next Open may find what was not acknowledged: Add it again with the
//   request_id that it had.)
// Errors: INVALID_ARGUMENT (INVALID_FIELD: not a write that can wait; REQUEST_ID_REUSED; TOO_LARGE, with "bytesMax");
// RESOURCE_EXHAUSTED (TOO_MANY); NOT_FOUND (no such sequence); FAILED_PRECONDITION (WRONG_STATE); and those of
// client/queue_file. Threads: thread-safe. Send blocks while it sends; the other calls do not wait for it.
#ifndef AANGAN_CLIENT_WRITE_QUEUE_H_
#define AANGAN_CLIENT_WRITE_QUEUE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "client/queue_file.h"
#include "client/queue_state.h"
#include "client/queued_write.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace aangan::client {

class WriteQueue {
 public:
  static constexpr size_t kWritesMax = 10'000;
  static constexpr uint64_t kAddBytesMax = 64u << 20;  // of the file; what happens to its writes is noted beyond it too

  // One write that has not arrived.
  struct Write {
    uint64_t sequence = 0;  // never used again
    std::string method;     // "aangan.node.v1.MemberService.CreateMember"
    std::string resource;   // "members/{m}/services/{s}": what it makes or changes
    absl::Time add_time;
    absl::Status refusal;  // why the node refused it; OK while it waits
    absl::Status stop;     // what the last Send said when it ended at this write; OK for all others
  };
  struct Added {
    uint64_t sequence = 0;
    std::string resource;
  };
  // How a write gets to the node: NodeClient::Call.
  using Sender = std::function<absl::StatusOr<std::unique_ptr<google::protobuf::Message>>(
      const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request)>;

  // `key` has 32 random bytes, which the app keeps for as long as the file. The file is made when it is not there.
  static absl::StatusOr<std::unique_ptr<WriteQueue>> Open(const std::string& path, absl::Span<const uint8_t> key);

  // The way out when Open says DAMAGED and the key is right. Keeps the damaged file as <path>.damaged, and all writes
  // that can be read in a new one. A lost record was a write that never arrived, or what happened to one, which can't
  // be told: a person has to look at what was entered last. So a salvage may also bring back a write that had been
  // dropped, as it was before it was replaced, or one that has arrived. The last does no harm: it has its request_id,
  // so the node takes it once (and after 90 days refuses it by its id or etag). Look through Writes() before Send, and
  // Drop what should not go. Sequences of writes that are gone may be given again.
  struct Salvaged {
    size_t writes = 0;        // that the new file holds
    size_t records_lost = 0;  // not opened, or not understood; all that follows a damaged size counts as one
    uint64_t bytes_lost = 0;  // of these records
  };
  static absl::StatusOr<Salvaged> Salvage(const std::string& path, absl::Span<const uint8_t> key);

  // A request of the node's API that has a request_id. Empty ids (request_id, member_id, ...) are made here. The same
  // request_id with the same content again is the same write.
  absl::StatusOr<Added> Add(const google::protobuf::Message& request);

  // Sends until no write can go. OK: none is left but those set aside and those that wait for them. Any other status
  // stops it with nothing set aside, because it may hold for all writes (UNAVAILABLE, UNAUTHENTICATED, NOT_ALLOWED,
  // INTERNAL, ...). Its message begins with the write at which the queue stopped, by sequence and method, and Writes()
  // has it as `stop`. Call again when the cause is mended. If it always ends at the same write although the node can be
  // reached (INTERNAL, NOT_ALLOWED), Drop that one, and the others go on.
  absl::Status Send(const Sender& sender);

  std::vector<Write> Writes() const;
  // The write as it would be sent.
  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Request(uint64_t sequence) const;

  // The two ways to resolve a write that was set aside. The corrected request keeps the place in the order; it must be
  // of the same rpc and on the same record, and gets a new request_id. To try again as it is: Replace it by Request().
  absl::Status Replace(uint64_t sequence, const google::protobuf::Message& request);
  // Forgets it; works on a write that waits too. One that is on its way just now may arrive all the same.
  absl::Status Drop(uint64_t sequence);

 private:
  WriteQueue() = default;
  QueueFile::Visit Fold() ABSL_NO_THREAD_SAFETY_ANALYSIS;
  absl::StatusOr<QueuedWrite> Load(const QueueState::Entry& entry) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<const QueueState::Entry*> Find(uint64_t sequence) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::optional<QueuedWrite>> Next() const ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Append(QueueEvent event) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Rewrite() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Tidy() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex sending_;  // before mutex_: one Send at a time
  mutable absl::Mutex mutex_;
  std::unique_ptr<QueueFile> file_ ABSL_GUARDED_BY(mutex_);
  QueueState state_ ABSL_GUARDED_BY(mutex_);
  bool tidy_refused_ ABSL_GUARDED_BY(mutex_) = false;  // by the disk; the next Send tries again
  uint64_t stopped_at_ ABSL_GUARDED_BY(mutex_) = 0;    // a sequence
  absl::Status stop_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_WRITE_QUEUE_H_
