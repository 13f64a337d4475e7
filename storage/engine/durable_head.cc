// SPDX-License-Identifier: Apache-2.0
// Two slots, written in turn: see durable_head.h.
#include "storage/engine/durable_head.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>
#include <tuple>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/canonical.h"
#include "base/check.h"
#include "base/files.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::storage {
namespace {

constexpr size_t kSlotBytes = 4096;  // a slot never shares a disk block with the other
constexpr size_t kFileBytes = 2 * kSlotBytes;
constexpr absl::string_view kMagic = "AANGANHD";
constexpr uint32_t kFormat = 1;
constexpr size_t kMarkBytes = 8 + 4 + 8 + 32;
constexpr absl::string_view kLastCommitKey = "last_commit";
// A kill leaves the head at most two commits behind the log, a damaged slot one more.
constexpr uint64_t kCommitsBehindMax = 3;

std::string SlotBytes(const CommitMark& mark) {
  CanonicalWriter writer;
  writer.Fixed(AsBytes(kMagic)).U32(kFormat).U64(mark.sequence).Fixed(mark.hash);
  const Digest check = Sha256(writer.bytes());
  writer.Fixed(check);
  return std::move(writer).Take();
}

std::optional<CommitMark> ParseSlot(absl::string_view slot) {
  CanonicalReader reader(slot.substr(kMagic.size() + sizeof(kFormat), 8 + 32));
  CommitMark mark;
  absl::StatusOr<uint64_t> sequence = reader.U64();
  if (!sequence.ok() || !reader.Fixed(absl::MakeSpan(mark.hash)).ok()) return std::nullopt;
  mark.sequence = *sequence;
  // What was read is written again and compared whole: magic, format and check sum in one.
  const std::string expected = SlotBytes(mark);
  if (slot.substr(0, expected.size()) != expected) return std::nullopt;
  return mark;
}

absl::Status DiskRefuses() {
  return Problem(absl::StatusCode::kUnavailable, Reason::kInternal,
                 "the disk refuses the file durable_head; look for disk errors in the system's log")
      .Number("errno", errno);
}

bool WriteAt(int file, absl::string_view bytes, size_t offset) {
  while (!bytes.empty()) {
    ssize_t written = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += static_cast<size_t>(written);
  }
  return true;
}

// The newest whole slot and the place of the next.
absl::StatusOr<std::pair<CommitMark, int>> ParseFile(absl::string_view bytes) {
  std::array<std::optional<CommitMark>, 2> slots;
  if (bytes.size() == kFileBytes) slots = {ParseSlot(bytes.substr(0, kSlotBytes)), ParseSlot(bytes.substr(kSlotBytes))};
  if (!slots[0].has_value() && !slots[1].has_value()) {
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                   "the file durable_head is damaged, so it can not be told whether the log is whole; restore the "
                   "newest backup, or move that file away to go on with what the log holds");
  }
  const bool second = slots[1].has_value() && (!slots[0].has_value() || slots[1]->sequence > slots[0]->sequence);
  return std::make_pair(*slots[second ? 1 : 0], second ? 0 : 1);
}

bool IsBlank(absl::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; });
}

}  // namespace

// A thread that writes one mark at a time, so that the head's sync and the log's sync run side by side.
class DurableHead::Helper {
 public:
  explicit Helper(DurableHead* head) : head_(head), thread_([this] { Run(); }) {}

  ~Helper() {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    thread_.join();
  }

  void Begin(const CommitMark& mark) {
    absl::MutexLock lock(&mutex_);
    AANGAN_CHECK(!task_.has_value());
    task_ = mark;
  }

  absl::Status Await() {
    absl::MutexLock lock(&mutex_);
    auto idle = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !task_.has_value(); };
    mutex_.Await(absl::Condition(&idle));
    return result_;
  }

 private:
  void Run() {
    for (;;) {
      CommitMark mark;
      {
        absl::MutexLock lock(&mutex_);
        auto wanted = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || task_.has_value(); };
        mutex_.Await(absl::Condition(&wanted));
        if (!task_.has_value()) return;
        mark = *task_;
      }
      absl::Status result = head_->Write(mark);
      absl::MutexLock lock(&mutex_);
      result_ = std::move(result);
      task_.reset();
    }
  }

  DurableHead* const head_;
  absl::Mutex mutex_;
  std::optional<CommitMark> task_ ABSL_GUARDED_BY(mutex_);
  absl::Status result_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

