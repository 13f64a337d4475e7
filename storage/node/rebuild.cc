// SPDX-License-Identifier: Apache-2.0
// Counting in the background: see rebuild.h.
#include "storage/node/rebuild.h"

#include <map>
#include <memory>
#include <utility>

#include "absl/synchronization/notification.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::storage::node {
namespace {

constexpr absl::Duration kAskAgain = absl::Milliseconds(100);

using Counting = std::map<SetKey, std::pair<Tallies::Scope, SetCounts>>;

void Add(const std::optional<model::MemberFacts>& facts, int sign, Counting& counting) {
  if (!facts.has_value()) return;
  for (auto& [key, entry] : counting) AddContribution(Contribution(*facts, entry.first.tally), sign, entry.second);
}

}  // namespace

Rebuild::Rebuild(Database* database, CommitQueue* queue, Tallies* tallies, const MemberFactsLoader* loader)
    : database_(database), queue_(queue), tallies_(tallies), loader_(loader), worker_([this] { Run(); }) {}

Rebuild::~Rebuild() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  worker_.join();
}

void Rebuild::Count(std::vector<SetKey> keys) {
  absl::MutexLock lock(&mutex_);
  waiting_ = std::move(keys);  // Want() names all that are not whole, so a newer list replaces an older one
}

bool Rebuild::busy() const {
  absl::MutexLock lock(&mutex_);
  return counting_ || !waiting_.empty();
}

bool Rebuild::stopping() const {
  absl::MutexLock lock(&mutex_);
  return stopping_;
}

absl::Status Rebuild::AwaitIdle(absl::Duration within) const {
  absl::MutexLock lock(&mutex_);
  const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !counting_ && waiting_.empty(); };
  if (!mutex_.AwaitWithTimeout(absl::Condition(&idle), within)) {
    return Problem(absl::StatusCode::kDeadlineExceeded, Reason::kDeadline,
                   "the tallies are still being counted; ask again later");
  }
  return last_;
}

void Rebuild::Run() {
  for (;;) {
    std::vector<SetKey> keys;
    {
      absl::MutexLock lock(&mutex_);
      const auto work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || !waiting_.empty(); };
      mutex_.Await(absl::Condition(&work));
      if (stopping_) return;
      keys.swap(waiting_);
      counting_ = true;
    }
    const absl::Status status = CountOnce(keys);
    if (!status.ok() && !stopping()) LogError("tallies", "counting failed").Status(status);
    absl::MutexLock lock(&mutex_);
    counting_ = false;
    last_ = status;
  }
}

// A full queue or disk is no reason to give a count up: it is asked again until there is room or the node stops.
absl::Status Rebuild::OnSequencer(TaskItem::Task task) {
  for (;;) {
    absl::Notification ended;
    absl::Status result;
    queue_->Submit(std::make_unique<TaskItem>(task, [&](absl::Status status) {
      result = std::move(status);
      ended.Notify();
    }));
    ended.WaitForNotification();
    if (!absl::IsResourceExhausted(result)) return result;
    absl::MutexLock lock(&mutex_);
    const auto stop = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_; };
    if (mutex_.AwaitWithTimeout(absl::Condition(&stop), kAskAgain)) return result;
  }
}

absl::Status Rebuild::CountOnce(const std::vector<SetKey>& keys) {
  Counting counting;
  for (const SetKey& key : keys) {
    std::optional<Tallies::Scope> scope = tallies_->ScopeOf(key);
    if (scope.has_value()) counting.emplace(key, std::pair(*scope, Tallies::Empty(key, *scope)));
  }
  if (counting.empty()) return absl::OkStatus();  // nothing of it is wanted any more
  RETURN_IF_ERROR(OnSequencer([](Sequencer& sequencer, Batch&) {
    sequencer.BeginTouched();
    return absl::OkStatus();
  }));
  const std::unique_ptr<Reader> snapshot = database_->TakeSnapshot();
  const absl::Status counted = loader_->ForEach(*snapshot, [&](const model::MemberFacts& facts) -> absl::Status {
    if (stopping()) return Problem(absl::StatusCode::kUnavailable, Reason::kStopping, "the node is stopping");
    Add(facts, 1, counting);
    return absl::OkStatus();
  });
  return OnSequencer([&](Sequencer& sequencer, Batch& batch) -> absl::Status {
    const std::set<model::Id> touched = sequencer.EndTouched();
    RETURN_IF_ERROR(counted);
    for (const model::Id& member : touched) {
      ASSIGN_OR_RETURN(const auto was, loader_->Load(*snapshot, member));
      ASSIGN_OR_RETURN(const auto is, loader_->Load(batch, member));
      Add(was, -1, counting);
      Add(is, 1, counting);
    }
    for (auto& [key, entry] : counting) {
      sequencer.tallies().Install(key, entry.first.generation, std::move(entry.second));
    }
    // Marks the commit, which else would hold nothing and not be made.
    batch.Put(Family::kTallies, KeyWriter().U8(3).Take(), "");
    return absl::OkStatus();
  });
}

}  // namespace aangan::storage::node
