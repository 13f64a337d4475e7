// SPDX-License-Identifier: Apache-2.0
// The node's main store: records, tallies, audit, settings. One door for reads and one for writes.
//
// Writes: Submit() checks and seals on the caller's thread and hands the change to one sequencer thread, which alone
// owns sequence numbers, versions, request ids, tallies and the audit chain. It writes many changes with one sync;
// `done` is called after the sync, on the sequencer's thread, exactly once. Reads see what is durable, never beyond.
//
// One commit holds: sealed records, chained audit entries, request ids, one sealed tally entry. Nothing of it alone.
//
// Threads: thread-safe.
// Errors: NOT_FOUND; ABORTED (STALE_ETAG); ALREADY_EXISTS (ALREADY_EXISTS, ERASED_ID); INVALID_ARGUMENT
// (REQUEST_ID_REUSED); FAILED_PRECONDITION (SEALED); RESOURCE_EXHAUSTED (BUSY, DISK_RESERVE); DATA_LOSS (DAMAGED,
// LOG_SHORTENED). A failed sync ends the process.
#ifndef AANGAN_STORAGE_NODE_NODE_STORE_H_
#define AANGAN_STORAGE_NODE_NODE_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/audit_chain.h"
#include "base/clock.h"
#include "base/literal.h"
#include "base/random.h"
#include "model/catalogue.h"
#include "model/names.h"
#include "model/tally.h"
#include "storage/engine/master_key.h"
#include "storage/engine/reader.h"
#include "storage/node/change.h"
#include "storage/node/late_records.h"

namespace aangan::storage::node {

struct StoreOptions {
  std::string folder;  // /var/lib/aangan/node: main/, once/, member_keys/, master_key, durable_head
  const Clock* clock = nullptr;
  RandomSource* random = nullptr;
  // What opens the master key; a new store makes its key behind it. Outlives Open.
  const KeyLock* key_lock = nullptr;
  uint64_t disk_reserve_bytes = 256u << 20;
  size_t queue_changes_max = 4096;
};

// A record with its name. The version is inside the record.
struct Found {
  model::RecordName name;
  Record record;
};

// A catalogue that the node counts by, and the place that its collective has in it.
struct CountedCatalogue {
  std::shared_ptr<const model::CompiledCatalogue> catalogue;
  std::optional<uint32_t> place;
};

struct AuditEntry {
  uint64_t sequence = 0;
  int64_t time_us = 0;
  Action action = Action::kCreated;
  std::string actor;
  std::string resource;
  Digest chain_hash{};
};

struct VerifyReport {
  int64_t records = 0;
  int64_t cells = 0;
  int tally_sets = 0;
  int64_t audit_entries = 0;
};

class NodeStore {
 public:
  // Opens or makes the store. A new folder gets new keys, behind the lock.
  static absl::StatusOr<std::unique_ptr<NodeStore>> Open(const StoreOptions& options);
  virtual ~NodeStore() = default;  // waits for what was submitted, then closes

  // --- records
  virtual absl::StatusOr<Found> Get(const model::RecordName& name) const = 0;
  // Records of one kind after `after` (exclusive), by id: of one member, or with kMember all members who are not sealed
  // and with kSealedState those who are. Of a sealed member nothing else is read or written: FAILED_PRECONDITION
  // (SEALED).
  virtual absl::StatusOr<std::vector<Found>> List(model::RecordKind kind, const model::Id& member,
                                                  const std::optional<model::Id>& after, size_t limit) const = 0;
  // What a record said before it was changed: its forms with versions under `before` (0: all), newest first. None for a
  // record that is not there.
  virtual absl::StatusOr<std::vector<Found>> ListRevisions(const model::RecordName& name, uint64_t before,
                                                           size_t limit) const = 0;
  virtual void Submit(Change change, Done done) = 0;
  absl::StatusOr<Committed> SubmitAndWait(Change change);
  // The ids that a row of a file gets for good: HMAC-SHA-256 under the node's import key, 128 bits.
  virtual model::Id ImportId(absl::string_view mapping_id, absl::Span<const uint8_t> row_digest, int64_t occurrence,
                             absl::string_view part) const = 0;

