// SPDX-License-Identifier: Apache-2.0
// The second, small store: what may happen only once. Round state, sealed draws, noised vectors, the ledger, locks, the
// incarnation. It is in no backup: a restored node starts a new one and sits out what had begun (protocol.md, Restore).
//
// A step of a round is one synced batch in here; the main store learns of it afterwards, by id.
// Threads: thread-safe; one step at a time.
// Errors: FAILED_PRECONDITION (WRONG_STATE, BUDGET, PERIOD_TOO_OLD); ABORTED (PROPOSAL_CHANGED); DATA_LOSS (DAMAGED).
#ifndef AANGAN_STORAGE_NODE_ONCE_STORE_H_
#define AANGAN_STORAGE_NODE_ONCE_STORE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/random.h"
#include "base/secret.h"
#include "model/period.h"
#include "storage/node/locks.h"
#include "storage/node/log_copy.h"
#include "storage/node/log_words.h"

namespace aangan::storage::node {

// Stages of a round on this node, in order; numbers are on disk and are those of aangan.node.v1.ReleaseStage.
enum class Stage : uint8_t {
  kAnnounced = 1,
  kProposed = 2,
  kApproved = 3,
  kSent = 4,
  kReceived = 5,
  kRefused = 6,
  kVoid = 7,
  kLeftOut = 8,
};

// One round as this node has it. Keyed by period: a node contributes to one round a period, whatever the catalogue.
struct RoundEntry {
  model::Period period;
  Stage stage = Stage::kAnnounced;
  Digest round_id{};
  Digest catalogue{};
  int64_t charge_nano_rho = 0;
  int64_t contribute_until_us = 0;
  bool rehearsal = false;
  int64_t approve_time_us = 0;
  int64_t send_time_us = 0;
  Digest proposal_digest{};      // of the protected vector, once proposed
  std::string descriptor;        // serialised, checked when it was announced
  std::string protected_vector;  // once approved: encoded, for good
  std::string contribution;      // once approved: the exact bytes that are sent, for good
  Digest contribution_name{};    // once approved: by what receipt and freeze name it
  std::string receipt;           // serialised, once sent
  std::string freeze;            // serialised with its signature, once checked
  std::string national_release;  // serialised, once received
  bool sum_agrees = false;       // with what this node added up itself
};

// Where the audit log stood: its newest entry, and a commitment to the hash after it under a key of the node, so that
// it says nothing to anybody else. Zeros where there is none.
struct AuditCommitment {
  uint64_t place = 0;
  Digest commitment{};
  bool operator==(const AuditCommitment&) const = default;
};

// One debit. The chain's head is SHA-256 over the head before and the entry.
struct LedgerEntry {
  uint64_t number = 0;
  model::Period period;
  int64_t nano_rho = 0;
  Digest round_id{};
  AuditCommitment audit;  // when the round was approved
  Digest head{};
};

class OnceStore {
 public:
  // Made new when missing, with a new incarnation.
  static absl::StatusOr<std::unique_ptr<OnceStore>> Open(const std::string& folder, const Clock* clock,
                                                         RandomSource* random);
  virtual ~OnceStore() = default;

  virtual absl::StatusOr<RoundEntry> GetRound(const model::Period& period) const = 0;  // NOT_FOUND
  virtual absl::StatusOr<std::vector<RoundEntry>> ListRounds() const = 0;              // newest first

  // Notes an announced round. A period that has a round past kProposed keeps it: WRONG_STATE for another round_id.
  virtual absl::Status Announce(const RoundEntry& entry) = 0;
  // Keeps the draw of a round, sealed under a key in a file of its own. The same round keeps its first draw: `encoded`
  // is then ignored. Returns the draw that stands.
  virtual absl::StatusOr<SecretBytes> KeepDraw(const Digest& round_id, SecretBytes encoded) = 0;
  virtual absl::StatusOr<std::optional<SecretBytes>> FindDraw(const Digest& round_id) const = 0;
  // Announced -> proposed (or proposed again): the digest of what would leave. The vector itself is not kept.
  virtual absl::Status Propose(const model::Period& period, const Digest& proposal_digest) = 0;
  // One synced batch: debit, protected vector, contribution bytes, stage approved; then the draw's key file is
  // overwritten. BUDGET when any four consecutive periods would pass `cap`; PERIOD_TOO_OLD when the period is not later
  // than all that were contributed to; PROPOSAL_CHANGED when the digest is not the proposed one.
  struct Approval {
    model::Period period;
    Digest proposal_digest{};
    AuditCommitment audit;
    std::string protected_vector;
    // Makes the bytes that are sent; the ledger's head after the debit is signed into them.
    std::function<absl::StatusOr<std::string>(const Digest& ledger_head)> make_contribution;
    std::function<Digest(absl::string_view contribution)> name_contribution;
    int64_t cap_nano_rho = 0;
  };
  virtual absl::Status Approve(const Approval& approval) = 0;
  virtual absl::Status Refuse(const model::Period& period) = 0;  // also from kAnnounced
  virtual absl::Status MarkSent(const model::Period& period, const std::string& receipt) = 0;
  // `sum_agrees`: this node has added up the answers and found what the release says.
  virtual absl::Status MarkEnded(const model::Period& period, Stage stage, const std::string& national_release,
                                 bool sum_agrees) = 0;

