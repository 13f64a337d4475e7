// SPDX-License-Identifier: Apache-2.0
// Locks and alarms: see locks.h.
#include "storage/node/locks.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/node/round_entry_codec.h"

namespace aangan::storage::node {
namespace {

constexpr uint8_t kFormat = 1;
constexpr size_t kPartBytesMax = 4 << 20;
constexpr char kAlarmPrefix[] = "alarm/";

absl::Status Damaged() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "a lock or alarm does not read; this node must not answer: restore it, which sits out what had begun");
}

std::string EncodeLock(const AnswerLock& lock) {
  CanonicalWriter writer;
  writer.U8(kFormat).I64(lock.period.year).U8(static_cast<uint8_t>(lock.period.quarter));
  writer.Fixed(lock.round_id).Fixed(lock.freeze).U8(lock.sent ? 1 : 0).Bytes(lock.answer);
  return std::move(writer).Take();
}

absl::StatusOr<AnswerLock> ParseLock(absl::string_view bytes) {
  AnswerLock lock;
  CanonicalReader reader(bytes);
  ASSIGN_OR_RETURN(const uint8_t format, reader.U8());
  ASSIGN_OR_RETURN(const int64_t year, reader.I64());
  ASSIGN_OR_RETURN(const uint8_t quarter, reader.U8());
  lock.period = {static_cast<int16_t>(year), static_cast<int8_t>(quarter)};
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(lock.round_id)));
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(lock.freeze)));
  ASSIGN_OR_RETURN(const uint8_t sent, reader.U8());
  lock.sent = sent != 0;
  ASSIGN_OR_RETURN(const absl::string_view answer, reader.Bytes(kPartBytesMax));
  lock.answer = std::string(answer);
  // Of another format, a year that no period has, a flag that is neither: nothing of it is what was written.
  if (format != kFormat || EncodeLock(lock) != bytes) return Damaged();
  return lock;
}

absl::StatusOr<Alarm> ParseAlarm(absl::string_view bytes) {
  Alarm alarm;
  CanonicalReader reader(bytes);
  ASSIGN_OR_RETURN(const uint8_t kind, reader.U8());
  alarm.kind = static_cast<AlarmKind>(kind);
  ASSIGN_OR_RETURN(alarm.time_us, reader.I64());
  ASSIGN_OR_RETURN(const absl::string_view subject, reader.Bytes(kPartBytesMax));
  ASSIGN_OR_RETURN(const absl::string_view evidence, reader.Bytes(kPartBytesMax));
  alarm.subject = std::string(subject);
  alarm.evidence = std::string(evidence);
  RETURN_IF_ERROR(reader.End());
  return alarm;
}

std::string AlarmKey(AlarmKind kind, absl::string_view subject) {
  return absl::StrCat(kAlarmPrefix, static_cast<int>(kind), "/", subject);
}

// Every value of a family under a prefix, parsed; the first that does not read ends it.
template <typename T, typename Parse>
absl::StatusOr<std::vector<T>> ListParsed(const Reader& reader, Family family, const KeyRange& range, Parse parse) {
  std::vector<T> all;
  bool whole = true;
  RETURN_IF_ERROR(reader.Scan(family, range, Order::kForward, [&](absl::string_view, absl::string_view value) {
    absl::StatusOr<T> one = parse(value);
    whole = one.ok();
    if (whole) all.push_back(*std::move(one));
    return whole;
  }));
  if (!whole) return Damaged();
  return all;
}

}  // namespace

absl::StatusOr<std::optional<AnswerLock>> FindLock(const Reader& reader, const model::Period& period) {
  ASSIGN_OR_RETURN(const std::optional<std::string> value, reader.Get(Family::kLocks, RoundKey(period)));
  if (!value) return std::optional<AnswerLock>();
  absl::StatusOr<AnswerLock> lock = ParseLock(*value);
  if (!lock.ok()) return Damaged();
  return std::optional<AnswerLock>(*std::move(lock));
}

absl::StatusOr<std::vector<AnswerLock>> ListLocks(const Reader& reader) {
  return ListParsed<AnswerLock>(reader, Family::kLocks, KeyRange::All(), ParseLock);
}

void PutLock(const AnswerLock& lock, Batch& batch) {
  batch.Put(Family::kLocks, RoundKey(lock.period), EncodeLock(lock));
}

absl::StatusOr<std::vector<Alarm>> ListAlarms(const Reader& reader) {
  return ListParsed<Alarm>(reader, Family::kMeta, KeyRange::Prefix(kAlarmPrefix), ParseAlarm);
}

absl::StatusOr<bool> HasAlarm(const Reader& reader, AlarmKind kind, absl::string_view subject) {
  ASSIGN_OR_RETURN(const std::optional<std::string> value, reader.Get(Family::kMeta, AlarmKey(kind, subject)));
  return value.has_value();
}

void PutAlarm(const Alarm& alarm, Batch& batch) {
  CanonicalWriter writer;
  writer.U8(static_cast<uint8_t>(alarm.kind)).I64(alarm.time_us).Bytes(alarm.subject).Bytes(alarm.evidence);
  batch.Put(Family::kMeta, AlarmKey(alarm.kind, alarm.subject), writer.bytes());
}

}  // namespace aangan::storage::node
