// SPDX-License-Identifier: Apache-2.0
// A queue of writes over its file: see write_queue.h.
#include "client/write_queue.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::client {
namespace {

using google::protobuf::Message;

constexpr uint64_t kTidyBytes = 1u << 20;  // below this a file with sent writes in it is left until it is empty

// Is the refusal the node's word on what the write says? Then asking again brings the same. Anything else is of the
// link, of the caller's token, or of the node's condition, and holds for all writes.
bool IsAboutTheWrite(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  if (reason.empty() || reason == ReasonName(Reason::kNotAllowed)) return false;
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kOutOfRange:
      return true;
    default:
      return false;
  }
}

// Has it nothing to do with what is sent?
bool IsOfTheLink(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || absl::IsUnauthenticated(status) ||
         absl::IsResourceExhausted(status) || absl::IsCancelled(status);
}

// What a person or a log needs in order to find the write, and nothing of what it says.
absl::Status StoppedAt(const QueuedWrite& write, const absl::Status& status) {
  std::string where = absl::StrCat("The queue stopped at write ", write.sequence, " (", write.method->full_name(),
                                   "). Send again when the cause is mended");
  if (!IsOfTheLink(status)) {
    absl::StrAppend(&where, "; if it stops there each time although the node can be reached, Drop ", write.sequence,
                    " and the others go on");
  }
  return Annotate(status, where);
}

QueueEvent Happened(QueueEvent::Kind kind, uint64_t sequence) {
  QueueEvent event;
  event.kind = kind;
  event.sequence = sequence;
  return event;
}

// The records of a file that holds this state and nothing else.
absl::StatusOr<std::vector<std::string>> RecordsOf(
    const QueueState& state, const std::function<absl::StatusOr<QueuedWrite>(const QueueState::Entry&)>& load) {
  std::vector<std::string> records{EncodeEvent(Happened(QueueEvent::Kind::kNext, state.next_sequence()))};
  for (const auto& [sequence, entry] : state.entries()) {
    QueueEvent added = Happened(QueueEvent::Kind::kAdded, sequence);
    ASSIGN_OR_RETURN(added.write, load(entry));
    records.push_back(EncodeEvent(added));
    if (entry.refusal.ok()) continue;
    QueueEvent refused = Happened(QueueEvent::Kind::kRefused, sequence);
    refused.refusal = entry.refusal;
    records.push_back(EncodeEvent(refused));
  }
  return records;
}

}  // namespace

QueueFile::Visit WriteQueue::Fold() {
  return [this](const QueuePlace& place, absl::string_view plain) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    ASSIGN_OR_RETURN(QueueEvent event, DecodeEvent(plain));
    state_.Apply(std::move(event), place);
    return absl::OkStatus();
  };
}

absl::StatusOr<std::unique_ptr<WriteQueue>> WriteQueue::Open(const std::string& path, absl::Span<const uint8_t> key) {
  auto queue = std::unique_ptr<WriteQueue>(new WriteQueue());
  absl::MutexLock lock(&queue->mutex_);
  ASSIGN_OR_RETURN(queue->file_, QueueFile::Open(path, key, queue->Fold()));
  return queue;
}

absl::StatusOr<WriteQueue::Salvaged> WriteQueue::Salvage(const std::string& path, absl::Span<const uint8_t> key) {
  Salvaged salvaged;
  const auto keep = [&](const QueueScan& scan) -> absl::StatusOr<std::vector<std::string>> {
    salvaged.records_lost = scan.damaged_records;
    salvaged.bytes_lost = scan.damaged_bytes;
    QueueState state;
    std::map<uint64_t, std::string> requests;
    for (const auto& [place, plain] : scan.records) {
      absl::StatusOr<QueueEvent> event = DecodeEvent(plain);
      if (HasReason(event.status(), Reason::kNewerFormat)) return event.status();
      if (!event.ok()) {
        ++salvaged.records_lost;
        salvaged.bytes_lost += place.size;
        continue;
      }
      if (event->kind == QueueEvent::Kind::kAdded) requests[event->sequence] = event->write.request;
      state.Apply(*std::move(event), place);
    }
    salvaged.writes = state.entries().size();
    return RecordsOf(state, [&](const QueueState::Entry& entry) {
      QueuedWrite write = entry.write;
      write.request = requests[write.sequence];
      return write;
    });
  };
  RETURN_IF_ERROR(QueueFile::PutAside(path, key, keep));
  return salvaged;
}

