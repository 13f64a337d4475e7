// SPDX-License-Identifier: Apache-2.0
// The tallies that are kept: one set of clamped counts a catalogue and period, moved by every commit.
//
// Counts live in memory. Each commit leaves one sealed entry of what it moved beside its records; a checkpoint holds
// all sets and lets older entries go; a start loads the checkpoint and the entries behind it. In clear, entries would
// tell which cells a member fell into.
//
// Threads: Move, Seal, Publish, Install on the sequencer's thread; the rest is thread-safe and sees what is durable.
// Errors: DATA_LOSS (DAMAGED).
#ifndef AANGAN_STORAGE_NODE_TALLIES_H_
#define AANGAN_STORAGE_NODE_TALLIES_H_

#include <compare>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/random.h"
#include "base/secret.h"
#include "model/tally.h"
#include "storage/engine/batch.h"
#include "storage/node/node_store.h"

namespace aangan::storage::node {

struct SetKey {
  Digest catalogue{};
  model::Period period;
  auto operator<=>(const SetKey&) const = default;
};

struct SetCounts {
  std::vector<int64_t> counts;
  int64_t members_cut = 0;
  bool operator==(const SetCounts&) const = default;
};
// What one member adds; `sign` is 1 or -1.
void AddContribution(const model::MemberContribution& contribution, int sign, SetCounts& counts);

class Tallies {
 public:
  Tallies(SecretBytes seal_key, const model::OrderKey& order_key, RandomSource* random)
      : seal_key_(std::move(seal_key)), order_key_(order_key), random_(random) {}

  // Checkpoint and entries; sets sleep until they are wanted.
  absl::Status Load(const Reader& reader);
  // Wakes the sets that are wanted, drops the others, and returns those that must be counted first: new ones, and those
  // that were counted for another place.
  std::vector<SetKey> Want(const std::map<SetKey, CountedCatalogue>& wanted);
  // How a wanted set counts, with what keeps its catalogue alive.
  struct Scope {
    std::shared_ptr<const model::CompiledCatalogue> catalogue;
    model::TallyScope tally;
    uint64_t generation = 0;  // a set that was dropped and is wanted again is another one
  };
  std::optional<Scope> ScopeOf(const SetKey& key) const;  // none when it is not wanted
  // Zeros of the right length.
  static SetCounts Empty(const SetKey& key, const Scope& scope);

  // --- the sequencer
  // The sets that are whole, or will be with the commit that is being made.
  std::map<SetKey, Scope> Counting() const;
  void Move(const std::optional<model::MemberFacts>& before, const std::optional<model::MemberFacts>& after);
  // A set that has been counted takes its place with this commit, if it is still wanted.
  void Install(const SetKey& key, uint64_t generation, SetCounts counts);
  void Seal(uint64_t sequence, Batch& batch);
  // The next Seal folds all entries into a checkpoint: none of them then tells which cells one commit moved.
  // Thread-safe.
  void MakeCheckpoint() ABSL_LOCKS_EXCLUDED(mutex_);
  void Publish();
  // As it will be after the commit that is being made; none when it will not be whole.
  std::optional<SetCounts> WithPending(const SetKey& key) const;

  // None while the set is not whole.
  std::optional<SetCounts> Counts(const SetKey& key) const;

 private:
  struct Set {
    std::optional<CountedCatalogue> counted;  // none: asleep
    std::optional<uint32_t> place;            // that the counts are for
    SetCounts counts;
    bool whole = false;
    uint64_t generation = 0;
  };
  struct Moved {
    uint64_t generation = 0;
    std::map<model::Cell, int64_t> cells;
    int64_t members_cut = 0;
  };
  struct Installed {
    uint64_t generation = 0;
    SetCounts counts;
  };
  using Sets = std::map<SetKey, Set>;
  void DropSleeping();
  bool TakeCheckpointDue();
  Scope ScopeOfSet(const SetKey& key, const Set& set) const;
  std::optional<SetCounts> PendingOf(const SetKey& key, const Set& set) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  absl::Status Read(absl::string_view plain, bool checkpoint);
  std::string EncodeCheckpoint() const;
  std::string EncodeEntry() const;
  void PutSealed(uint8_t kind, uint64_t sequence, std::string plain, Batch& batch);

  const SecretBytes seal_key_;
  const model::OrderKey order_key_;
  RandomSource* const random_;
  std::map<SetKey, Moved> moved_;          // sequencer's thread
  std::map<SetKey, Installed> installed_;  // sequencer's thread
  uint64_t entries_ = 0;                   // since the last checkpoint; sequencer's thread
  mutable absl::Mutex mutex_;
  // A set was let go that the checkpoint on disk still holds: it must not come back stale.
  bool checkpoint_due_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t generations_ ABSL_GUARDED_BY(mutex_) = 0;
  Sets sets_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_TALLIES_H_
