// SPDX-License-Identifier: Apache-2.0
// What is left of an erased member goes: see erasure.h.
#include "storage/node/erasure.h"

#include <algorithm>
#include <utility>

#include "base/canonical.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/engine/durable_head.h"
#include "storage/engine/keys.h"
#include "storage/node/audit_log.h"
#include "storage/node/record_codec.h"

namespace aangan::storage::node {
namespace {

constexpr size_t kEntriesMax = 1u << 20;  // of one member
constexpr uint32_t kReceiptFormat = 1;

// By a person, when the time of a seal was over, or when a clock of retention had run out.
bool DestroysHerKey(Action action) {
  return action == Action::kDeleted || action == Action::kSealEnded || action == Action::kRetentionErased;
}

// From her audit entries, which stay: they hold no personal value.
absl::StatusOr<ErasureNote> HistoryOf(const Reader& reader, const model::Id& member) {
  ASSIGN_OR_RETURN(const std::vector<AuditEntry> newest_first, ReadAudit(reader, member, 0, kEntriesMax));
  ErasureNote note;
  note.member = member;
  if (!newest_first.empty()) {
    note.enrolled_us = newest_first.back().time_us;
    note.enrolled_sequence = newest_first.back().sequence >> kAuditNumberBits;
  }
  const std::string name = model::RecordNameText({model::RecordKind::kMember, member, member});
  for (const AuditEntry& entry : newest_first) {
    if (!DestroysHerKey(entry.action) || entry.resource != name) continue;
    note.destroyed_us = entry.time_us;
    note.destroyed_sequence = entry.sequence >> kAuditNumberBits;
    return note;
  }
  // Known as erased from a key file alone (a restore): then at the latest now.
  ASSIGN_OR_RETURN(const LastCommits commits, ReadLastCommits(reader));
  note.destroyed_sequence = commits.last.sequence + 1;
  return note;
}

// A copy made under sequence s holds the state after commit s.
bool Holds(uint64_t sequence, const ErasureNote& note) {
  return sequence >= note.enrolled_sequence && sequence < note.destroyed_sequence;
}

absl::StatusOr<ErasureReceipt> WithCopies(const Reader& reader, ErasureNote note) {
  ErasureReceipt receipt;
  ASSIGN_OR_RETURN(const std::vector<KeyCopyNote> copies, ReadKeyCopyNotes(reader));
  ASSIGN_OR_RETURN(const std::vector<BackupNote> backups, ReadBackupNotes(reader));
  for (const KeyCopyNote& copy : copies) {
    if (Holds(copy.sequence, note)) receipt.key_copies.push_back(copy);
  }
  for (const BackupNote& backup : backups) {
    if (Holds(backup.sequence, note)) receipt.backups.push_back(backup);
  }
  receipt.note = std::move(note);
  return receipt;
}

}  // namespace

absl::StatusOr<std::vector<model::Id>> PendingErasures(const Reader& reader) {
  std::vector<model::Id> pending;
  absl::Status status;
  RETURN_IF_ERROR(
      reader.Scan(Family::kErasedIds, KeyRange::All(), Order::kForward, [&](absl::string_view key, absl::string_view) {
        model::Id member;
        std::copy_n(key.begin(), std::min(key.size(), member.bytes.size()), member.bytes.begin());
        const absl::Status noted = ReadErasureNote(reader, member).status();
        if (absl::IsNotFound(noted)) {
          pending.push_back(member);
        } else {
          status = noted;
        }
        return status.ok();
      }));
  RETURN_IF_ERROR(status);
  return pending;
}

std::vector<Database::Place> PlacesOf(const std::vector<model::Id>& members) {
  std::vector<Database::Place> places = {{Family::kTallies, KeyRange::All()}, {Family::kRequestIds, KeyRange::All()}};
  for (const model::Id& member : members) {
    places.emplace_back(Family::kRecords, MemberRange(member));
    places.emplace_back(Family::kRevisions, MemberRange(member));
    places.emplace_back(Family::kMemberKeys, KeyRange::Prefix(AsText(member.bytes)));
  }
  return places;
}

absl::Status ClearErased(NodeStore& store, const std::vector<model::Id>& members, const Clock& clock,
                         absl::Duration patience) {
  if (members.empty()) return absl::OkStatus();
  std::vector<ErasureNote> notes;
  for (const std::unique_ptr<Reader> snapshot = store.TakeSnapshot(); const model::Id& member : members) {
    ASSIGN_OR_RETURN(ErasureNote note, HistoryOf(*snapshot, member));
    notes.push_back(std::move(note));
  }
  RETURN_IF_ERROR(store.Expunge(members, patience));
  for (ErasureNote& note : notes) {
    note.cleared_us = absl::ToUnixMicros(clock.Now());
    RETURN_IF_ERROR(store.SubmitAndWait(NoteOf(note)).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<ErasureReceipt> ReceiptFor(const Reader& reader, const model::Id& member) {
  ASSIGN_OR_RETURN(ErasureNote note, ReadErasureNote(reader, member));
  return WithCopies(reader, std::move(note));
}

absl::StatusOr<ErasureReceipt> PreviewReceipt(const Reader& reader, const model::Id& member) {
  ASSIGN_OR_RETURN(const std::optional<std::string> wrapped, reader.Get(Family::kMemberKeys, AsText(member.bytes)));
  if (!wrapped.has_value()) {
    return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "there is no such member");
  }
  ASSIGN_OR_RETURN(ErasureNote note, HistoryOf(reader, member));
  return WithCopies(reader, std::move(note));
}

std::string ReceiptBytes(const ErasureReceipt& receipt, absl::string_view incarnation, int64_t issued_us) {
  const ErasureNote& note = receipt.note;
  CanonicalWriter writer;
  writer.U32(kReceiptFormat)
      .Bytes(model::RecordNameText({model::RecordKind::kMember, note.member, note.member}))
      .Bytes(incarnation)
      .I64(issued_us)
      .I64(note.enrolled_us)
      .I64(note.destroyed_us)
      .U64(note.destroyed_sequence)
      .I64(note.cleared_us);
  writer.U32(static_cast<uint32_t>(receipt.key_copies.size()));
  for (const KeyCopyNote& copy : receipt.key_copies)
    writer.Bytes(copy.label).U64(copy.generation).I64(copy.time_us).I64(copy.overwritten_us);
  writer.U32(static_cast<uint32_t>(receipt.backups.size()));
  for (const BackupNote& backup : receipt.backups) writer.U64(backup.number).I64(backup.time_us);
  return std::move(writer).Take();
}

}  // namespace aangan::storage::node
