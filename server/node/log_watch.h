// SPDX-License-Identifier: Apache-2.0
// Follows the federation's log: keeps all of it, recomputes every head, and says when what is shown here is not what
// was shown before or to others.
//
// A fork or a rollback is noted as an alarm with the signed heads that show it, and nothing of it is taken in: privacy
// does not depend on the log, so the node goes on with what it holds. Source: protocol.md, Log; RFC 6962.
// Threads: thread-safe; one contact at a time. Errors: of FederationLink and OnceStore; INVALID_ARGUMENT
// (BAD_SIGNATURE) for a head that the federation did not sign.
#ifndef AANGAN_SERVER_NODE_LOG_WATCH_H_
#define AANGAN_SERVER_NODE_LOG_WATCH_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "aangan/federation/v1/log.pb.h"
#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "privacy/log_head.h"
#include "server/node/federation_link.h"
#include "server/node/identity.h"
#include "storage/node/once_store.h"

namespace aangan::node {

using LogEntries = std::shared_ptr<const std::vector<federation::v1::LogEntry>>;

class LogWatch {
 public:
  // All outlive it.
  static absl::StatusOr<std::unique_ptr<LogWatch>> Open(storage::node::OnceStore* once, const Identity* identity,
                                                        const Clock* clock);

  // Fetches what is new and takes it in if the heads agree.
  absl::Status Follow(FederationLink& link);
  LogEntries entries() const;
  privacy::LogPosition position() const;
  // What the next signed object says of its node: a counter that was never used, with the position of the log, drawn
  // together so that of two objects the one with the higher counter has seen no less of the log.
  struct Stamp {
    privacy::LogPosition log;
    std::array<uint8_t, 16> incarnation{};
    uint64_t counter = 0;
  };
  absl::StatusOr<Stamp> NextStamp();
  // Entries that were here at a moment.
  int64_t SizeAt(absl::Time time) const;
  // Somebody else's signed word of where the log stood for her. A log that is longer than the one here is kept in mind
  // and judged when this one has grown; the longest of each author and subject, on disk.
  struct Word {
    std::string subject;   // period
    std::string author;    // collective
    std::string evidence;  // the signed object
  };
  absl::Status Compare(const privacy::LogPosition& seen, const Word& word);
  // At the end of a contact: follows again when somebody has seen more. What she has seen and the federation then still
  // does not show here, at the ends of two contacts, is an alarm.
  absl::Status EndContact(FederationLink& link);

 private:
  LogWatch(storage::node::OnceStore* once, const Identity* identity, const Clock* clock)
      : once_(once),
        identity_(identity),
        clock_(clock),
        entries_(std::make_shared<std::vector<federation::v1::LogEntry>>()) {}
  absl::Status Load();
  absl::StatusOr<std::vector<federation::v1::LogEntry>> Fetch(FederationLink& link, size_t known, LogPage* last);
  absl::Status TakeIn(const std::vector<federation::v1::LogEntry>& fresh, const std::vector<std::string>& leaves);
  using UnjudgedWords = std::map<std::pair<std::string, std::string>, storage::node::LogWord>;  // by subject and author
  absl::Status KeepInMind(const privacy::LogPosition& seen, const Word& word) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Judge();
  bool AgreesWith(const privacy::LogPosition& seen) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Alarm(storage::node::AlarmKind kind, const std::string& subject, const std::string& evidence);

  storage::node::OnceStore* const once_;
  const Identity* const identity_;
  const Clock* const clock_;
  absl::Mutex following_;
  mutable absl::Mutex mutex_;
  LogEntries entries_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> leaves_ ABSL_GUARDED_BY(mutex_);
  std::vector<int64_t> receive_times_us_ ABSL_GUARDED_BY(mutex_);
  UnjudgedWords unjudged_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_LOG_WATCH_H_
