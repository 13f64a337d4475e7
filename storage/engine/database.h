// SPDX-License-Identifier: Apache-2.0
// One RocksDB folder: opened with the options that a small PC needs, locked, its format checked, its errors in our
// words.
//
// Promises: a log with a flipped bit is refused, never shortened (kTolerateCorruptedTailRecords; a torn last record,
// which nobody was told of, is left out). Memory stays near DatabaseOptions::memory_bytes. Readers see a batch only
// once it is on disk. Threads: thread-safe. Snapshots and batches over it must go before it does. Errors: DATA_LOSS
// (DAMAGED); FAILED_PRECONDITION (LOCKED, NEWER_FORMAT); RESOURCE_EXHAUSTED (DISK_RESERVE) when the disk is full;
// UNAVAILABLE (INTERNAL) when the disk refuses otherwise. After a failed Write nothing is known about what the disk
// holds: the process must end.
#ifndef AANGAN_STORAGE_ENGINE_DATABASE_H_
#define AANGAN_STORAGE_ENGINE_DATABASE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/engine/batch.h"
#include "storage/engine/column_families.h"
#include "storage/engine/migration.h"
#include "storage/engine/reader.h"

namespace aangan::storage {

inline constexpr uint32_t kStoreFormat = 1;  // that this program writes

struct DatabaseOptions {
  std::string folder;                              // made when missing, with its parents
  absl::Span<const FamilyRow> families;            // a table of column_families.h; holds kMeta
  size_t memory_bytes = 64u << 20;                 // write buffers and block cache together
  uint32_t format = kStoreFormat;                  // the newest that this program knows
  absl::Span<const MigrationStep> migration = {};  // from older formats to `format`
};

class Database final : public Reader {
 public:
  static absl::StatusOr<std::unique_ptr<Database>> Open(const DatabaseOptions& options);
  ~Database() override;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  absl::StatusOr<std::optional<std::string>> Get(Family family, absl::string_view key) const override;
  absl::Status Scan(Family family, const KeyRange& range, Order order, Visit visit) const override;
  // The store as it is now, for as long as the reader lives. Keep it short: it holds back what erasing has to free.
  std::unique_ptr<Reader> TakeSnapshot() const;

  // All or nothing, and on disk when it returns.
  absl::Status Write(const Batch& batch);

  // For erasure: what was deleted in these ranges is in no table file and no log of the store when it returns. Waits
  // for readers that began before, because they hold old files back: UNAVAILABLE (BUSY) when one of them takes longer
  // than `patience`. Seconds for a large store.
  using Place = std::pair<Family, KeyRange>;
  absl::Status Expunge(absl::Span<const Place> places, absl::Duration patience);
  // About how much there is, without what was deleted.
  uint64_t estimated_bytes() const;
  // Reads every file and compares its checksums.
  absl::Status VerifyChecksums();
  // OK, or what RocksDB's background work ran into; it may recover by itself.
  absl::Status health() const;
  bool is_new() const { return is_new_; }  // made by this Open

 private:
  struct Rocks;
  class Snapshot;
  explicit Database(std::unique_ptr<Rocks> rocks);
  absl::Status CheckFormat(const DatabaseOptions& options);
  // A family that was here and is not `there` any more would be made anew, empty: RocksDB does so when the manifest
  // lost its end.
  absl::Status CheckFamilies(const DatabaseOptions& options, const std::vector<std::string>& there);

  std::unique_ptr<Rocks> rocks_;
  bool is_new_ = false;
};

}  // namespace aangan::storage

#endif  // AANGAN_STORAGE_ENGINE_DATABASE_H_
