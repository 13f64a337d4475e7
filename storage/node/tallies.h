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
  // Wakes the sets that are wanted, drops the others, and returns those that must be counted first.
  std::vector<SetKey> Want(const std::map<SetKey, CountedCatalogue>& wanted);
  // How a wanted set counts, with what keeps its catalogue alive; none when it is not wanted.
  struct Scope {
    std::shared_ptr<const model::CompiledCatalogue> catalogue;
    model::TallyScope tally;
  };
  std::optional<Scope> ScopeOf(const SetKey& key) const;
  std::vector<SetKey> WantedSets() const;
  // Zeros of the right length.
  SetCounts Empty(const SetKey& key) const;

  // --- the sequencer
  void Move(const std::optional<model::MemberFacts>& before, const std::optional<model::MemberFacts>& after);
  // A set that has been counted takes its place with this commit.
  void Install(const SetKey& key, SetCounts counts);
  void Drop();  // what Move and Install gathered for a commit that will not be
  bool pending() const { return !moved_.empty() || !installed_.empty(); }
  void Seal(uint64_t sequence, Batch& batch);
  void Publish();
  // As it will be after the commit that is being made.
  SetCounts WithPending(const SetKey& key) const;

  bool IsWhole(const SetKey& key) const;
  // None while the set is not whole.
  std::optional<SetCounts> Counts(const SetKey& key) const;

 private:
  struct Set {
    std::optional<CountedCatalogue> counted;  // none: asleep
    SetCounts counts;
    bool whole = false;
  };
  using Moved = std::map<SetKey, std::pair<std::map<model::Cell, int64_t>, int64_t>>;
  // Sets that nobody woke would go stale with the first commit.
  void DropSleeping();
  bool TakeCheckpointDue();
  absl::Status Read(absl::string_view plain, bool checkpoint);
  std::string Encode(const std::map<SetKey, SetCounts>& sets) const;
  void PutSealed(uint8_t kind, uint64_t sequence, std::string plain, Batch& batch);

  const SecretBytes seal_key_;
  const model::OrderKey order_key_;
  RandomSource* const random_;
  Moved moved_;                            // sequencer's thread
  std::map<SetKey, SetCounts> installed_;  // sequencer's thread
  uint64_t entries_ = 0;                   // since the last checkpoint; sequencer's thread
  mutable absl::Mutex mutex_;
  // A set was let go that the checkpoint on disk still holds: it must not come back stale.
  bool checkpoint_due_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<SetKey, Set> sets_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_TALLIES_H_
