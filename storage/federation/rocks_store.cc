// SPDX-License-Identifier: Apache-2.0
// The embedded store: see rocks_store.h.
#include "storage/federation/rocks_store.h"

#include <atomic>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/engine/headed_database.h"

namespace aangan::storage::federation {
namespace {

Family FamilyOf(Table table) {
  switch (table) {
    case Table::kSettings:
      return Family::kSettings;
    case Table::kRounds:
      return Family::kRounds;
    case Table::kUploads:
      return Family::kUploads;
    case Table::kContributions:
      return Family::kContributions;
    case Table::kReleases:
      return Family::kReleases;
    case Table::kAnswers:
      return Family::kAnswers;
    case Table::kComplaints:
      return Family::kComplaints;
    case Table::kLog:
      return Family::kLog;
  }
  return Family::kSettings;
}

class Embedded final : public RocksStore {
 public:
  explicit Embedded(std::unique_ptr<HeadedDatabase> database) : database_(std::move(database)) {}

  absl::StatusOr<std::optional<std::string>> Get(Table table, absl::string_view key) const override {
    return database_->Get(FamilyOf(table), key);
  }

  absl::StatusOr<std::vector<Entry>> List(Table table, absl::string_view prefix, absl::string_view after,
                                          size_t limit) const override {
    std::vector<Entry> entries;
    KeyRange range = KeyRange::Prefix(prefix);
    if (after >= prefix && !after.empty()) range = range.After(after);
    if (limit == 0) return entries;
    RETURN_IF_ERROR(
        database_->Scan(FamilyOf(table), range, Order::kForward, [&](absl::string_view key, absl::string_view value) {
          entries.push_back({std::string(key), std::string(value)});
          return entries.size() < limit;
        }));
    return entries;
  }

  absl::Status Commit(const std::vector<Write>& writes, const std::vector<Condition>& conditions) override {
    for (const Write& write : writes) {
      if (write.key.empty() || write.key.size() > kKeyBytesMax || write.value.value_or("").size() > kValueBytesMax) {
        return Problem(absl::StatusCode::kInvalidArgument, Reason::kTooLarge,
                       "a key or value passes what the store takes");
      }
    }
    ++waiting_;
    const auto over = absl::MakeCleanup([this] {
      ++commits_over_;
      --waiting_;
    });
    // Conditions are read and writes are made under one lock: this process alone has the store open.
    absl::MutexLock lock(&commits_);
    for (const Condition& condition : conditions) {
      ASSIGN_OR_RETURN(const std::optional<std::string> there, Get(condition.table, condition.key));
      if (there == condition.value) continue;
      return Problem(absl::StatusCode::kAborted, Reason::kWrongState,
                     "somebody else changed this first; read it again");
    }
    Batch batch(nullptr);
    for (const Write& write : writes) {
      if (write.value.has_value()) {
        batch.Put(FamilyOf(write.table), write.key, *write.value);
      } else {
        batch.Delete(FamilyOf(write.table), write.key);
      }
    }
    return batch.empty() ? absl::OkStatus() : database_->Write(batch);
  }

  uint64_t commits() const override { return commits_over_; }
  size_t commits_waiting() const override { return waiting_; }

 private:
  const std::unique_ptr<HeadedDatabase> database_;
  absl::Mutex commits_;
  std::atomic<size_t> waiting_{0};
  std::atomic<uint64_t> commits_over_{0};
};

}  // namespace

absl::StatusOr<std::unique_ptr<RocksStore>> OpenRocksStore(const std::string& folder, RandomSource* random) {
  DatabaseOptions options;
  options.folder = absl::StrCat(folder, "/main");
  options.families = kFederationFamilies;
  ASSIGN_OR_RETURN(std::unique_ptr<HeadedDatabase> database,
                   HeadedDatabase::Open(options, absl::StrCat(folder, "/durable_head"), random));
  return std::unique_ptr<RocksStore>(std::make_unique<Embedded>(std::move(database)));
}

}  // namespace aangan::storage::federation