DurableHead::DurableHead(int file, std::optional<CommitMark> mark, int next_slot)
    : file_(file), mark_(mark), next_slot_(next_slot) {}

DurableHead::~DurableHead() {
  helper_.reset();
  close(file_);
}

absl::StatusOr<std::unique_ptr<DurableHead>> DurableHead::Open(const std::string& path) {
  absl::StatusOr<std::string> bytes = ReadFile(path, kFileBytes);
  const bool is_new = absl::IsNotFound(bytes.status());
  if (is_new) {
    bytes = std::string(kFileBytes, '\0');
    RETURN_IF_ERROR(WriteFileDurably(path, *bytes, 0600));
  }
  if (absl::IsUnavailable(bytes.status())) return bytes.status();
  std::optional<CommitMark> mark;
  int next_slot = 0;
  if (bytes.ok() && bytes->size() == kFileBytes && IsBlank(*bytes)) {
    if (!is_new) mark = CommitMark();  // nothing was committed when it was last written
  } else {
    ASSIGN_OR_RETURN(std::tie(mark, next_slot), ParseFile(bytes.value_or("")));
  }
  int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return DiskRefuses();
  return std::unique_ptr<DurableHead>(new DurableHead(file, mark, next_slot));
}

absl::Status DurableHead::Write(const CommitMark& mark) {
  const size_t offset = next_slot_ == 0 ? 0 : kSlotBytes;
  if (!WriteAt(file_, SlotBytes(mark), offset) || fdatasync(file_) != 0) return DiskRefuses();
  mark_ = mark;
  next_slot_ = 1 - next_slot_;
  return absl::OkStatus();
}

void DurableHead::Begin(const CommitMark& mark) {
  if (helper_ == nullptr) helper_ = std::make_unique<Helper>(this);
  helper_->Begin(mark);
}

absl::Status DurableHead::Await() { return helper_ == nullptr ? absl::OkStatus() : helper_->Await(); }

absl::StatusOr<LastCommits> ReadLastCommits(const Reader& store) {
  LastCommits commits;
  ASSIGN_OR_RETURN(std::optional<std::string> value, store.Get(Family::kMeta, kLastCommitKey));
  if (!value.has_value()) return commits;
  CanonicalReader reader(*value);
  for (CommitMark* mark : {&commits.last, &commits.before}) {
    ASSIGN_OR_RETURN(mark->sequence, reader.U64());
    RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(mark->hash)));
  }
  RETURN_IF_ERROR(reader.End());
  return commits;
}

void PutLastCommits(const LastCommits& commits, Batch& batch) {
  CanonicalWriter writer;
  for (const CommitMark& mark : {commits.last, commits.before}) writer.U64(mark.sequence).Fixed(mark.hash);
  batch.Put(Family::kMeta, kLastCommitKey, writer.bytes());
}

absl::Status CheckLog(const std::optional<CommitMark>& head, const LastCommits& log) {
  if (!head.has_value()) {
    if (log.last.sequence > 0) {
      LogWarning("durable_head", "no head: what the log holds is taken as whole").Number("sequence", log.last.sequence);
    }
    return absl::OkStatus();
  }
  if (log.last.sequence < head->sequence) {
    return Problem(
               absl::StatusCode::kDataLoss, Reason::kLogShortened,
               "the database's log ends before the last acknowledged write: records are missing. Keep a copy of the "
               "folder and restore the newest backup; or, to go on with what is left, move the file durable_head "
               "away")
        .Number("acknowledged", static_cast<int64_t>(head->sequence))
        .Number("found", static_cast<int64_t>(log.last.sequence));
  }
  if (log.last.sequence > head->sequence + kCommitsBehindMax) {
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                   "the file durable_head is older than the database, so it can not be told whether the log is whole; "
                   "put the right file back, or move it away to go on with what the log holds")
        .Number("head", static_cast<int64_t>(head->sequence))
        .Number("found", static_cast<int64_t>(log.last.sequence));
  }
  const bool other_last = log.last.sequence == head->sequence && log.last.hash != head->hash;
  const bool other_before = log.before.sequence == head->sequence && log.before.hash != head->hash;
  if (other_last || other_before) {
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                   "the database and the file durable_head tell of different writes under one number: one of them is "
                   "from elsewhere. Keep a copy of the folder and restore the newest backup")
        .Number("sequence", static_cast<int64_t>(head->sequence));
  }
  return absl::OkStatus();
}

}  // namespace aangan::storage
