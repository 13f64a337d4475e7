// SPDX-License-Identifier: Apache-2.0
// Backups, checks and clearing, one after another: see backup_agent.h.
#include "server/node/backup_agent.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/engine/backup.h"
#include "storage/node/bulk.h"
#include "storage/node/erasure.h"
#include "storage/node/key_file.h"

namespace aangan::node {
namespace {

using storage::BackupFolder;
using storage::Generation;
using storage::node::BackupNote;
using storage::node::KeyCopyNote;
using storage::node::ReadBackupNotes;

constexpr absl::Duration kPatience = absl::Minutes(1);  // with readers of before an erasure
constexpr absl::Duration kAgainAfter = absl::Minutes(1);
constexpr size_t kKeyBytesMax = 4096;

absl::Status Busy() {
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                 "A backup or a check of one is under way. Wait until it is done.");
}

BackupJob JobOf(const BackupNote& note) {
  BackupJob job;
  job.note = note;
  job.state = note.bytes > 0 ? BackupState::kDone : BackupState::kFailed;
  job.done_bytes = job.total_bytes = note.bytes;
  return job;
}

}  // namespace

BackupAgent::~BackupAgent() { Stop(); }

void BackupAgent::Start() {
  thread_ = std::thread([this] { Run(); });
}

void BackupAgent::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void BackupAgent::ClearSoon() {
  absl::MutexLock lock(&mutex_);
  clear_ = true;
}

bool BackupAgent::Interrupted() const {
  absl::MutexLock lock(&mutex_);
  return stopping_ || clear_;
}

void BackupAgent::Tell(uint64_t number, const std::function<void(BackupJob&)>& change) {
  absl::MutexLock lock(&mutex_);
  change(jobs_[number]);
}

void BackupAgent::Run() {
  bool try_later = false;
  while (true) {
    std::optional<Wish> wish;
    bool clear = false;
    {
      absl::MutexLock lock(&mutex_);
      auto work = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || clear_ || wish_.has_value(); };
      mutex_.AwaitWithTimeout(absl::Condition(&work), try_later ? kAgainAfter : absl::InfiniteDuration());
      if (stopping_) return;
      // What could not be cleared is tried again when there is nothing else to do.
      clear = clear_ || !wish_.has_value();
      clear_ = false;
      if (!clear) wish = wish_;
    }
    if (clear) {
      const absl::Status status = ClearNow();
      if (!status.ok()) LogWarning("erasure", "files not cleared yet").Status(status);
      try_later = !status.ok();
    }
    if (wish.has_value()) Do(*wish);
  }
}