  // --- settings: small values by key (identity, roster, catalogues, tokens, releases as sent), written by NoteChange
  virtual absl::StatusOr<std::string> GetSetting(absl::string_view key) const = 0;
  virtual absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ListSettings(absl::string_view prefix,
                                                                                        absl::string_view after,
                                                                                        size_t limit) const = 0;

  // --- tallies
  // From now on counts by exactly these catalogues. New tally sets (a catalogue and a period) are counted in the
  // background and served when whole; sets that are no longer wanted go. Periods: the running quarter, the four ended
  // before it that a catalogue covers, and their years. Call at start, on a new catalogue and when a quarter begins.
  virtual absl::Status SetCatalogues(std::vector<CountedCatalogue> catalogues) = 0;
  // True while a set is being counted.
  virtual bool rebuilding() const = 0;
  // Blocks until no set is being counted, at most for `within`: DEADLINE_EXCEEDED.
  virtual absl::Status AwaitRebuilt(absl::Duration within) const = 0;
  // The exact clamped counts of an ended quarter as they stand durable now, in the order of the round's vector. A
  // consent that has run out by the clock counts no more. FAILED_PRECONDITION (PERIOD_NOT_ENDED); UNAVAILABLE while
  // rebuilding.
  virtual absl::StatusOr<model::ClosedTallies> Close(const Digest& catalogue, const model::Period& quarter) = 0;
  // What came too late for these quarters: see late_records.h. One pass over all records.
  virtual absl::StatusOr<std::vector<LateRecords>> CountLate(absl::Span<const ApprovedQuarter> quarters) const = 0;
  // Submits what time alone changes: consents that ran out. Call daily. Returns how many.
  virtual absl::StatusOr<int64_t> RunOutConsents() = 0;

  // --- audit and checks
  // Entries before `before` (exclusive; 0 means from the newest), newest first; `member` alone when given.
  virtual absl::StatusOr<std::vector<AuditEntry>> ListAudit(const std::optional<model::Id>& member, uint64_t before,
                                                            size_t limit) const = 0;
  // Entries behind `after` (exclusive; 0 means from the oldest), oldest first.
  virtual absl::StatusOr<std::vector<AuditEntry>> ListAuditAfter(uint64_t after, size_t limit) const = 0;
  // Follows the whole chain to the last commit's entry; the follower remembers the hashes after these numbers of
  // entries. DATA_LOSS (DAMAGED).
  virtual absl::StatusOr<AuditFollower> FollowAudit(std::set<int64_t> remember) const = 0;
  // Counts again from the records and follows the audit chain. DATA_LOSS (DAMAGED) on any difference.
  virtual absl::StatusOr<VerifyReport> Verify() = 0;

  // --- backups and erasure
  // The whole store as it is now; short-lived, because it holds back what erasing has to free.
  virtual std::unique_ptr<Reader> TakeSnapshot() const = 0;
  virtual uint64_t estimated_bytes() const = 0;  // of what a snapshot holds, about
  // Reads every file of the store and compares its checksums. DATA_LOSS (DAMAGED).
  virtual absl::Status Scrub() = 0;
  // What was deleted of these members is in no file of the store when it returns: see Database::Expunge.
  virtual absl::Status Expunge(const std::vector<model::Id>& members, absl::Duration patience) = 0;

  virtual uint64_t durable_sequence() const = 0;
  virtual int64_t disk_free_bytes() const = 0;
  // True when the disk takes no more writes: see storage/engine/disk_reserve. Measures it.
  virtual bool disk_is_full() const = 0;
  virtual size_t changes_waiting() const = 0;  // for the writer
  // A key for one purpose, derived from the master key (page tokens, ...).
  virtual SecretBytes DeriveKey(Literal purpose) const = 0;
};

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_NODE_STORE_H_