absl::StatusOr<QueuedWrite> WriteQueue::Load(const QueueState::Entry& entry) const {
  ASSIGN_OR_RETURN(std::string plain, file_->Read(entry.place));
  absl::StatusOr<QueueEvent> event = DecodeEvent(plain);
  Wipe(plain);
  if (!event.ok()) return event.status();
  event->write.etag = entry.write.etag;  // which an earlier write may have brought
  return std::move(event->write);
}

absl::StatusOr<const QueueState::Entry*> WriteQueue::Find(uint64_t sequence) const {
  const QueueState::Entry* entry = state_.Find(sequence);
  if (entry != nullptr) return entry;
  return Problem(absl::StatusCode::kNotFound, Reason::kNotFound,
                 "The queue has no such write. It has arrived, or was dropped.");
}

absl::Status WriteQueue::Append(QueueEvent event) {
  if (file_->unsure()) Rewrite().IgnoreError();  // then it is known what a restart would find; Append says if it is not
  ASSIGN_OR_RETURN(const QueuePlace place, file_->Append(EncodeEvent(event)));
  state_.Apply(std::move(event), place);
  return absl::OkStatus();
}

absl::StatusOr<WriteQueue::Added> WriteQueue::Add(const Message& request) {
  QueueEvent event;
  event.kind = QueueEvent::Kind::kAdded;
  ASSIGN_OR_RETURN(event.write, ReadWrite(request));
  absl::MutexLock lock(&mutex_);
  if (const QueueState::Entry* known = state_.FindRequest(event.write.request_id); known != nullptr) {
    ASSIGN_OR_RETURN(const QueuedWrite write, Load(*known));
    if (IsSameWrite(request, write)) return Added{write.sequence, write.resource};
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kRequestIdReused,
                   "Another write in the queue has this request_id.")
        .Field("request_id", "must be a new UUID for each write");
  }
  if (state_.entries().size() >= kWritesMax || file_->bytes() >= kAddBytesMax) {
    return Problem(absl::StatusCode::kResourceExhausted, Reason::kTooMany,
                   "The write queue is full. Reach the node, so that it can be sent.")
        .Number("writesMax", kWritesMax)
        .Number("bytesMax", kAddBytesMax);
  }
  const Added added{state_.next_sequence(), event.write.resource};
  event.sequence = event.write.sequence = added.sequence;
  event.write.add_time = SystemClock().Now();
  RETURN_IF_ERROR(Append(std::move(event)));
  return added;
}

absl::StatusOr<std::optional<QueuedWrite>> WriteQueue::Next() const {
  absl::MutexLock lock(&mutex_);
  const QueueState::Entry* entry = state_.Next();
  if (entry == nullptr) return std::nullopt;
  return Load(*entry);
}

