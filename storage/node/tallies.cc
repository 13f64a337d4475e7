// SPDX-License-Identifier: Apache-2.0
// Keeping the tallies: see tallies.h.
#include "storage/node/tallies.h"

#include <utility>

#include "base/canonical.h"
#include "base/check.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/engine/sealing.h"

namespace aangan::storage::node {
namespace {

constexpr uint8_t kCheckpoint = 1;
constexpr uint8_t kEntry = 2;
constexpr uint64_t kEntriesMax = 4096;  // between checkpoints
constexpr uint8_t kTallyPlace = 16;     // kind of a sealed tally; records have 1 to 4

std::string KeyOf(uint8_t kind, uint64_t sequence) { return KeyWriter().U8(kind).U64(sequence).Take(); }

absl::Status Damaged() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "the stored tallies do not read; count again with verify");
}

}  // namespace

void AddContribution(const model::MemberContribution& contribution, int sign, SetCounts& counts) {
  for (const auto& [cell, count] : contribution.cells) counts.counts[cell] += sign * count;
  counts.members_cut += contribution.cut ? sign : 0;
}

// Form: u32 sets; each: catalogue 32, i64 year, u8 quarter, u32 length of the vector (0 in an entry), in a checkpoint
// u32 place + 1 (0 none), i64 members cut, u32 cells that follow, each u32 cell and i64 value.
absl::Status Tallies::Read(absl::string_view plain, bool checkpoint) {
  CanonicalReader reader(plain);
  ASSIGN_OR_RETURN(const uint32_t set_count, reader.U32());
  absl::MutexLock lock(&mutex_);
  for (uint32_t i = 0; i < set_count; ++i) {
    SetKey key;
    RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(key.catalogue)));
    ASSIGN_OR_RETURN(const int64_t year, reader.I64());
    ASSIGN_OR_RETURN(const uint8_t quarter, reader.U8());
    ASSIGN_OR_RETURN(const uint32_t length, reader.U32());
    if (checkpoint != (length > 0)) return Damaged();
    key.period = {static_cast<int16_t>(year), static_cast<int8_t>(quarter)};
    if (checkpoint) {
      Set set;
      ASSIGN_OR_RETURN(const uint32_t place, reader.U32());
      if (place > 0) set.place = place - 1;
      set.counts.counts.assign(length, 0);
      set.whole = true;
      set.generation = ++generations_;
      sets_.insert_or_assign(key, std::move(set));
    }
    ASSIGN_OR_RETURN(const int64_t cut, reader.I64());
    ASSIGN_OR_RETURN(const uint32_t cells, reader.U32());
    const auto found = sets_.find(key);
    if (found == sets_.end()) return Damaged();
    SetCounts& counts = found->second.counts;
    counts.members_cut += cut;
    for (uint32_t c = 0; c < cells; ++c) {
      ASSIGN_OR_RETURN(const uint32_t cell, reader.U32());
      ASSIGN_OR_RETURN(const int64_t value, reader.I64());
      if (cell >= counts.counts.size()) return Damaged();
      counts.counts[cell] += value;
    }
  }
  return reader.End();
}

absl::Status Tallies::Load(const Reader& reader) {
  uint64_t checkpoint = 0;
  absl::Status status;
  const auto open = [&](absl::string_view key, absl::string_view value, bool is_checkpoint) {
    KeyReader key_reader(key);
    absl::StatusOr<uint8_t> kind = key_reader.U8();
    absl::StatusOr<uint64_t> sequence = key_reader.U64();
    if (!kind.ok() || !sequence.ok()) return status = Damaged(), false;
    if (is_checkpoint) checkpoint = *sequence;
    auto plain = Open(seal_key_.span(), {kTallyPlace, key, *sequence}, Sealed::FromStored(value));
    status = plain.ok() ? Read(*plain, is_checkpoint) : plain.status();
    return status.ok();
  };
  RETURN_IF_ERROR(
      reader.Scan(Family::kTallies, KeyRange::Prefix(KeyWriter().U8(kCheckpoint).Take()), Order::kBackward,
                  [&](absl::string_view key, absl::string_view value) { return open(key, value, true), false; }));
  RETURN_IF_ERROR(status);
  RETURN_IF_ERROR(reader.Scan(Family::kTallies,
                              KeyRange::Prefix(KeyWriter().U8(kEntry).Take()).After(KeyOf(kEntry, checkpoint)),
                              Order::kForward, [&](absl::string_view key, absl::string_view value) {
                                ++entries_;
                                return open(key, value, false);
                              }));
  return status;
}

