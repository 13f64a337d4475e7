// SPDX-License-Identifier: Apache-2.0
// Changes that will be written together, all or none, and a view of the store as if they were written already.
//
// A save point marks a place to go back to, so that one bad change leaves the batch as it was before it.
// Threads: one thread at a time. A visitor of Scan must not change the batch. Reads fail as Reader says; writes do not
// fail.
#ifndef AANGAN_STORAGE_ENGINE_BATCH_H_
#define AANGAN_STORAGE_ENGINE_BATCH_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/engine/reader.h"

namespace aangan::storage {

class Batch final : public Reader {
 public:
  // `base` is what lies under the batch; it must outlive it. nullptr: nothing does (a batch that only writes).
  explicit Batch(const Reader* base) : base_(base) {}

  void Put(Family family, absl::string_view key, absl::string_view value);
  void Delete(Family family, absl::string_view key);
  void DeleteRange(Family family, const KeyRange& range);  // `range.end` must not be empty

  // Everything since the save point is taken back. Save points do not nest: a new one replaces the last.
  void SetSavePoint();
  void RollBackToSavePoint();

  absl::StatusOr<std::optional<std::string>> Get(Family family, absl::string_view key) const override;
  absl::Status Scan(Family family, const KeyRange& range, Order order, Visit visit) const override;

  bool empty() const { return changes_.empty() && ranges_.empty(); }
  size_t size_bytes() const { return size_bytes_; }  // keys and values
  size_t change_count() const { return changes_.size() + ranges_.size(); }
  void Clear();

  // For the database alone: ranges go first, then the changes, each key once.
  using Key = std::pair<Family, std::string>;
  using Changes = std::map<Key, std::optional<std::string>>;  // nullopt: deleted
  const Changes& changes() const { return changes_; }
  const std::vector<std::pair<Family, KeyRange>>& ranges() const { return ranges_; }

 private:
  struct Undo {
    Key key;
    bool was_there;
    std::optional<std::string> value;
  };
  void Set(Key key, std::optional<std::string> value);
  bool InDeletedRange(Family family, absl::string_view key) const;

  const Reader* base_;
  Changes changes_;
  std::vector<std::pair<Family, KeyRange>> ranges_;
  size_t size_bytes_ = 0;
  bool has_save_point_ = false;
  std::vector<Undo> undo_;
  size_t save_ranges_ = 0;
};

}  // namespace aangan::storage

#endif  // AANGAN_STORAGE_ENGINE_BATCH_H_
