// SPDX-License-Identifier: Apache-2.0
// Notes of copies: see backup_notes.h.
#include "storage/node/backup_notes.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/canonical.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/engine/keys.h"
#include "storage/node/audit_log.h"

namespace aangan::storage::node {
namespace {

constexpr absl::string_view kBackups = "backup/";
constexpr absl::string_view kKeyCopies = "key_copy/";
constexpr absl::string_view kErasures = "erasure/";
constexpr size_t kLabelBytesMax = 100;

// Ten digits sort as numbers do.
std::string KeyOf(absl::string_view prefix, uint64_t number) { return absl::StrFormat("%s%010u", prefix, number); }

std::string ErasureKey(const model::Id& member) {
  return absl::StrCat(kErasures, model::RecordNameText({model::RecordKind::kMember, member, member}));
}

absl::StatusOr<BackupNote> DecodeBackup(absl::string_view bytes) {
  CanonicalReader reader(bytes);
  BackupNote note;
  ASSIGN_OR_RETURN(note.number, reader.U64());
  ASSIGN_OR_RETURN(note.time_us, reader.I64());
  ASSIGN_OR_RETURN(note.sequence, reader.U64());
  ASSIGN_OR_RETURN(note.bytes, reader.U64());
  RETURN_IF_ERROR(reader.End());
  return note;
}

template <typename Note>
absl::StatusOr<std::vector<Note>> ReadAll(const Reader& reader, absl::string_view prefix,
                                          absl::StatusOr<Note> (*decode)(absl::string_view)) {
  std::vector<Note> notes;
  absl::Status status;
  RETURN_IF_ERROR(reader.Scan(Family::kSettings, KeyRange::Prefix(prefix), Order::kForward,
                              [&](absl::string_view, absl::string_view value) {
                                absl::StatusOr<Note> note = decode(value);
                                if (note.ok()) notes.push_back(*std::move(note));
                                status = note.status();
                                return status.ok();
                              }));
  if (!status.ok()) {
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "a note of a backup or key copy is damaged");
  }
  return notes;
}

}  // namespace

absl::StatusOr<std::vector<BackupNote>> ReadBackupNotes(const Reader& reader) {
  return ReadAll<BackupNote>(reader, kBackups, &DecodeBackup);
}

absl::StatusOr<std::vector<KeyCopyNote>> ReadKeyCopyNotes(const Reader& reader) {
  return ReadAll<KeyCopyNote>(reader, kKeyCopies, &DecodeKeyCopy);
}

absl::StatusOr<ErasureNote> ReadErasureNote(const Reader& reader, const model::Id& member) {
  ASSIGN_OR_RETURN(const std::optional<std::string> value, reader.Get(Family::kSettings, ErasureKey(member)));
  if (!value.has_value()) {
    return Problem(absl::StatusCode::kNotFound, Reason::kNotFound,
                   "there is no such erasure, or it is not finished yet: ask again in a minute");
  }
  CanonicalReader fields(*value);
  ErasureNote note;
  note.member = member;
  ASSIGN_OR_RETURN(note.enrolled_us, fields.I64());
  ASSIGN_OR_RETURN(note.enrolled_sequence, fields.U64());
  ASSIGN_OR_RETURN(note.destroyed_us, fields.I64());
  ASSIGN_OR_RETURN(note.destroyed_sequence, fields.U64());
  ASSIGN_OR_RETURN(note.cleared_us, fields.I64());
  RETURN_IF_ERROR(fields.End());
  return note;
}

NoteChange NoteOf(const BackupNote& note, const std::string& actor) {
  return {Action::kBackedUp, actor, absl::StrCat("backups/", note.number), KeyOf(kBackups, note.number),
          CanonicalWriter().U64(note.number).I64(note.time_us).U64(note.sequence).U64(note.bytes).bytes()};
}

NoteChange PrunedNote(uint64_t number, const std::string& actor) {
  return {Action::kBackupPruned, actor, absl::StrCat("backups/", number), KeyOf(kBackups, number), ""};
}

NoteChange NoteOf(const KeyCopyNote& note, const std::string& actor) {
  return {note.overwritten_us == 0 ? Action::kKeysCopied : Action::kKeyCopyOverwritten, actor,
          absl::StrCat("keyCopies/", note.generation), KeyCopyKey(note.generation), EncodeKeyCopy(note)};
}

NoteChange NoteOf(const ErasureNote& note) {
  return {Action::kErasureCleared, "node",
          model::RecordNameText({model::RecordKind::kMember, note.member, note.member}), ErasureKey(note.member),
          CanonicalWriter()
              .I64(note.enrolled_us)
              .U64(note.enrolled_sequence)
              .I64(note.destroyed_us)
              .U64(note.destroyed_sequence)
              .I64(note.cleared_us)
              .bytes()};
}

std::string KeyCopyKey(uint64_t generation) { return KeyOf(kKeyCopies, generation); }

std::string EncodeKeyCopy(const KeyCopyNote& note) {
  return CanonicalWriter()
      .U64(note.generation)
      .Bytes(note.label)
      .I64(note.time_us)
      .U64(note.sequence)
      .I64(note.overwritten_us)
      .bytes();
}

absl::StatusOr<KeyCopyNote> DecodeKeyCopy(absl::string_view bytes) {
  CanonicalReader reader(bytes);
  KeyCopyNote note;
  ASSIGN_OR_RETURN(note.generation, reader.U64());
  ASSIGN_OR_RETURN(const absl::string_view label, reader.Bytes(kLabelBytesMax));
  note.label = std::string(label);
  ASSIGN_OR_RETURN(note.time_us, reader.I64());
  ASSIGN_OR_RETURN(note.sequence, reader.U64());
  ASSIGN_OR_RETURN(note.overwritten_us, reader.I64());
  RETURN_IF_ERROR(reader.End());
  return note;
}

absl::StatusOr<int64_t> FirstAuditTime(const Reader& reader) {
  int64_t time_us = 0;
  absl::Status status;
  RETURN_IF_ERROR(
      reader.Scan(Family::kAudit, KeyRange::All(), Order::kForward, [&](absl::string_view, absl::string_view value) {
        const absl::StatusOr<int64_t> read = CanonicalReader(value).I64();
        if (read.ok()) time_us = *read;
        status = read.status();
        return false;
      }));
  RETURN_IF_ERROR(status);
  return time_us;
}

}  // namespace aangan::storage::node
