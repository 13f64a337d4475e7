// SPDX-License-Identifier: Apache-2.0
// Many callers, one writer: whole items, no gaps, a bad item alone, refusals when full, and an end after a failed
// write.
#include "storage/engine/commit_queue.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

#include "absl/synchronization/notification.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage {
namespace {

using tests::HasProblem;
using tests::IsOk;
using Outcome = absl::StatusOr<uint64_t>;

struct Item final : CommitItem {
  Item(std::function<absl::Status(uint64_t, Batch&)> item_apply, std::function<void(Outcome)> item_done)
      : apply(std::move(item_apply)), done(std::move(item_done)) {}
  void Done(Outcome outcome) override { done(std::move(outcome)); }
  std::function<absl::Status(uint64_t, Batch&)> apply;
  std::function<void(Outcome)> done;
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

std::function<absl::Status(uint64_t, Batch&)> Puts(const std::string& key, const std::string& value = "v") {
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
    ASSERT_THAT(database, IsOk());
    database_ = *std::move(database);
    auto head = DurableHead::Open(dir_ / "durable_head");
    ASSERT_THAT(head, IsOk());
    head_ = *std::move(head);
  }
  void OpenQueue(DiskReserve* reserve = nullptr) {
    auto queue = CommitQueue::Open(database_.get(), head_.get(), reserve, &committer_, options_);
    ASSERT_THAT(queue, IsOk());
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

TEST_F(CommitQueueTest, CommitsAreNumberedWithoutGapsAndGoOnAfterARestart) {
  OpenQueue();
  EXPECT_EQ(*SubmitAndWait(Puts("a")), 1u);
  EXPECT_EQ(*SubmitAndWait(Puts("b")), 2u);
  EXPECT_EQ(queue_->durable_sequence(), 2u);
  queue_.reset();
  head_.reset();
  database_.reset();
  OpenStore();
  EXPECT_EQ(head_->mark()->sequence, 2u);  // a clean stop writes the last head too
  OpenQueue();
  EXPECT_EQ(queue_->durable_sequence(), 2u);
  EXPECT_EQ(*SubmitAndWait(Puts("c")), 3u);
  EXPECT_EQ(*database_->Get(Family::kRecords, "a"), "v");
  EXPECT_EQ(*database_->Get(Family::kAudit, KeyWriter().U64(2).bytes()), "sealed");
  EXPECT_EQ(committer_.committed(), (std::vector<uint64_t>{1, 2, 3}));
}

TEST_F(CommitQueueTest, WhatWaitsSharesOneCommit) {
  OpenQueue();
  Hold();
  std::vector<Awaited> awaited(50);
  for (size_t i = 0; i < awaited.size(); ++i) {
    queue_->Submit(std::make_unique<Item>(Puts(std::to_string(i)), awaited[i].done()));
  }
  EXPECT_EQ(queue_->waiting(), 50u);
  Release();
  for (Awaited& one : awaited) EXPECT_EQ(*one.Wait(), 2u);
}

TEST_F(CommitQueueTest, ABadItemFailsAloneAndLeavesNothing) {
  OpenQueue();
  Hold();
  Awaited good, bad, after;
  queue_->Submit(std::make_unique<Item>(Puts("shared", "good"), good.done()));
  queue_->Submit(std::make_unique<Item>(
      [](uint64_t, Batch& batch) {
        batch.Put(Family::kRecords, "shared", "bad");
        batch.Put(Family::kRecords, "mine", "bad");
        return absl::AbortedError("stale");
      },
      bad.done()));
  queue_->Submit(std::make_unique<Item>(Puts("other"), after.done()));
  Release();
  EXPECT_EQ(*good.Wait(), 2u);
  EXPECT_EQ(bad.Wait().status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(*after.Wait(), 2u);
  EXPECT_EQ(*database_->Get(Family::kRecords, "shared"), "good");
  EXPECT_EQ(*database_->Get(Family::kRecords, "mine"), std::nullopt);
}

TEST_F(CommitQueueTest, AnItemSeesEarlierOnesOfItsCommitAndReadersOnlyWhatIsDurable) {
  OpenQueue();
  Hold();
  std::optional<std::string> seen_by_item, seen_by_reader;
  Awaited first, second;
  queue_->Submit(std::make_unique<Item>(Puts("key", "first"), first.done()));
  queue_->Submit(std::make_unique<Item>(
      [&](uint64_t, Batch& batch) {
        seen_by_item = *batch.Get(Family::kRecords, "key");
        seen_by_reader = *database_->Get(Family::kRecords, "key");
        return absl::OkStatus();
      },
      second.done()));
  Release();
  EXPECT_EQ(*second.Wait(), 2u);
  EXPECT_EQ(seen_by_item, "first");
  EXPECT_EQ(seen_by_reader, std::nullopt);
}

TEST_F(CommitQueueTest, ACommitWithNothingToWriteTakesNoNumber) {
  OpenQueue();
  EXPECT_EQ(*SubmitAndWait(Puts("a")), 1u);
  EXPECT_EQ(*SubmitAndWait([](uint64_t, Batch&) { return absl::OkStatus(); }), 1u);
  EXPECT_FALSE(SubmitAndWait([](uint64_t, Batch&) { return absl::NotFoundError("x"); }).ok());
  EXPECT_EQ(*SubmitAndWait(Puts("b")), 2u);
}

TEST_F(CommitQueueTest, LargeCommitsAreSplitAndKeepTheirOrder) {
  options_.commit_bytes_max = 1000;
  options_.commit_items_max = 5;
  OpenQueue();
  Hold();
  std::vector<Awaited> awaited(20);
  for (size_t i = 0; i < awaited.size(); ++i) {
    queue_->Submit(
        std::make_unique<Item>(Puts(std::to_string(i), std::string(i < 10 ? 400 : 1, 'x')), awaited[i].done()));
  }
  Release();
  std::vector<uint64_t> sequences;
  for (Awaited& one : awaited) sequences.push_back(*one.Wait());
  EXPECT_TRUE(std::is_sorted(sequences.begin(), sequences.end()));
  EXPECT_EQ(sequences[2], 2u);  // three of 400 bytes pass 1000
  EXPECT_EQ(sequences[3], 3u);
  EXPECT_GE(sequences.back(), 5u);
}

TEST_F(CommitQueueTest, AFullQueueRefusesAtOnce) {
  options_.items_max = 2;
  OpenQueue();
  Hold();
  Awaited first, second, third;
  queue_->Submit(std::make_unique<Item>(Puts("1"), first.done()));
  queue_->Submit(std::make_unique<Item>(Puts("2"), second.done()));
  queue_->Submit(std::make_unique<Item>(Puts("3"), third.done()));
  ASSERT_TRUE(third.told());
  EXPECT_THAT(third.Wait(), HasProblem(absl::StatusCode::kResourceExhausted, Reason::kBusy));
  Release();
  EXPECT_THAT(first.Wait(), IsOk());
  EXPECT_THAT(second.Wait(), IsOk());
}

TEST_F(CommitQueueTest, StopCommitsWhatWaitsAndRefusesTheRest) {
  OpenQueue();
  Hold();
  Awaited waiting, late;
  queue_->Submit(std::make_unique<Item>(Puts("waiting"), waiting.done()));
  std::thread stopper([this] { queue_->Stop(); });
  Release();
  stopper.join();
  ASSERT_TRUE(waiting.told());
  EXPECT_THAT(waiting.Wait(), IsOk());
  queue_->Submit(std::make_unique<Item>(Puts("late"), late.done()));
  ASSERT_TRUE(late.told());
  EXPECT_THAT(late.Wait(), HasProblem(absl::StatusCode::kUnavailable, Reason::kStopping));
  queue_->Stop();
}

TEST_F(CommitQueueTest, ADiskThatIsNearlyFullRefusesAndRecovers) {
  std::atomic<uint64_t> free_bytes = 100;
  auto reserve = DiskReserve::Open(
      {.folder = dir_.path(), .reserve_bytes = 50, .reserve_percent = 0, .ballast_bytes = 0, .measure = [&](auto&) {
         return DiskSpace{free_bytes, 1000};
       }});
  ASSERT_THAT(reserve, IsOk());
  OpenQueue(reserve->get());
  EXPECT_EQ(*SubmitAndWait(Puts("a")), 1u);
  free_bytes = 49;
  EXPECT_THAT(SubmitAndWait(Puts("b")), HasProblem(absl::StatusCode::kResourceExhausted, Reason::kDiskReserve));
  EXPECT_EQ(*database_->Get(Family::kRecords, "b"), std::nullopt);
  free_bytes = 50;
  EXPECT_EQ(*SubmitAndWait(Puts("b")), 2u);
  queue_.reset();
}

TEST_F(CommitQueueTest, TheHeadFollowsOneCommitBehindAndCatchesUpWhenIdle) {
  options_.idle_head = absl::Milliseconds(1);
  OpenQueue();
  EXPECT_EQ(*SubmitAndWait(Puts("a")), 1u);
  // Another opener of the same file sees the mark once the queue was idle; the file is read until then.
  std::optional<CommitMark> mark;
  while (!mark.has_value()) mark = (*DurableHead::Open(dir_ / "durable_head"))->mark();
  EXPECT_EQ(mark->sequence, 1u);
}

TEST_F(CommitQueueTest, TheHeadOfACommitIsWrittenBesideTheNext) {
  OpenQueue();
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(*SubmitAndWait(Puts("a")), static_cast<uint64_t>(i));
  EXPECT_EQ((*DurableHead::Open(dir_ / "durable_head"))->mark()->sequence, 2u);
}

TEST_F(CommitQueueTest, AHeadBeyondTheLogIsRefused) {
  ASSERT_THAT(head_->Write({5, Digest{}}), IsOk());
  EXPECT_THAT(CommitQueue::Open(database_.get(), head_.get(), nullptr, &committer_, options_).status(),
              HasProblem(absl::StatusCode::kDataLoss, Reason::kLogShortened));
}

TEST_F(CommitQueueTest, WorksWithoutAHead) {
  head_.reset();
  OpenQueue();
  EXPECT_EQ(*SubmitAndWait(Puts("a")), 1u);
}

TEST_F(CommitQueueTest, ManyThreadsLoseNothing) {
  OpenQueue();
  constexpr int kThreads = 4, kEach = 200;
  std::atomic<int> done = 0;
  absl::Notification all;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        queue_->Submit(std::make_unique<Item>(Puts(std::to_string(t) + "/" + std::to_string(i)), [&](Outcome outcome) {
          EXPECT_THAT(outcome, IsOk());
          if (++done == kThreads * kEach) all.Notify();
        }));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  all.WaitForNotification();
  int found = 0;
  EXPECT_THAT(database_->Scan(Family::kRecords, KeyRange::All(), Order::kForward,
                              [&](absl::string_view, absl::string_view) { return ++found > 0; }),
              IsOk());
  EXPECT_EQ(found, kThreads * kEach);
}

// A disk on which no file of this process can grow any more (EFBIG), until it goes.
class BrokenDisk {
 public:
  explicit BrokenDisk(rlim_t size_bytes_max) : handler_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit broken = before_;
    broken.rlim_cur = size_bytes_max;
    setrlimit(RLIMIT_FSIZE, &broken);
  }
  ~BrokenDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  sighandler_t handler_;
};

TEST_F(CommitQueueTest, AFailedHeadEndsTheQueueToo) {
  OpenQueue();
  for (uint64_t sequence : {1, 2})
    EXPECT_EQ(*SubmitAndWait(Puts("a")), sequence);  // the head of 1 is in the first slot
  Hold();
  Awaited waiting;
  queue_->Submit(std::make_unique<Item>(Puts("waiting"), waiting.done()));
  Outcome outcome;
  {
    BrokenDisk broken(4096);  // the second slot lies behind
    Release();
    outcome = waiting.Wait();
  }
  EXPECT_EQ(outcome.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(death_.ok());
}

TEST_F(CommitQueueTest, AFailedHeadAtTheEndIsNotHidden) {
  OpenQueue();
  for (uint64_t sequence : {1, 2}) EXPECT_EQ(*SubmitAndWait(Puts("a")), sequence);
  {
    BrokenDisk broken(4096);
    queue_->Stop();
  }
  EXPECT_FALSE(death_.ok());
}

// In a process of their own: RocksDB of Debian 12 aborts when a database whose log failed is closed.
class CommitQueueDeathTest : public CommitQueueTest {
 protected:
  CommitQueueDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(CommitQueueDeathTest, AfterAFailedWriteNobodyIsToldThatItWentWell) {
  auto run = [this] {
    OpenQueue();
    (void)SubmitAndWait(Puts("a"));
    BrokenDisk broken(1);
    const Outcome outcome = SubmitAndWait(Puts("b", std::string(100, 'x')));
    const Outcome later = SubmitAndWait(Puts("c"));
    const bool as_promised = absl::IsUnavailable(outcome.status()) && HasReason(later.status(), Reason::kStopping) &&
                             !death_.ok() && queue_->durable_sequence() == 1 && committer_.committed().size() == 1;
    std::_Exit(as_promised ? 17 : 1);
  };
  EXPECT_EXIT(run(), testing::ExitedWithCode(17), "");
}

TEST_F(CommitQueueDeathTest, AFailedWriteEndsTheProcess) {
  auto run = [this] {
    options_.die = nullptr;
    OpenQueue();
    (void)SubmitAndWait(Puts("a"));
    BrokenDisk broken(1);
    (void)SubmitAndWait(Puts("b", std::string(100, 'x')));
  };
  EXPECT_EXIT(run(), testing::ExitedWithCode(74), "");
}

}  // namespace
}  // namespace aangan::storage
