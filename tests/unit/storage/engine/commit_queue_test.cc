// SPDX-License-Identifier: Apache-2.0
// Many callers, one writer: whole items, no gaps, a bad item alone, refusals when full.
#include "storage/engine/commit_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "tests/unit/storage/engine/commit_queue_fixture.h"

namespace aangan::storage {
namespace {

using tests::HasProblem;
using tests::IsOk;

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
  EXPECT_EQ(queue_->waiting(), 51u);  // and the one that is held
  Release();
  for (Awaited& one : awaited) EXPECT_EQ(*one.Wait(), 2u);
  EXPECT_EQ(*SubmitAndWait(Puts("last")), 3u);
  queue_->Stop();
  EXPECT_EQ(queue_->waiting(), 0u);
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

TEST_F(CommitQueueTest, StepsAreTakenAlsoWhereNothingIsWritten) {
  OpenQueue();
  EXPECT_EQ(*SubmitAndWait(Puts("a")), 1u);
  const uint64_t before = queue_->steps();
  EXPECT_FALSE(SubmitAndWait([](uint64_t, Batch&) { return absl::NotFoundError("x"); }).ok());
  EXPECT_EQ(*SubmitAndWait([](uint64_t, Batch&) { return absl::OkStatus(); }), 1u);
  EXPECT_EQ(*SubmitAndWait([](uint64_t, Batch&) { return absl::OkStatus(); }), 1u);
  EXPECT_GE(queue_->steps(), before + 2);  // that of the last one may be to come
}

TEST_F(CommitQueueTest, AnItemThatReadsTakesAStepWithAllThatItReadsAndElseNone) {
  OpenQueue();
  for (int i = 0; i < 10; ++i) ASSERT_THAT(SubmitAndWait(Puts(std::to_string(i))), IsOk());
  uint64_t steps = 0;
  const auto have_moved = [&] { return std::exchange(steps, queue_->steps()) != queue_->steps(); };
  int seen = 0;
  EXPECT_THAT(SubmitAndWait([&](uint64_t, Batch& batch) {
                steps = queue_->steps();
                batch.Put(Family::kRecords, "mine", "v");
                EXPECT_FALSE(have_moved());
                EXPECT_EQ(*batch.Get(Family::kRecords, "3"), "v");
                EXPECT_TRUE(have_moved());
                return batch.Scan(Family::kRecords, KeyRange::All(), Order::kForward,
                                  [&](absl::string_view key, absl::string_view) {
                                    EXPECT_TRUE(key == "mine" || have_moved()) << key;
                                    return ++seen > 0;
                                  });
              }),
              IsOk());
  EXPECT_EQ(seen, 11);
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

TEST_F(CommitQueueTest, AFullQueueRefusesAtOnceButForWhatPasses) {
  options_.items_max = 2;
  OpenQueue();
  Hold();
  Awaited first, second, third, passes;
  queue_->Submit(std::make_unique<Item>(Puts("1"), first.done()));
  queue_->Submit(std::make_unique<Item>(Puts("2"), second.done()));
  queue_->Submit(std::make_unique<Item>(Puts("3"), third.done()));
  ASSERT_TRUE(third.told());
  EXPECT_THAT(third.Wait(), HasProblem(absl::StatusCode::kResourceExhausted, Reason::kBusy));
  auto passing = std::make_unique<Item>(Puts("4"), passes.done());
  passing->passes = true;
  queue_->Submit(std::move(passing));
  EXPECT_FALSE(passes.told());
  Release();
  EXPECT_THAT(first.Wait(), IsOk());
  EXPECT_THAT(second.Wait(), IsOk());
  EXPECT_THAT(passes.Wait(), IsOk());
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
  while (!mark.has_value() || mark->sequence == 0) mark = (*DurableHead::Open(dir_ / "durable_head"))->mark();
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

}  // namespace
}  // namespace aangan::storage