std::vector<SetKey> Tallies::Want(const std::map<SetKey, CountedCatalogue>& wanted) {
  absl::MutexLock lock(&mutex_);
  checkpoint_due_ |= std::erase_if(sets_, [&](const auto& entry) { return !wanted.contains(entry.first); }) > 0;
  std::vector<SetKey> to_count;
  for (const auto& [key, counted] : wanted) {
    Set& set = sets_[key];
    if (set.generation == 0 || set.place != counted.place) {
      checkpoint_due_ |= set.generation != 0;  // whole or not: a commit on its way may hold it
      set = Set{};
      set.place = counted.place;
      set.generation = ++generations_;
    }
    set.counted = counted;
    if (!set.whole) to_count.push_back(key);
  }
  return to_count;
}

Tallies::Scope Tallies::ScopeOfSet(const SetKey& key, const Set& set) const {
  return {set.counted->catalogue, {set.counted->catalogue.get(), key.period, set.place, order_key_}, set.generation};
}

std::optional<Tallies::Scope> Tallies::ScopeOf(const SetKey& key) const {
  absl::MutexLock lock(&mutex_);
  auto found = sets_.find(key);
  if (found == sets_.end() || !found->second.counted.has_value()) return std::nullopt;
  return ScopeOfSet(key, found->second);
}

SetCounts Tallies::Empty(const SetKey& key, const Scope& scope) {
  SetCounts counts;
  counts.counts.assign(key.period.is_year() ? scope.catalogue->year_cell_count : scope.catalogue->quarter_cell_count,
                       0);
  return counts;
}

std::map<SetKey, Tallies::Scope> Tallies::Counting() const {
  std::map<SetKey, Scope> scopes;
  absl::MutexLock lock(&mutex_);
  for (const auto& [key, set] : sets_) {
    if (!set.counted.has_value()) continue;
    const auto installed = installed_.find(key);
    if (set.whole || (installed != installed_.end() && installed->second.generation == set.generation)) {
      scopes.emplace(key, ScopeOfSet(key, set));
    }
  }
  return scopes;
}

void Tallies::Move(const std::optional<model::MemberFacts>& before, const std::optional<model::MemberFacts>& after) {
  DropSleeping();
  for (const auto& [key, scope] : Counting()) {
    const model::MemberContribution was =
        before.has_value() ? Contribution(*before, scope.tally) : model::MemberContribution{};
    const model::MemberContribution is =
        after.has_value() ? Contribution(*after, scope.tally) : model::MemberContribution{};
    const model::TallyDelta delta = Delta(was, is);
    if (delta.empty()) continue;
    Moved& moved = moved_[key];
    if (moved.generation != scope.generation) moved = Moved{scope.generation, {}, 0};
    for (const auto& [cell, value] : delta.cells) moved.cells[cell] += value;
    moved.members_cut += delta.members_cut;
  }
}

// How sets count that nobody woke is not known, so this commit would make them stale: they are counted again.
void Tallies::DropSleeping() {
  absl::MutexLock lock(&mutex_);
  checkpoint_due_ |= std::erase_if(sets_, [](const auto& entry) { return !entry.second.counted.has_value(); }) > 0;
}

bool Tallies::TakeCheckpointDue() {
  absl::MutexLock lock(&mutex_);
  return std::exchange(checkpoint_due_, false);
}

void Tallies::MakeCheckpoint() {
  absl::MutexLock lock(&mutex_);
  checkpoint_due_ = true;
}

void Tallies::Install(const SetKey& key, uint64_t generation, SetCounts counts) {
  moved_.erase(key);
  installed_[key] = {generation, std::move(counts)};
}

