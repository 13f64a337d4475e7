// SPDX-License-Identifier: Apache-2.0
// What the tests of the commit queue share: a store, items made of two functions, and a writer that can be held.
#ifndef AANGAN_TESTS_UNIT_STORAGE_ENGINE_COMMIT_QUEUE_FIXTURE_H_
#define AANGAN_TESTS_UNIT_STORAGE_ENGINE_COMMIT_QUEUE_FIXTURE_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "storage/engine/commit_queue.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage {

using Outcome = absl::StatusOr<uint64_t>;

struct Item final : CommitItem {
  Item(std::function<absl::Status(uint64_t, Batch&)> item_apply, std::function<void(Outcome)> item_done)
      : apply(std::move(item_apply)), done(std::move(item_done)) {}
  void Done(Outcome outcome) override { done(std::move(outcome)); }
  bool passes_full_queue() const override { return passes; }
  std::function<absl::Status(uint64_t, Batch&)> apply;
  std::function<void(Outcome)> done;
  bool passes = false;
};

class FakeCommitter final : public Committer {
 public:
  absl::Status Apply(uint64_t sequence, CommitItem& item, Batch& batch) override {
    return static_cast<Item&>(item).apply(sequence, batch);
  }
  Digest Seal(uint64_t sequence, Batch& batch) override {
    batch.Put(Family::kAudit, KeyWriter().U64(sequence).bytes(), "sealed");
    return Sha256(std::to_string(sequence));
  }
  void Committed(uint64_t sequence) override {
    absl::MutexLock lock(&mutex_);
    committed_.push_back(sequence);
  }
  std::vector<uint64_t> committed() {
    absl::MutexLock lock(&mutex_);
    return committed_;
  }

 private:
  absl::Mutex mutex_;
  std::vector<uint64_t> committed_;
};

// Waits for the outcome of one item.
class Awaited {
 public:
  std::function<void(Outcome)> done() {
    return [this](Outcome outcome) {
      outcome_ = std::move(outcome);
      told_.Notify();
    };
  }
  const Outcome& Wait() {
    told_.WaitForNotification();
    return outcome_;
  }
  bool told() const { return told_.HasBeenNotified(); }

 private:
  Outcome outcome_ = absl::UnknownError("not told");
  absl::Notification told_;
};

inline std::function<absl::Status(uint64_t, Batch&)> Puts(const std::string& key, const std::string& value = "v") {
  return [=](uint64_t, Batch& batch) {
    batch.Put(Family::kRecords, key, value);
    return absl::OkStatus();
  };
}

class CommitQueueTest : public testing::Test {
 protected:
  void SetUp() override {
    OpenStore();
    options_.idle_head = absl::InfiniteDuration();
    options_.die = [this](const absl::Status& status) { death_ = status; };
  }
  void OpenStore() {
    auto database = Database::Open({.folder = dir_ / "db", .families = kNodeMainFamilies});
    ASSERT_THAT(database, tests::IsOk());
    database_ = *std::move(database);
    auto head = DurableHead::Open(dir_ / "durable_head");
    ASSERT_THAT(head, tests::IsOk());
    head_ = *std::move(head);
  }
  void OpenQueue(DiskReserve* reserve = nullptr) {
    auto queue = CommitQueue::Open(database_.get(), head_.get(), reserve, &committer_, options_);
    ASSERT_THAT(queue, tests::IsOk());
    queue_ = *std::move(queue);
  }
  Outcome SubmitAndWait(std::function<absl::Status(uint64_t, Batch&)> apply) {
    Awaited awaited;
    queue_->Submit(std::make_unique<Item>(std::move(apply), awaited.done()));
    return awaited.Wait();
  }
  // Holds the writer inside an item until Release, so that what is submitted meanwhile shares the next commit.
  void Hold() {
    queue_->Submit(std::make_unique<Item>(
        [this](uint64_t, Batch& batch) {
          batch.Put(Family::kRecords, "held", "v");
          holding_.Notify();
          release_.WaitForNotification();
          return absl::OkStatus();
        },
        [](Outcome) {}));
    holding_.WaitForNotification();
  }
  void Release() { release_.Notify(); }

  tests::TempDir dir_;
  absl::Status death_;
  FakeCommitter committer_;
  CommitQueueOptions options_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<DurableHead> head_;
  std::unique_ptr<CommitQueue> queue_;
  absl::Notification holding_;
  absl::Notification release_;
};

}  // namespace aangan::storage

#endif  // AANGAN_TESTS_UNIT_STORAGE_ENGINE_COMMIT_QUEUE_FIXTURE_H_
