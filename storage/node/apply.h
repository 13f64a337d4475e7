// SPDX-License-Identifier: Apache-2.0
// The sequencer: changes become one batch. It alone owns sequence numbers, versions, request ids, tallies and the audit
// chain.
//
// Threads: all of it on the commit queue's writer thread, but for the constructor. Errors: as NodeStore says.
#ifndef AANGAN_STORAGE_NODE_APPLY_H_
#define AANGAN_STORAGE_NODE_APPLY_H_

#include <functional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/clock.h"
#include "storage/engine/commit_queue.h"
#include "storage/engine/keyring.h"
#include "storage/node/audit_log.h"
#include "storage/node/change.h"
#include "storage/node/member_facts.h"
#include "storage/node/tallies.h"

namespace aangan::storage::node {

class Sequencer;

// The largest order that a consent of this store was given: later ones are larger, also after the clock went back.
absl::StatusOr<uint64_t> ReadConsentOrder(const Reader& reader);

// A change with its records sealed by the caller's thread.
class ChangeItem final : public CommitItem {
 public:
  ChangeItem(Change change_in, node::Done done_in) : change(std::move(change_in)), done(std::move(done_in)) {}
  void Done(absl::StatusOr<uint64_t> sequence) override;
  bool may_use_reserve() const override;
  bool passes_full_queue() const override;

  Change change;
  std::vector<std::string> sealed;  // one a write; empty for a delete
  std::string wrapped_key;          // of a new member
  bool member_missing = false;      // nothing is sealed: only the first answer to a repeat can come of it
  uint64_t consent_order = 0;       // the largest given to its consents
  node::Done done;
  Committed result;
};

// Work that must see a still store: begin and end of a count, verify.
class TaskItem final : public CommitItem {
 public:
  using Task = std::function<absl::Status(Sequencer&, Batch&)>;
  TaskItem(Task task_in, std::function<void(absl::Status)> done_in)
      : task(std::move(task_in)), done(std::move(done_in)) {}
  void Done(absl::StatusOr<uint64_t> sequence) override { done(sequence.status()); }

  Task task;
  std::function<void(absl::Status)> done;
};

class Sequencer final : public Committer {
 public:
  Sequencer(Keyring* keyring, Tallies* tallies, const Clock* clock, const Digest& audit_head, uint64_t consent_order)
      : keyring_(keyring),
        tallies_(tallies),
        clock_(clock),
        loader_(keyring),
        audit_head_(audit_head),
        consent_order_(consent_order) {}

  absl::Status Apply(uint64_t sequence, CommitItem& item, Batch& batch) override;
  Digest Seal(uint64_t sequence, Batch& batch) override;
  void Committed(uint64_t sequence) override;

  // For tasks.
  Tallies& tallies() { return *tallies_; }
  const MemberFactsLoader& loader() const { return loader_; }
  const Digest& audit_head() const { return audit_head_; }
  // From now on (and for what this commit changed so far) notes whose records change.
  void BeginTouched();
  std::set<model::Id> EndTouched();

 private:
  absl::Status ApplyRecords(uint64_t sequence, ChangeItem& item, const RecordsChange& change, Batch& batch);
  absl::Status ApplyWrite(const ChangeItem& item, const RecordWrite& write, size_t index, Batch& batch, bool* repeated);
  absl::Status ApplyNote(uint64_t sequence, const NoteChange& change, Batch& batch);
  absl::Status CheckNew(const RecordWrite& write, bool skip_if_present, Batch& batch, bool* repeated);
  absl::StatusOr<bool> Repeats(ChangeItem& item, const RequestKey& request, Batch& batch);
  absl::StatusOr<std::optional<model::MemberFacts>> FactsBefore(const model::Id& member, const Batch& batch);
  absl::StatusOr<std::optional<model::MemberFacts>> FactsAfter(const std::optional<model::MemberFacts>& before,
                                                               const RecordsChange& change, const Batch& batch) const;
  void Audit(uint64_t sequence, const std::vector<AuditNote>& notes, Batch& batch);

  Keyring* const keyring_;
  Tallies* const tallies_;
  const Clock* const clock_;
  const MemberFactsLoader loader_;
  Digest audit_head_;
  uint64_t consent_order_;              // the largest that is in the store
  uint32_t audit_number_ = 0;           // in this commit
  std::vector<model::Id> erased_;       // of this commit
  std::set<model::Id> commit_touched_;  // of this commit
  std::optional<std::set<model::Id>> touched_;
  absl::flat_hash_map<model::Id, model::MemberFacts> cache_;
};

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_APPLY_H_