// A set may be dropped, or dropped and wanted again, while a commit is being made: what was moved or counted for the
// one before is then nobody's.
std::optional<SetCounts> Tallies::PendingOf(const SetKey& key, const Set& set) const {
  std::optional<SetCounts> counts;
  const auto installed = installed_.find(key);
  if (installed != installed_.end() && installed->second.generation == set.generation) {
    counts = installed->second.counts;
  } else if (set.whole) {
    counts = set.counts;
  }
  const auto moved = moved_.find(key);
  if (!counts.has_value() || moved == moved_.end() || moved->second.generation != set.generation) return counts;
  for (const auto& [cell, value] : moved->second.cells) counts->counts[cell] += value;
  counts->members_cut += moved->second.members_cut;
  return counts;
}

std::optional<SetCounts> Tallies::WithPending(const SetKey& key) const {
  absl::MutexLock lock(&mutex_);
  const auto found = sets_.find(key);
  return found == sets_.end() ? std::nullopt : PendingOf(key, found->second);
}

std::optional<SetCounts> Tallies::Counts(const SetKey& key) const {
  absl::MutexLock lock(&mutex_);
  auto found = sets_.find(key);
  if (found == sets_.end() || !found->second.whole) return std::nullopt;
  return found->second.counts;
}

std::string Tallies::EncodeCheckpoint() const {
  absl::MutexLock lock(&mutex_);
  uint32_t set_count = 0;
  CanonicalWriter writer;
  for (const auto& [key, set] : sets_) {
    const std::optional<SetCounts> counts = PendingOf(key, set);
    if (!counts.has_value()) continue;
    ++set_count;
    writer.Fixed(key.catalogue).I64(key.period.year).U8(static_cast<uint8_t>(key.period.quarter));
    writer.U32(static_cast<uint32_t>(counts->counts.size())).U32(set.place.has_value() ? *set.place + 1 : 0);
    writer.I64(counts->members_cut);
    uint32_t cells = 0;
    for (int64_t value : counts->counts) cells += value != 0;
    writer.U32(cells);
    for (size_t cell = 0; cell < counts->counts.size(); ++cell) {
      if (counts->counts[cell] != 0) writer.U32(static_cast<uint32_t>(cell)).I64(counts->counts[cell]);
    }
  }
  return CanonicalWriter().U32(set_count).bytes() + writer.bytes();
}

std::string Tallies::EncodeEntry() const {
  CanonicalWriter writer;
  writer.U32(static_cast<uint32_t>(moved_.size()));
  for (const auto& [key, moved] : moved_) {
    writer.Fixed(key.catalogue).I64(key.period.year).U8(static_cast<uint8_t>(key.period.quarter)).U32(0);
    writer.I64(moved.members_cut).U32(static_cast<uint32_t>(moved.cells.size()));
    for (const auto& [cell, value] : moved.cells) writer.U32(cell).I64(value);
  }
  return std::move(writer).Take();
}

void Tallies::PutSealed(uint8_t kind, uint64_t sequence, std::string plain, Batch& batch) {
  const std::string key = KeyOf(kind, sequence);
  batch.Put(Family::kTallies, key,
            storage::Seal(seal_key_.span(), {kTallyPlace, key, sequence}, plain, *random_).bytes());
  Wipe(plain);
}

void Tallies::Seal(uint64_t sequence, Batch& batch) {
  const bool due = TakeCheckpointDue();
  if (!due && moved_.empty() && installed_.empty()) return;
  if (!due && installed_.empty() && ++entries_ < kEntriesMax) {
    PutSealed(kEntry, sequence, EncodeEntry(), batch);
    return;
  }
  batch.DeleteRange(Family::kTallies, {KeyOf(kCheckpoint, 0), KeyOf(kCheckpoint, sequence)});
  batch.DeleteRange(Family::kTallies, {KeyOf(kEntry, 0), KeyOf(kEntry, sequence + 1)});
  PutSealed(kCheckpoint, sequence, EncodeCheckpoint(), batch);
  entries_ = 0;
}

void Tallies::Publish() {
  absl::MutexLock lock(&mutex_);
  for (auto& [key, set] : sets_) {
    if (!installed_.contains(key) && !moved_.contains(key)) continue;
    std::optional<SetCounts> counts = PendingOf(key, set);
    if (!counts.has_value()) continue;
    set.counts = *std::move(counts);
    set.whole = true;
  }
  moved_.clear();
  installed_.clear();
}

}  // namespace aangan::storage::node