absl::Status WriteQueue::Send(const Sender& sender) {
  absl::MutexLock sending(&sending_);
  {
    absl::MutexLock lock(&mutex_);
    stopped_at_ = 0;
    stop_ = absl::OkStatus();
    tidy_refused_ = false;
    Tidy();
  }
  while (true) {
    ASSIGN_OR_RETURN(const std::optional<QueuedWrite> write, Next());
    if (!write) break;
    ASSIGN_OR_RETURN(const std::unique_ptr<Message> request, RequestOf(*write));
    const absl::StatusOr<std::unique_ptr<Message>> answer = sender(*write->method, *request);
    absl::MutexLock lock(&mutex_);
    if (!answer.ok() && !IsAboutTheWrite(answer.status())) {
      stopped_at_ = write->sequence;
      stop_ = StoppedAt(*write, answer.status());
      return stop_;
    }
    QueueEvent event = Happened(answer.ok() ? QueueEvent::Kind::kSent : QueueEvent::Kind::kRefused, write->sequence);
    if (answer.ok())
      event.etag = EtagOf(**answer);
    else
      event.refusal = answer.status();
    RETURN_IF_ERROR(Append(std::move(event)));
    Tidy();
  }
  return absl::OkStatus();
}

// Writes that are gone leave the file: all at once when none is left, else when they are most of it. What has happened
// stands in the file in either case, so a disk that refuses this is no error of the call.
void WriteQueue::Tidy() {
  const bool all_gone = state_.entries().empty() && file_->records() > 1;
  const bool mostly_gone = file_->bytes() > kTidyBytes && state_.live_bytes() < file_->bytes() / 2;
  if ((all_gone || mostly_gone) && !tidy_refused_) tidy_refused_ = !Rewrite().ok();
}

// The file anew, of what the state says.
absl::Status WriteQueue::Rewrite() {
  ASSIGN_OR_RETURN(
      const std::vector<std::string> records,
      RecordsOf(state_, [this](const QueueState::Entry& entry) ABSL_NO_THREAD_SAFETY_ANALYSIS { return Load(entry); }));
  QueueState before = std::exchange(state_, QueueState());
  const absl::Status rewritten = file_->Rewrite(records, Fold());
  if (!rewritten.ok()) state_ = std::move(before);  // its places are in the file that is still held
  return rewritten;
}

std::vector<WriteQueue::Write> WriteQueue::Writes() const {
  absl::MutexLock lock(&mutex_);
  std::vector<Write> writes;
  for (const auto& [sequence, entry] : state_.entries()) {
    writes.push_back({sequence, entry.write.method->full_name(), entry.write.resource, entry.write.add_time,
                      entry.refusal, sequence == stopped_at_ ? stop_ : absl::OkStatus()});
  }
  return writes;
}

absl::StatusOr<std::unique_ptr<Message>> WriteQueue::Request(uint64_t sequence) const {
  absl::MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(const QueueState::Entry* entry, Find(sequence));
  ASSIGN_OR_RETURN(const QueuedWrite write, Load(*entry));
  return RequestOf(write);
}

absl::Status WriteQueue::Replace(uint64_t sequence, const Message& request) {
  std::unique_ptr<Message> anew(request.New());
  anew->CopyFrom(request);
  if (const auto* field = anew->GetDescriptor()->FindFieldByName("request_id"); field != nullptr)
    anew->GetReflection()->ClearField(anew.get(), field);
  QueueEvent event = Happened(QueueEvent::Kind::kAdded, sequence);
  ASSIGN_OR_RETURN(event.write, ReadWrite(*anew));
  absl::MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(const QueueState::Entry* entry, Find(sequence));
  if (entry->refusal.ok()) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "The write waits to be sent, and may be on its way. Only one that was refused can be replaced.");
  }
  if (entry->write.method != event.write.method || entry->write.resource != event.write.resource) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                   "The corrected write is of another rpc or on another record. Drop the old one and add this.");
  }
  event.write.sequence = sequence;
  event.write.add_time = entry->write.add_time;
  RETURN_IF_ERROR(Append(std::move(event)));
  Tidy();
  return absl::OkStatus();
}

absl::Status WriteQueue::Drop(uint64_t sequence) {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(Find(sequence).status());
  RETURN_IF_ERROR(Append(Happened(QueueEvent::Kind::kDropped, sequence)));
  Tidy();
  return absl::OkStatus();
}

}  // namespace aangan::client
