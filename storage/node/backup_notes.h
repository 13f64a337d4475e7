// SPDX-License-Identifier: Apache-2.0
// What the store knows of its own copies: backups that were made, copies of the key file, members that were erased.
// They are settings, each written with an audit entry, so that copies are counted and none is forgotten.
//
// Threads: plain values; readers as the Reader says. Errors: DATA_LOSS (DAMAGED) for a note that was not written here.
#ifndef AANGAN_STORAGE_NODE_BACKUP_NOTES_H_
#define AANGAN_STORAGE_NODE_BACKUP_NOTES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/names.h"
#include "storage/engine/reader.h"
#include "storage/node/change.h"

namespace aangan::storage::node {

// Times are microseconds since 1970.
struct BackupNote {
  uint64_t number = 0;    // of the generation
  int64_t time_us = 0;    // of the state that it holds
  uint64_t sequence = 0;  // of the last commit in it
  uint64_t bytes = 0;     // plain, before encryption
};

struct KeyCopyNote {
  uint64_t generation = 0;
  std::string label;  // of the place: a slug that the operator gave
  int64_t time_us = 0;
  uint64_t sequence = 0;       // of the last commit whose keys it holds
  int64_t overwritten_us = 0;  // by this program, in its place; 0: may still be there
  bool operator==(const KeyCopyNote&) const = default;
};

struct ErasureNote {
  model::Id member;
  int64_t enrolled_us = 0;
  uint64_t enrolled_sequence = 0;
  int64_t destroyed_us = 0;  // her key left the store
  uint64_t destroyed_sequence = 0;
  int64_t cleared_us = 0;  // no file of the store holds what was deleted
};

// By number, rising.
absl::StatusOr<std::vector<BackupNote>> ReadBackupNotes(const Reader& reader);
absl::StatusOr<std::vector<KeyCopyNote>> ReadKeyCopyNotes(const Reader& reader);
// NOT_FOUND when she was not erased, or is not cleared yet.
absl::StatusOr<ErasureNote> ReadErasureNote(const Reader& reader, const model::Id& member);

NoteChange NoteOf(const BackupNote& note, const std::string& actor);
NoteChange NoteOf(const KeyCopyNote& note, const std::string& actor);
NoteChange NoteOf(const ErasureNote& note);
// A generation that is gone from its folder.
NoteChange PrunedNote(uint64_t number, const std::string& actor);

// The setting of a copy alone, for a restore that brings the list along.
std::string KeyCopyKey(uint64_t generation);
std::string EncodeKeyCopy(const KeyCopyNote& note);
absl::StatusOr<KeyCopyNote> DecodeKeyCopy(absl::string_view bytes);

// The time of the oldest audit entry: when the store was made; 0 when there is none.
absl::StatusOr<int64_t> FirstAuditTime(const Reader& reader);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_BACKUP_NOTES_H_
