// SPDX-License-Identifier: Apache-2.0
// What this node did once and never does again in a period: its one answer, or its silence. And what it saw that
// people must see: alarms with their evidence.
//
// Value of a lock: u8 format | i64 year | u8 quarter | round id 32 | freeze 32 | u8 sent | answer. Threads: pure over
// what it is given. Errors: DATA_LOSS (DAMAGED); FAILED_PRECONDITION (WRONG_STATE) for a second lock.
#ifndef AANGAN_STORAGE_NODE_LOCKS_H_
#define AANGAN_STORAGE_NODE_LOCKS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/digest.h"
#include "model/period.h"
#include "storage/engine/batch.h"

namespace aangan::storage::node {

struct AnswerLock {
  model::Period period;
  Digest round_id{};
  Digest freeze{};
  std::string answer;  // the exact bytes; empty: silent in this round
  bool sent = false;
};
absl::StatusOr<std::optional<AnswerLock>> FindLock(const Reader& reader, const model::Period& period);
absl::StatusOr<std::vector<AnswerLock>> ListLocks(const Reader& reader);
void PutLock(const AnswerLock& lock, Batch& batch);

// Numbers are on disk and are those of aangan.node.v1.AlarmKind.
enum class AlarmKind : uint8_t {
  kLogFork = 1,              // the log shown here is not the one that somebody else signed to have seen
  kLogRollback = 2,          // the federation's log is shorter than it was, or than others signed to have seen
  kBadDescriptor = 3,        // an announced round is not what this node computes
  kBadFreeze = 4,            // a freeze breaks a rule, or holds other bytes than this node sent
  kContributionMissing = 5,  // the freeze lacks a contribution that has a receipt
  kAnswerMissing = 6,        // the published answers lack this node's
  kWrongSum = 7,             // the release is not what the answers say
  kDisputed = 8,             // answers disagree, and nobody can be named
  kSecondFreeze = 9,         // another freeze of a round than the one that was answered, or begun
  kBadVoid = 10,             // a round is called void without a signature, before its window is over, or after a freeze
  kSpoiltTable = 11,         // a release holds a sum that no counts can give
  kReleaseWithheld = 12,     // enough answered long ago, and no release is served
  kOwnTwin = 13,             // the log holds what this node did not make, or says that a twin of it speaks
  kTwin = 14,                // the log says that a twin of another collective's node speaks
};
struct Alarm {
  AlarmKind kind = AlarmKind::kLogFork;
  std::string subject;   // period, collective, or empty
  int64_t time_us = 0;   // when it was first seen
  std::string evidence;  // the signed objects that show it
};
// The same kind about the same subject is kept once, with its first evidence.
absl::StatusOr<std::vector<Alarm>> ListAlarms(const Reader& reader);
absl::StatusOr<bool> HasAlarm(const Reader& reader, AlarmKind kind, absl::string_view subject);
void PutAlarm(const Alarm& alarm, Batch& batch);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_LOCKS_H_
