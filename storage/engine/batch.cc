// SPDX-License-Identifier: Apache-2.0
// A batch as a sorted map over what lies under it: see batch.h. The map is small (one commit), so a plain tree will do;
// it is turned into RocksDB's form once, when it is written.
#include "storage/engine/batch.h"

#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "base/status.h"

namespace aangan::storage {
namespace {

Batch::Key FirstOf(Family family, const std::string& key) { return {family, key}; }

Batch::Key EndOf(Family family, const std::string& end) {
  if (!end.empty()) return {family, end};
  return {static_cast<Family>(static_cast<uint8_t>(family) + 1), ""};
}

// Visits the changes [next, end) and the keys of `base` as one sequence; a change hides the key under it.
template <typename Iterator>
absl::Status VisitMerged(const Reader* base, Family family, const KeyRange& range, Order order, Iterator next,
                         Iterator end, absl::FunctionRef<bool(absl::string_view)> hidden, Visit visit) {
  bool going = true;
  auto comes_before = [order](absl::string_view a, absl::string_view b) {
    return order == Order::kForward ? a < b : b < a;
  };
  auto visit_change = [&] {
    const auto& [key, value] = *next;
    if (value.has_value()) going = visit(key.second, *value);
    ++next;
  };
  if (base != nullptr) {
    RETURN_IF_ERROR(base->Scan(family, range, order, [&](absl::string_view key, absl::string_view value) {
      while (going && next != end && comes_before(next->first.second, key)) visit_change();
      if (!going) return false;
      if (next != end && next->first.second == key) {
        visit_change();
      } else if (!hidden(key)) {
        going = visit(key, value);
      }
      return going;
    }));
  }
  while (going && next != end) visit_change();
  return absl::OkStatus();
}

}  // namespace

void Batch::Set(Key key, std::optional<std::string> value) {
  size_bytes_ += key.second.size() + (value.has_value() ? value->size() : 0);
  auto [place, is_new] = changes_.try_emplace(std::move(key));
  if (!is_new) size_bytes_ -= place->first.second.size() + (place->second.has_value() ? place->second->size() : 0);
  if (has_save_point_) undo_.push_back({place->first, !is_new, std::move(place->second)});
  place->second = std::move(value);
}

void Batch::Put(Family family, absl::string_view key, absl::string_view value) {
  Set({family, std::string(key)}, std::string(value));
}

void Batch::Delete(Family family, absl::string_view key) { Set({family, std::string(key)}, std::nullopt); }

void Batch::DeleteRange(Family family, const KeyRange& range) {
  AANGAN_CHECK(!range.end.empty());
  auto first = changes_.lower_bound(FirstOf(family, range.begin));
  auto last = changes_.lower_bound(EndOf(family, range.end));
  // The range is written before all changes, so what it deletes has to leave the changes.
  for (auto change = first; change != last; change = changes_.erase(change)) {
    size_bytes_ -= change->first.second.size() + (change->second.has_value() ? change->second->size() : 0);
    if (has_save_point_) undo_.push_back({change->first, true, std::move(change->second)});
  }
  ranges_.emplace_back(family, range);
}

void Batch::SetSavePoint() {
  has_save_point_ = true;
  undo_.clear();
  save_ranges_ = ranges_.size();
}

void Batch::RollBackToSavePoint() {
  AANGAN_CHECK(has_save_point_);
  has_save_point_ = false;
  while (!undo_.empty()) {
    Undo& undo = undo_.back();
    if (undo.was_there) {
      Set(std::move(undo.key), std::move(undo.value));
    } else if (auto change = changes_.find(undo.key); change != changes_.end()) {
      size_bytes_ -= change->first.second.size() + (change->second.has_value() ? change->second->size() : 0);
      changes_.erase(change);
    }
    undo_.pop_back();
  }
  ranges_.resize(save_ranges_);
}

bool Batch::InDeletedRange(Family family, absl::string_view key) const {
  return std::any_of(ranges_.begin(), ranges_.end(),
                     [&](const auto& range) { return range.first == family && range.second.Contains(key); });
}

absl::StatusOr<std::optional<std::string>> Batch::Get(Family family, absl::string_view key) const {
  if (auto change = changes_.find(Key(family, std::string(key))); change != changes_.end()) return change->second;
  if (base_ == nullptr || InDeletedRange(family, key)) return std::nullopt;
  return base_->Get(family, key);
}

absl::Status Batch::Scan(Family family, const KeyRange& range, Order order, Visit visit) const {
  if (!range.end.empty() && range.begin >= range.end) return absl::OkStatus();
  auto first = changes_.lower_bound(FirstOf(family, range.begin));
  auto last = changes_.lower_bound(EndOf(family, range.end));
  auto hidden = [this, family](absl::string_view key) { return InDeletedRange(family, key); };
  if (order == Order::kForward) return VisitMerged(base_, family, range, order, first, last, hidden, visit);
  return VisitMerged(base_, family, range, order, std::make_reverse_iterator(last), std::make_reverse_iterator(first),
                     hidden, visit);
}

void Batch::Clear() {
  changes_.clear();
  ranges_.clear();
  size_bytes_ = 0;
  has_save_point_ = false;
  undo_.clear();
}

}  // namespace aangan::storage
