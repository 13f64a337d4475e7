// SPDX-License-Identifier: Apache-2.0
// A small database in which every batch is a commit with a number, and the number stands in a durable head beside it
// (durable_head.h): a log or a manifest that was cut off, or an older folder in the place of this one, is refused. For
// stores whose steps are few and must never be forgotten; the node's main store has its own queue for that.
//
// Threads: thread-safe. Errors: those of Database; DATA_LOSS (LOG_SHORTENED, DAMAGED) at Open.
#ifndef AANGAN_STORAGE_ENGINE_HEADED_DATABASE_H_
#define AANGAN_STORAGE_ENGINE_HEADED_DATABASE_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/random.h"
#include "storage/engine/database.h"
#include "storage/engine/durable_head.h"

namespace aangan::storage {

class HeadedDatabase final : public Reader {
 public:
  // A database of before there was a head gets one. `random` outlives it.
  static absl::StatusOr<std::unique_ptr<HeadedDatabase>> Open(const DatabaseOptions& options,
                                                              const std::string& head_path, RandomSource* random);

  absl::StatusOr<std::optional<std::string>> Get(Family family, absl::string_view key) const override {
    return database_->Get(family, key);
  }
  absl::Status Scan(Family family, const KeyRange& range, Order order, Visit visit) const override {
    return database_->Scan(family, range, order, visit);
  }
  // All or nothing, and on disk with its head when it returns.
  absl::Status Write(Batch& batch);

 private:
  HeadedDatabase(std::unique_ptr<Database> database, std::unique_ptr<DurableHead> head, const LastCommits& commits,
                 RandomSource* random)
      : database_(std::move(database)), random_(random), head_(std::move(head)), commits_(commits) {}

  const std::unique_ptr<Database> database_;
  RandomSource* const random_;
  absl::Mutex mutex_;
  const std::unique_ptr<DurableHead> head_ ABSL_PT_GUARDED_BY(mutex_);
  LastCommits commits_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::storage

#endif  // AANGAN_STORAGE_ENGINE_HEADED_DATABASE_H_
