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

// Form: u32 sets; each: catalogue 32, i64 year, u8 quarter, u32 length of the vector (0 in an entry), i64 members cut,
// u32 cells that follow, each u32 cell and i64 value.
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
    ASSIGN_OR_RETURN(const int64_t cut, reader.I64());
    ASSIGN_OR_RETURN(const uint32_t cells, reader.U32());
    key.period = {static_cast<int16_t>(year), static_cast<int8_t>(quarter)};
    auto found = sets_.find(key);
    if (length > 0) {
      found = sets_.insert_or_assign(key, Set{}).first;
      found->second.counts.counts.assign(length, 0);
      found->second.whole = true;
    }
    if (found == sets_.end() || (checkpoint && length == 0)) return Damaged();
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
    set.counted = counted;
    if (!set.whole) to_count.push_back(key);
  }
  return to_count;
}

std::optional<Tallies::Scope> Tallies::ScopeOf(const SetKey& key) const {
  absl::MutexLock lock(&mutex_);
  auto found = sets_.find(key);
  if (found == sets_.end() || !found->second.counted.has_value()) return std::nullopt;
  const CountedCatalogue& counted = *found->second.counted;
  return Scope{counted.catalogue, {counted.catalogue.get(), key.period, counted.place, order_key_}};
}

std::vector<SetKey> Tallies::WantedSets() const {
  absl::MutexLock lock(&mutex_);
  std::vector<SetKey> keys;
  for (const auto& [key, set] : sets_) {
    if (set.counted.has_value()) keys.push_back(key);
  }
  return keys;
}

SetCounts Tallies::Empty(const SetKey& key) const {
  const auto scope = ScopeOf(key);
  AANGAN_CHECK(scope.has_value());
  SetCounts counts;
  counts.counts.assign(key.period.is_year() ? scope->catalogue->year_cell_count : scope->catalogue->quarter_cell_count,
                       0);
  return counts;
}

void Tallies::Move(const std::optional<model::MemberFacts>& before, const std::optional<model::MemberFacts>& after) {
  for (const SetKey& key : WantedSets()) {
    const auto scope = ScopeOf(key);
    if (!scope.has_value() || (!installed_.contains(key) && !IsWhole(key))) continue;
    const model::MemberContribution was =
        before.has_value() ? Contribution(*before, scope->tally) : model::MemberContribution{};
    const model::MemberContribution is =
        after.has_value() ? Contribution(*after, scope->tally) : model::MemberContribution{};
    const model::TallyDelta delta = Delta(was, is);
    if (delta.empty()) continue;
    auto& [cells, cut] = moved_[key];
    for (const auto& [cell, moved] : delta.cells) cells[cell] += moved;
    cut += delta.members_cut;
  }
}

void Tallies::DropSleeping() {
  absl::MutexLock lock(&mutex_);
  checkpoint_due_ |= std::erase_if(sets_, [](const auto& entry) { return !entry.second.counted.has_value(); }) > 0;
}

bool Tallies::TakeCheckpointDue() {
  absl::MutexLock lock(&mutex_);
  return std::exchange(checkpoint_due_, false);
}

void Tallies::Install(const SetKey& key, SetCounts counts) {
  moved_.erase(key);
  installed_[key] = std::move(counts);
}

void Tallies::Drop() {
  moved_.clear();
  installed_.clear();
}

SetCounts Tallies::WithPending(const SetKey& key) const {
  SetCounts counts;
  if (auto installed = installed_.find(key); installed != installed_.end()) {
    counts = installed->second;
  } else {
    counts = Counts(key).value_or(SetCounts{});
  }
  if (auto moved = moved_.find(key); moved != moved_.end()) {
    for (const auto& [cell, value] : moved->second.first) counts.counts[cell] += value;
    counts.members_cut += moved->second.second;
  }
  return counts;
}

bool Tallies::IsWhole(const SetKey& key) const {
  absl::MutexLock lock(&mutex_);
  auto found = sets_.find(key);
  return found != sets_.end() && found->second.whole;
}

std::optional<SetCounts> Tallies::Counts(const SetKey& key) const {
  absl::MutexLock lock(&mutex_);
  auto found = sets_.find(key);
  if (found == sets_.end() || !found->second.whole) return std::nullopt;
  return found->second.counts;
}

std::string Tallies::Encode(const std::map<SetKey, SetCounts>& sets) const {
  CanonicalWriter writer;
  writer.U32(static_cast<uint32_t>(sets.size()));
  for (const auto& [key, counts] : sets) {
    writer.Fixed(key.catalogue).I64(key.period.year).U8(static_cast<uint8_t>(key.period.quarter));
    writer.U32(static_cast<uint32_t>(counts.counts.size())).I64(counts.members_cut);
    uint32_t cells = 0;
    for (int64_t value : counts.counts) cells += value != 0;
    writer.U32(cells);
    for (size_t cell = 0; cell < counts.counts.size(); ++cell) {
      if (counts.counts[cell] != 0) writer.U32(static_cast<uint32_t>(cell)).I64(counts.counts[cell]);
    }
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
  if (!pending() && !due) return;
  if (due || !installed_.empty() || ++entries_ >= kEntriesMax) {
    std::map<SetKey, SetCounts> all = installed_;
    for (const SetKey& key : WantedSets()) {
      if (installed_.contains(key) || IsWhole(key)) all[key] = WithPending(key);
    }
    batch.DeleteRange(Family::kTallies, {KeyOf(kCheckpoint, 0), KeyOf(kCheckpoint, sequence)});
    batch.DeleteRange(Family::kTallies, {KeyOf(kEntry, 0), KeyOf(kEntry, sequence + 1)});
    PutSealed(kCheckpoint, sequence, Encode(all), batch);
    entries_ = 0;
    return;
  }
  CanonicalWriter writer;
  writer.U32(static_cast<uint32_t>(moved_.size()));
  for (const auto& [key, moved] : moved_) {
    writer.Fixed(key.catalogue).I64(key.period.year).U8(static_cast<uint8_t>(key.period.quarter)).U32(0);
    writer.I64(moved.second).U32(static_cast<uint32_t>(moved.first.size()));
    for (const auto& [cell, value] : moved.first) writer.U32(cell).I64(value);
  }
  PutSealed(kEntry, sequence, std::move(writer).Take(), batch);
}

void Tallies::Publish() {
  std::map<SetKey, SetCounts> ready;
  for (const auto& [key, counts] : installed_) ready[key] = WithPending(key);
  for (const auto& [key, moved] : moved_) ready[key] = WithPending(key);
  absl::MutexLock lock(&mutex_);
  for (auto& [key, counts] : ready) {
    auto found = sets_.find(key);
    if (found == sets_.end()) continue;  // no longer wanted
    found->second.counts = std::move(counts);
    found->second.whole = true;
  }
  moved_.clear();
  installed_.clear();
}

}  // namespace aangan::storage::node