  // The same of a round in which this node's own contribution came to nothing: its stage stays.
  virtual absl::Status NoteRelease(const model::Period& period, const std::string& national_release,
                                   bool sum_agrees) = 0;

  virtual absl::Status KeepFreeze(const model::Period& period, const std::string& freeze) = 0;

  // --- answers: one a period, whatever the catalogue
  virtual absl::StatusOr<std::optional<AnswerLock>> FindLock(const model::Period& period) const = 0;
  virtual absl::StatusOr<std::vector<AnswerLock>> Locks() const = 0;
  // Lock and answer in one synced batch. WRONG_STATE when the period has a lock already.
  virtual absl::Status Lock(const AnswerLock& lock) = 0;
  virtual absl::Status MarkAnswered(const model::Period& period) = 0;

  // When this was asked for the first time: call it once a freeze of the period is known.
  virtual absl::StatusOr<int64_t> FrozenSince(const model::Period& period) = 0;

  // --- the federation's log, and what people must see
  virtual absl::StatusOr<std::vector<LoggedEntry>> Log() const = 0;
  virtual absl::Status AppendLog(size_t known, absl::Span<const LoggedEntry> entries) = 0;
  // Others' words about it that can not be judged yet.
  virtual absl::StatusOr<std::vector<LogWord>> LogWords() const = 0;
  virtual absl::Status KeepLogWord(const LogWord& word) = 0;
  virtual absl::Status ForgetLogWord(const std::string& subject, const std::string& author) = 0;
  virtual absl::Status RaiseAlarm(AlarmKind kind, const std::string& subject, const std::string& evidence) = 0;
  virtual absl::StatusOr<std::vector<Alarm>> Alarms() const = 0;

  // --- restore: see restore.h in server/node
  // Destroys the keys of all draws that it finds, then notes in one batch the moment, debits of what may have been
  // spent before beside those that it knows of, and a new incarnation. Before anything else uses the store. WRONG_STATE
  // for a moment before the one of an earlier restore.
  struct PriorDebit {
    model::Period period;
    int64_t nano_rho = 0;
  };
  virtual absl::Status StartAfterRestore(int64_t restore_time_us, absl::Span<const PriorDebit> debits) = 0;
  virtual absl::Status AddPriorDebits(absl::Span<const PriorDebit> debits) = 0;
  // Somebody's word about the moment: the noted one or a later one. WRONG_STATE for an earlier one, or without a
  // restore.
  virtual absl::Status ConfirmRestore(int64_t restore_time_us, absl::Span<const PriorDebit> debits) = 0;
  virtual int64_t restore_time_us() const = 0;  // 0: never restored
  virtual bool restore_confirmed() const = 0;
  // Whether it was noted where the store lies: see home.h in server/node.
  virtual absl::StatusOr<bool> HomeNoted() const = 0;
  virtual absl::Status NoteHome() = 0;
  // A node takes no part in a period that had begun when it was restored.
  bool SitsOut(const model::Period& period) const;

  // --- ledger
  virtual absl::StatusOr<std::vector<LedgerEntry>> Ledger() const = 0;  // oldest first, chain checked
  virtual Digest ledger_head() const = 0;                               // zeros when empty
  // What is left for `period`: the cap less the most that any four consecutive periods with it already hold.
  virtual int64_t BudgetLeft(const model::Period& period, int64_t cap_nano_rho) const = 0;

  // 16 random bytes made at first start and with each restore, and a counter of signed objects, raised durably before
  // it is used.
  virtual std::array<uint8_t, 16> incarnation() const = 0;
  virtual absl::StatusOr<uint64_t> NextCounter() = 0;
};

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_ONCE_STORE_H_
