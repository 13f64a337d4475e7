// SPDX-License-Identifier: Apache-2.0
// Wrapped keys in a file of their own: see key_file.h.
#include "storage/node/key_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/canonical.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/engine/backup_file.h"
#include "storage/engine/durable_head.h"

namespace aangan::storage::node {
namespace {

constexpr absl::string_view kMagic = "AANGANKC";
constexpr uint32_t kFormat = 1;
constexpr size_t kMasterKeyBytesMax = 4096;
constexpr size_t kWrappedBytesMax = 1024;
constexpr size_t kNoteBytesMax = 256;
constexpr absl::string_view kNamePrefix = "aangan-keys-";
constexpr size_t kNameBytes = 12 + 10;

absl::Status Damaged() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "the key file is damaged, or is not one; take another copy of it");
}

// Which master key file stands before it is bound in.
std::string PlaceOf(absl::string_view master_key) {
  const Digest digest = Sha256(master_key);
  return absl::StrCat("keys/", AsText(digest));
}

std::string Encode(const KeyFile& keys) {
  CanonicalWriter writer;
  writer.U64(keys.generation).I64(keys.time_us).U64(keys.sequence);
  const BackupNote& backup = keys.newest_backup;
  writer.U64(backup.number).I64(backup.time_us).U64(backup.sequence).U64(backup.bytes);
  writer.U64(keys.copies.size());
  for (const KeyCopyNote& copy : keys.copies) writer.Bytes(EncodeKeyCopy(copy));
  writer.U64(keys.wrapped.size());
  for (const auto& [member, wrapped] : keys.wrapped) writer.Fixed(member.bytes).Bytes(wrapped);
  writer.U64(keys.erased.size());
  for (const model::Id& member : keys.erased) writer.Fixed(member.bytes);
  return std::move(writer).Take();
}

absl::StatusOr<KeyFile> Decode(absl::string_view bytes) {
  CanonicalReader reader(bytes);
  KeyFile keys;
  ASSIGN_OR_RETURN(keys.generation, reader.U64());
  ASSIGN_OR_RETURN(keys.time_us, reader.I64());
  ASSIGN_OR_RETURN(keys.sequence, reader.U64());
  ASSIGN_OR_RETURN(keys.newest_backup.number, reader.U64());
  ASSIGN_OR_RETURN(keys.newest_backup.time_us, reader.I64());
  ASSIGN_OR_RETURN(keys.newest_backup.sequence, reader.U64());
  ASSIGN_OR_RETURN(keys.newest_backup.bytes, reader.U64());
  ASSIGN_OR_RETURN(const uint64_t copies, reader.U64());
  for (uint64_t i = 0; i < copies; ++i) {
    ASSIGN_OR_RETURN(const absl::string_view note, reader.Bytes(kNoteBytesMax));
    ASSIGN_OR_RETURN(KeyCopyNote copy, DecodeKeyCopy(note));
    keys.copies.push_back(std::move(copy));
  }
  ASSIGN_OR_RETURN(const uint64_t members, reader.U64());
  for (uint64_t i = 0; i < members; ++i) {
    model::Id member;
    RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(member.bytes)));
    ASSIGN_OR_RETURN(const absl::string_view wrapped, reader.Bytes(kWrappedBytesMax));
    keys.wrapped.emplace(member, wrapped);
  }
  ASSIGN_OR_RETURN(const uint64_t erased, reader.U64());
  for (uint64_t i = 0; i < erased; ++i) {
    model::Id member;
    RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(member.bytes)));
    keys.erased.insert(member);
  }
  RETURN_IF_ERROR(reader.End());
  return keys;
}

// The two halves of the file.
struct Halves {
  absl::string_view master_key;
  absl::string_view sealed;
};
absl::StatusOr<Halves> Split(absl::string_view file) {
  CanonicalReader reader(file);
  std::array<uint8_t, kMagic.size()> magic{};
  if (!reader.Fixed(absl::MakeSpan(magic)).ok() || AsText(magic) != kMagic) return Damaged();
  const absl::StatusOr<uint32_t> format = reader.U32();
  if (!format.ok()) return Damaged();
  if (*format != kFormat) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNewerFormat,
                   "the key file was written by a newer program; install that version");
  }
  const absl::StatusOr<absl::string_view> master_key = reader.Bytes(kMasterKeyBytesMax);
  if (!master_key.ok()) return Damaged();
  return Halves{*master_key, file.substr(file.size() - reader.remaining())};
}