absl::Status BackupAgent::ClearNow() {
  std::vector<model::Id> pending;
  {
    const std::unique_ptr<storage::Reader> snapshot = store_->TakeSnapshot();
    ASSIGN_OR_RETURN(pending, storage::node::PendingErasures(*snapshot));
  }
  if (pending.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(storage::node::ClearErased(*store_, pending, *clock_, kPatience));
  LogInfo("erasure", "files cleared").Number("members", static_cast<int64_t>(pending.size()));
  return absl::OkStatus();
}

void BackupAgent::Do(const Wish& wish) {
  const absl::Status status = wish.verify ? Check(wish) : BackUp(wish);
  if (absl::IsCancelled(status)) {
    // For an erasure: the wish stays. At the end of the node nobody asks any more.
    LogInfo("backup", "broken off, begins again").Number("generation", static_cast<int64_t>(wish.number));
    return;
  }
  if (status.ok()) {
    LogInfo("backup", "done").Number("generation", static_cast<int64_t>(wish.number));
  } else {
    LogError("backup", "failed").Status(status).Number("generation", static_cast<int64_t>(wish.number));
  }
  absl::MutexLock lock(&mutex_);
  BackupJob& job = jobs_[wish.number];
  job.reason = ReasonOf(status);
  if (wish.verify) {
    // A medium that is not there says nothing of the backup.
    const BackupState bad = absl::IsDataLoss(status) ? BackupState::kDamaged : BackupState::kDone;
    job.state = status.ok() ? BackupState::kVerified : bad;
  } else {
    job.state = status.ok() ? BackupState::kDone : BackupState::kFailed;
  }
  wish_.reset();
}

absl::Status BackupAgent::BackUp(const Wish& wish) {
  const absl::Status status = WriteGeneration(wish);
  if (absl::IsCancelled(status)) return status;
  Prune(wish, wish.keep, !status.ok());
  return status;
}

absl::Status BackupAgent::WriteGeneration(const Wish& wish) {
  // A damaged store is not written over good generations.
  RETURN_IF_ERROR(store_->Scrub());
  ASSIGN_OR_RETURN(BackupFolder folder, BackupFolder::Open(wish.folder, store_->DeriveKey("backup"), true));
  BackupNote note;
  note.number = wish.number;
  note.time_us = absl::ToUnixMicros(clock_->Now());
  note.sequence = store_->durable_sequence();
  RETURN_IF_ERROR(store_->SubmitAndWait(NoteOf(note, wish.actor)).status());
  const uint64_t total = store_->estimated_bytes();
  Generation generation;
  {
    const std::unique_ptr<storage::Reader> snapshot = store_->TakeSnapshot();
    ASSIGN_OR_RETURN(generation,
                     storage::node::WriteBulk(*snapshot, data_, wish.number, note.time_us, folder, [&](uint64_t done) {
                       Tell(wish.number, [&](BackupJob& job) {
                         job.done_bytes = done;
                         job.total_bytes = std::max(total, done);
                         job.written_bytes = folder.written_bytes();
                       });
                       return !Interrupted();
                     }));
  }
  ASSIGN_OR_RETURN(const storage::node::BulkFacts facts, storage::node::DecodeBulkFacts(generation.facts));
  note.sequence = facts.sequence;
  for (const storage::BackupPart& part : generation.parts) note.bytes += part.size_bytes;
  RETURN_IF_ERROR(store_->SubmitAndWait(NoteOf(note, wish.actor)).status());
  Tell(wish.number, [&](BackupJob& job) {
    job.note = note;
    job.done_bytes = job.total_bytes = note.bytes;
    job.written_bytes = folder.written_bytes();
  });
  return absl::OkStatus();
}

// What is no longer in the folder is no longer noted. A failure here leaves more than is needed, and nothing less.
void BackupAgent::Prune(const Wish& wish, size_t keep, bool failed) {
  const auto prune = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(BackupFolder folder, BackupFolder::Open(wish.folder, store_->DeriveKey("backup"), true));
    ASSIGN_OR_RETURN(std::vector<uint64_t> gone, folder.Prune(failed ? SIZE_MAX : keep));
    if (failed) gone.push_back(wish.number);
    for (const uint64_t number : gone)
      RETURN_IF_ERROR(store_->SubmitAndWait(storage::node::PrunedNote(number, wish.actor)).status());
    absl::MutexLock lock(&mutex_);
    for (const uint64_t number : gone) {
      if (number != wish.number) jobs_.erase(number);
    }
    return absl::OkStatus();
  };
  if (const absl::Status status = prune(); !status.ok()) LogWarning("backup", "not tidied").Status(status);
}

absl::Status BackupAgent::Check(const Wish& wish) {
  ASSIGN_OR_RETURN(const BackupFolder folder, BackupFolder::Open(wish.folder, store_->DeriveKey("backup"), false));
  ASSIGN_OR_RETURN(const Generation generation, folder.Read(wish.number));
  return folder.Verify(generation,
                       [&](uint64_t done) { Tell(wish.number, [&](BackupJob& job) { job.done_bytes = done; }); });
}

