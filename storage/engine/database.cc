// SPDX-License-Identifier: Apache-2.0
// RocksDB behind our own types: see database.h.
#include "storage/engine/database.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "base/check.h"
#include "base/files.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/engine/open_readers.h"
#include "storage/engine/record_types.h"

namespace aangan::storage {
namespace {

constexpr absl::string_view kFamiliesKey = "families";
constexpr size_t kChecksumBytesPerKey = 8;
constexpr uint64_t kLogBytesMax = 64u << 20;  // bounds the time that a start takes to read the log

rocksdb::Slice AsSlice(absl::string_view text) { return {text.data(), text.size()}; }
absl::string_view AsView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

absl::Status Damaged() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "the database is damaged and was not changed; stop the program, keep a copy of the folder and restore "
                 "the newest backup");
}

absl::Status Convert(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  // RocksDB's own text names folders and files, never keys or values; still it goes nowhere but into the choice below.
  if (status.IsCorruption() || status.IsPathNotFound()) return Damaged();
  if (status.IsNoSpace()) {
    return Problem(absl::StatusCode::kResourceExhausted, Reason::kDiskReserve,
                   "the disk is full; free some space and start the program again");
  }
  if (status.IsIOError()) {
    return Problem(absl::StatusCode::kUnavailable, Reason::kInternal,
                   "the disk refuses to read or write; look for disk errors in the system's log")
        .Number("subcode", status.subcode());
  }
  return Problem(absl::StatusCode::kInternal, Reason::kInternal, "the database refuses")
      .Number("code", status.code())
      .Number("subcode", status.subcode());
}

absl::Status ConvertOpen(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  if (status.IsIOError() && (absl::StrContains(text, "While lock file") || absl::StrContains(text, "lock hold by"))) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kLocked,
                   "another process has this store open; stop it first");
  }
  if (absl::StrContains(text, "Column families not opened")) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNewerFormat,
                   "this store holds a family that the program does not know: it was written by a newer one. Install "
                   "that version again, or restore a backup made before the upgrade");
  }
  // A store that was whole opens; whatever else RocksDB dislikes in it is damage.
  if (!status.ok() && !status.IsIOError()) return Damaged();
  return Convert(status);
}

// What RocksDB's background work ran into.
class Health final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* error) override {
    LogError("database", "background work failed").Number("code", error->code()).Number("subcode", error->subcode());
    absl::MutexLock lock(&mutex_);
    status_ = Convert(*error);
  }
  void OnErrorRecoveryEnd(const rocksdb::BackgroundErrorRecoveryInfo& recovery) override {
    if (!recovery.new_bg_error.ok()) return;
    LogInfo("database", "background work goes on");
    absl::MutexLock lock(&mutex_);
    status_ = absl::OkStatus();
  }
  absl::Status status() const {
    absl::MutexLock lock(&mutex_);
    return status_;
  }

 private:
  mutable absl::Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

rocksdb::CompressionType BestOf(std::initializer_list<rocksdb::CompressionType> wanted) {
  const std::vector<rocksdb::CompressionType> supported = rocksdb::GetSupportedCompressions();
  for (rocksdb::CompressionType type : wanted) {
    if (std::find(supported.begin(), supported.end(), type) != supported.end()) return type;
  }
  return rocksdb::kNoCompression;
}

rocksdb::ColumnFamilyOptions FamilyOptions(Shape shape, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  options.level_compaction_dynamic_level_bytes = true;
  options.memtable_protection_bytes_per_key = kChecksumBytesPerKey;
  options.write_buffer_size = shape == Shape::kSmall ? 1u << 20 : (shape == Shape::kSealed ? 16u << 20 : 4u << 20);
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  if (shape == Shape::kSealed || shape == Shape::kLookup) {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  }
  if (shape == Shape::kSealed) {
    table.block_size = 8u << 10;  // a few records of 0.5 to 4 KB
    options.compression = rocksdb::kNoCompression;
    options.bottommost_compression = rocksdb::kNoCompression;
  } else {
    options.compression = BestOf({rocksdb::kLZ4Compression, rocksdb::kSnappyCompression});
    options.bottommost_compression = BestOf({rocksdb::kZSTD, rocksdb::kLZ4Compression});
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::DBOptions StoreOptions(const DatabaseOptions& wanted) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  // A flipped bit is refused; a torn last record, which was never acknowledged, is left out. RocksDB's default would
  // drop every write behind the flip without a word.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.recycle_log_file_num = 0;
  options.track_and_verify_wals_in_manifest = true;
  // All families or none: a manifest that lost its last record (RocksDB takes that for a crash) would else lose the
  // newest writes of one family, and the commit mark in another would not show it.
  options.atomic_flush = true;
  options.avoid_flush_during_recovery = true;  // it would be one record a family
  options.max_total_wal_size = kLogBytesMax;
  options.write_buffer_manager = std::make_shared<rocksdb::WriteBufferManager>(wanted.memory_bytes / 2);
  options.max_background_jobs = 2;
  options.max_open_files = 256;
  options.bytes_per_sync = 1u << 20;
  options.allow_concurrent_memtable_write = false;  // one writer at a time
  options.avoid_unnecessary_blocking_io = true;
  options.skip_stats_update_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.max_log_file_size = 1u << 20;
  options.keep_log_file_num = 2;
  return options;
}

absl::Status StillRead() {
  return Problem(absl::StatusCode::kUnavailable, Reason::kBusy,
                 "somebody still reads the store as it was before; it is tried again");
}

absl::Status CheckLogs(rocksdb::DB& db, const std::string& folder) {
  // This waits until those logs are deleted of which nothing is needed; one that does not begin well is not listed.
  rocksdb::VectorLogPtr logs;
  RETURN_IF_ERROR(Convert(db.GetSortedWalFiles(logs)));
  return LogsHoldEveryWrite(folder) ? absl::OkStatus() : Damaged();
}

}  // namespace