std::vector<std::string> KeyFilesIn(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code ignored;
  std::filesystem::directory_iterator each(folder, ignored);
  for (; !ignored && each != std::filesystem::directory_iterator(); each.increment(ignored)) {
    const std::string name = each->path().filename().string();
    if (name.size() == kNameBytes && absl::StartsWith(name, kNamePrefix)) paths.push_back(each->path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

model::Id IdOf(absl::string_view key) {
  model::Id id;
  std::copy_n(key.begin(), std::min(key.size(), id.bytes.size()), id.bytes.begin());
  return id;
}

absl::Status NotOurs() {
  return Problem(
      absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
      "the folder holds a key file of another node, or a damaged one; name another folder, or take that file "
      "away");
}

}  // namespace

absl::StatusOr<KeyFile> GatherKeys(const Reader& snapshot) {
  KeyFile keys;
  ASSIGN_OR_RETURN(const LastCommits commits, ReadLastCommits(snapshot));
  keys.sequence = commits.last.sequence;
  ASSIGN_OR_RETURN(const std::vector<BackupNote> backups, ReadBackupNotes(snapshot));
  if (!backups.empty()) keys.newest_backup = backups.back();
  ASSIGN_OR_RETURN(keys.copies, ReadKeyCopyNotes(snapshot));
  RETURN_IF_ERROR(snapshot.Scan(Family::kMemberKeys, KeyRange::All(), Order::kForward,
                                [&](absl::string_view key, absl::string_view value) {
                                  keys.wrapped.emplace(IdOf(key), value);
                                  return true;
                                }));
  RETURN_IF_ERROR(snapshot.Scan(Family::kErasedIds, KeyRange::All(), Order::kForward,
                                [&](absl::string_view key, absl::string_view) {
                                  keys.erased.insert(IdOf(key));
                                  return true;
                                }));
  return keys;
}

std::string SealKeyFile(const KeyFile& keys, const SecretBytes& key) {
  const std::string head =
      std::move(CanonicalWriter().Fixed(AsBytes(kMagic)).U32(kFormat).Bytes(keys.master_key)).Take();
  return absl::StrCat(head, SealBackupFile(key, PlaceOf(keys.master_key), Encode(keys)));
}

absl::StatusOr<std::string> MasterKeyIn(absl::string_view key_file) {
  ASSIGN_OR_RETURN(const Halves halves, Split(key_file));
  return std::string(halves.master_key);
}

absl::StatusOr<KeyFile> OpenKeyFile(absl::string_view key_file, const SecretBytes& key) {
  ASSIGN_OR_RETURN(const Halves halves, Split(key_file));
  const absl::StatusOr<std::string> plain = OpenBackupFile(key, PlaceOf(halves.master_key), halves.sealed);
  if (!plain.ok()) return absl::IsDataLoss(plain.status()) ? Damaged() : plain.status();
  absl::StatusOr<KeyFile> keys = Decode(*plain);
  if (!keys.ok()) return Damaged();
  keys->master_key = std::string(halves.master_key);
  return keys;
}

absl::StatusOr<std::vector<uint64_t>> WriteKeyFile(const std::string& folder, const KeyFile& keys,
                                                   const SecretBytes& key) {
  RETURN_IF_ERROR(MakeFolders(folder, 0700));
  const std::string path = absl::StrFormat("%s/%s%010u", folder, kNamePrefix, keys.generation);
  std::vector<std::pair<std::string, uint64_t>> older;
  for (const std::string& each : KeyFilesIn(folder)) {
    const absl::StatusOr<std::string> bytes = ReadFile(each, kBackupFileBytesMax);
    RETURN_IF_ERROR(bytes.status());
    const absl::StatusOr<KeyFile> opened = OpenKeyFile(*bytes, key);
    if (!opened.ok() || each == path) return NotOurs();
    older.emplace_back(each, opened->generation);
  }
  RETURN_IF_ERROR(WriteCheckedFile(path, SealKeyFile(keys, key)));
  std::vector<uint64_t> overwritten;
  for (const auto& [each, generation] : older) {
    RETURN_IF_ERROR(OverwriteAndUnlink(each));
    overwritten.push_back(generation);
  }
  return overwritten;
}

absl::StatusOr<std::string> ReadKeyFile(const std::string& file_or_folder) {
  const std::vector<std::string> in_folder = KeyFilesIn(file_or_folder);
  const std::string path = in_folder.empty() ? file_or_folder : in_folder.back();
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    return Problem(absl::StatusCode::kNotFound, Reason::kKeyMissing,
                   "there is no key file; name the file aangan-keys-..., or the folder that it lies in");
  }
  return ReadFile(path, kBackupFileBytesMax);
}

}  // namespace aangan::storage::node