absl::StatusOr<BackupJob> BackupAgent::Create(const std::string& folder, size_t keep, const std::string& actor) {
  // Of other folders' and earlier processes' generations, whichever is the largest.
  ASSIGN_OR_RETURN(const std::vector<BackupNote> notes, ReadBackupNotes(*store_->TakeSnapshot()));
  uint64_t number = notes.empty() ? 1 : notes.back().number + 1;
  const absl::StatusOr<BackupFolder> there = BackupFolder::Open(folder, store_->DeriveKey("backup"), false);
  if (there.ok()) {
    ASSIGN_OR_RETURN(const std::vector<uint64_t> numbers, there->Numbers());
    if (!numbers.empty()) number = std::max(number, numbers.back() + 1);
  }
  BackupJob job;
  {
    absl::MutexLock lock(&mutex_);
    if (wish_.has_value()) return Busy();
    if (!jobs_.empty()) number = std::max(number, jobs_.rbegin()->first + 1);
    wish_ = Wish{false, number, folder, keep, actor};
    job.note = {number, absl::ToUnixMicros(clock_->Now()), store_->durable_sequence(), 0};
    job.total_bytes = store_->estimated_bytes();
    jobs_[number] = job;
  }
  return job;
}

absl::StatusOr<BackupJob> BackupAgent::Verify(uint64_t number, const std::string& folder) {
  ASSIGN_OR_RETURN(BackupJob job, Get(number));
  absl::MutexLock lock(&mutex_);
  if (wish_.has_value()) return Busy();
  wish_ = Wish{true, number, folder, 0, ""};
  job.state = BackupState::kVerifying;
  job.done_bytes = 0;
  job.reason.clear();
  jobs_[number] = job;
  return job;
}

absl::StatusOr<BackupJob> BackupAgent::Get(uint64_t number) const {
  ASSIGN_OR_RETURN(const std::vector<BackupJob> all, List());
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& job) { return job.note.number == number; });
  if (found != all.end()) return *found;
  return Problem(absl::StatusCode::kNotFound, Reason::kNotFound,
                 "This node made no such backup, or took it away again.");
}

absl::StatusOr<std::vector<BackupJob>> BackupAgent::List() const {
  ASSIGN_OR_RETURN(const std::vector<BackupNote> notes, ReadBackupNotes(*store_->TakeSnapshot()));
  std::map<uint64_t, BackupJob> all;
  for (const BackupNote& note : notes) all[note.number] = JobOf(note);
  absl::MutexLock lock(&mutex_);
  for (const auto& [number, job] : jobs_) all[number] = job;
  std::vector<BackupJob> list;
  for (const auto& [number, job] : all) list.push_back(job);
  return list;
}

absl::StatusOr<KeyCopyNote> BackupAgent::CopyKeys(const std::string& folder, const std::string& label,
                                                  const std::string& actor) {
  absl::MutexLock one_at_a_time(&key_copies_);
  ASSIGN_OR_RETURN(storage::node::KeyFile keys, storage::node::GatherKeys(*store_->TakeSnapshot()));
  keys.generation = keys.copies.empty() ? 1 : keys.copies.back().generation + 1;
  keys.time_us = absl::ToUnixMicros(clock_->Now());
  ASSIGN_OR_RETURN(keys.master_key, ReadFile(absl::StrCat(data_, "/master_key"), kKeyBytesMax));
  const KeyCopyNote note = {keys.generation, label, keys.time_us, keys.sequence, 0};
  keys.copies.push_back(note);
  RETURN_IF_ERROR(store_->SubmitAndWait(NoteOf(note, actor)).status());
  ASSIGN_OR_RETURN(const std::vector<uint64_t> overwritten,
                   storage::node::WriteKeyFile(folder, keys, store_->DeriveKey("key file")));
  for (KeyCopyNote copy : keys.copies) {
    if (std::count(overwritten.begin(), overwritten.end(), copy.generation) == 0) continue;
    copy.overwritten_us = absl::ToUnixMicros(clock_->Now());
    RETURN_IF_ERROR(store_->SubmitAndWait(NoteOf(copy, actor)).status());
  }
  return note;
}

}  // namespace aangan::node