struct Database::Rocks {
  std::shared_ptr<Health> health = std::make_shared<Health>();
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilyCount> by_family{};
  mutable OpenReaders readers;

  ~Rocks() {
    if (db == nullptr) return;
    for (rocksdb::ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
    (void)db->Close();
  }

  rocksdb::ColumnFamilyHandle* of(Family family) const {
    rocksdb::ColumnFamilyHandle* handle = by_family[static_cast<size_t>(family)];
    AANGAN_CHECK(handle != nullptr);  // a family of another store's table
    return handle;
  }

  absl::StatusOr<std::optional<std::string>> Get(const rocksdb::ReadOptions& options, Family family,
                                                 absl::string_view key) const {
    rocksdb::PinnableSlice value;
    rocksdb::Status status = db->Get(options, of(family), AsSlice(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    RETURN_IF_ERROR(Convert(status));
    return value.ToString();
  }

  absl::Status Scan(rocksdb::ReadOptions options, Family family, const KeyRange& range, Order order,
                    Visit visit) const {
    const OpenReaders::Mark mark(&readers);
    const rocksdb::Slice begin = AsSlice(range.begin);
    const rocksdb::Slice end = AsSlice(range.end);
    if (!range.begin.empty()) options.iterate_lower_bound = &begin;
    if (!range.end.empty()) options.iterate_upper_bound = &end;
    std::unique_ptr<rocksdb::Iterator> iterator(db->NewIterator(options, of(family)));
    const bool forward = order == Order::kForward;
    for (forward ? iterator->SeekToFirst() : iterator->SeekToLast(); iterator->Valid();
         forward ? iterator->Next() : iterator->Prev()) {
      if (!visit(AsView(iterator->key()), AsView(iterator->value()))) break;
    }
    return Convert(iterator->status());
  }
};

class Database::Snapshot final : public Reader {
 public:
  explicit Snapshot(const Rocks* rocks) : rocks_(rocks), mark_(&rocks->readers) {
    options_.snapshot = rocks_->db->GetSnapshot();
  }
  ~Snapshot() override { rocks_->db->ReleaseSnapshot(options_.snapshot); }
  absl::StatusOr<std::optional<std::string>> Get(Family family, absl::string_view key) const override {
    return rocks_->Get(options_, family, key);
  }
  absl::Status Scan(Family family, const KeyRange& range, Order order, Visit visit) const override {
    return rocks_->Scan(options_, family, range, order, visit);
  }

 private:
  const Rocks* const rocks_;
  const OpenReaders::Mark mark_;
  rocksdb::ReadOptions options_;
};

Database::Database(std::unique_ptr<Rocks> rocks) : rocks_(std::move(rocks)) {}
Database::~Database() = default;

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  RETURN_IF_ERROR(MakeFolders(options.folder, 0700));
  auto rocks = std::make_unique<Rocks>();
  rocksdb::DBOptions store_options = StoreOptions(options);
  store_options.listeners.push_back(rocks->health);
  const auto cache = rocksdb::NewLRUCache(options.memory_bytes / 2);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, FamilyOptions(Shape::kSmall, cache));  // RocksDB insists
  for (const FamilyRow& row : options.families)
    families.emplace_back(std::string(row.name), FamilyOptions(row.shape, cache));
  if (!StoreHasOnlyKnownRecords(options.folder)) return Damaged();
  std::vector<std::string> there;
  if (!rocksdb::DB::ListColumnFamilies(store_options, options.folder, &there).ok()) there.clear();  // new, or Open says
  rocksdb::DB* db = nullptr;
  RETURN_IF_ERROR(ConvertOpen(rocksdb::DB::Open(store_options, options.folder, families, &rocks->handles, &db)));
  rocks->db.reset(db);
  RETURN_IF_ERROR(CheckLogs(*db, options.folder));
  for (size_t i = 0; i < options.families.size(); ++i)
    rocks->by_family[static_cast<size_t>(options.families[i].family)] = rocks->handles[i + 1];
  std::unique_ptr<Database> database(new Database(std::move(rocks)));
  RETURN_IF_ERROR(database->CheckFormat(options));
  RETURN_IF_ERROR(database->CheckFamilies(options, there));
  return database;
}

absl::Status Database::CheckFamilies(const DatabaseOptions& options, const std::vector<std::string>& there) {
  ASSIGN_OR_RETURN(const std::optional<std::string> known, Get(Family::kMeta, kFamiliesKey));
  if (known.has_value()) {
    for (const absl::string_view name : absl::StrSplit(*known, ' '))
      if (std::find(there.begin(), there.end(), name) == there.end()) return Damaged();
  }
  std::string names;
  for (const FamilyRow& row : options.families) absl::StrAppend(&names, names.empty() ? "" : " ", row.name);
  if (known == names) return absl::OkStatus();
  Batch batch(nullptr);
  batch.Put(Family::kMeta, kFamiliesKey, names);
  return Write(batch);
}

absl::Status Database::CheckFormat(const DatabaseOptions& options) {
  ASSIGN_OR_RETURN(std::optional<uint32_t> stored, ReadFormat(*this));
  if (stored.has_value()) {
    return Migrate(*this, *stored, options.format, options.migration,
                   [this](const Batch& batch) { return Write(batch); });
  }
  // The number is the first thing ever written, so a store without it has nothing else.
  bool empty = true;
  for (const FamilyRow& row : options.families) {
    RETURN_IF_ERROR(Scan(row.family, KeyRange::All(), Order::kForward, [&](absl::string_view, absl::string_view) {
      empty = false;
      return false;
    }));
  }
  if (!empty) return Damaged();
  is_new_ = true;
  Batch batch(nullptr);
  PutFormat(options.format, batch);
  return Write(batch);
}

absl::StatusOr<std::optional<std::string>> Database::Get(Family family, absl::string_view key) const {
  return rocks_->Get(rocksdb::ReadOptions(), family, key);
}

absl::Status Database::Scan(Family family, const KeyRange& range, Order order, Visit visit) const {
  return rocks_->Scan(rocksdb::ReadOptions(), family, range, order, visit);
}

std::unique_ptr<Reader> Database::TakeSnapshot() const { return std::make_unique<Snapshot>(rocks_.get()); }

absl::Status Database::Write(const Batch& batch) {
  rocksdb::WriteBatch out(batch.size_bytes() + 16 * batch.change_count(), 0, kChecksumBytesPerKey, 0);
  for (const auto& [family, range] : batch.ranges()) {
    RETURN_IF_ERROR(Convert(out.DeleteRange(rocks_->of(family), AsSlice(range.begin), AsSlice(range.end))));
  }
  for (const auto& [key, value] : batch.changes()) {
    rocksdb::ColumnFamilyHandle* family = rocks_->of(key.first);
    RETURN_IF_ERROR(Convert(value.has_value() ? out.Put(family, AsSlice(key.second), AsSlice(*value))
                                              : out.Delete(family, AsSlice(key.second))));
  }
  rocksdb::WriteOptions options;
  options.sync = true;
  return Convert(rocks_->db->Write(options, &out));
}

absl::Status Database::Expunge(absl::Span<const Place> places, absl::Duration patience) {
  if (!rocks_->readers.AwaitThoseOfNow(patience)) return StillRead();
  // All families, because a log stays as long as one of them needs it.
  RETURN_IF_ERROR(Convert(rocks_->db->Flush(rocksdb::FlushOptions(), rocks_->handles)));
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  for (const auto& [family, range] : places) {
    const rocksdb::Slice begin = AsSlice(range.begin);
    const rocksdb::Slice end = AsSlice(range.end);
    RETURN_IF_ERROR(Convert(rocks_->db->CompactRange(
        options, rocks_->of(family), range.begin.empty() ? nullptr : &begin, range.end.empty() ? nullptr : &end)));
  }
  // A reader that came meanwhile keeps the tables of before.
  if (!rocks_->readers.AwaitThoseOfNow(patience)) return StillRead();
  // This waits for deletions under way, and then deletes in this thread what nobody needs any more.
  rocksdb::VectorLogPtr logs;
  RETURN_IF_ERROR(Convert(rocks_->db->GetSortedWalFiles(logs)));
  return logs.size() <= 1 ? absl::OkStatus() : StillRead();
}

uint64_t Database::estimated_bytes() const {
  uint64_t sum = 0;
  for (rocksdb::ColumnFamilyHandle* handle : rocks_->handles) {
    for (const std::string& what :
         {rocksdb::DB::Properties::kEstimateLiveDataSize, rocksdb::DB::Properties::kCurSizeAllMemTables}) {
      uint64_t bytes = 0;
      if (rocks_->db->GetIntProperty(handle, what, &bytes)) sum += bytes;
    }
  }
  return sum;
}

absl::Status Database::VerifyChecksums() { return Convert(rocks_->db->VerifyChecksum()); }

absl::Status Database::health() const { return rocks_->health->status(); }

}  // namespace aangan::storage
