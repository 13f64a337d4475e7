// SPDX-License-Identifier: Apache-2.0
// The folder of a store's backups: numbered generations of parts, every file encrypted (backup_file.h).
//
// Layout: files/<32 hexadecimal digits>, one for each part's bytes, named by a keyed hash of them, so that a part that
// did not change is not written again; generations/<10 digits>, the sealed list of one generation's parts. A generation
// is there once its list is in its place; before that every file of it was read back from the medium and compared.
// Names, sizes and times of files are all that the folder shows.
//
// Threads: one thread an object. Errors: DATA_LOSS (DAMAGED): a file is cut, changed, missing or in another's place, or
// the folder belongs to other keys; NOT_FOUND: no such generation; UNAVAILABLE when the medium refuses.
#ifndef AANGAN_STORAGE_ENGINE_BACKUP_H_
#define AANGAN_STORAGE_ENGINE_BACKUP_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/secret.h"

namespace aangan::storage {

// One file of a generation.
struct BackupPart {
  std::string what;                // the owner's name of it, for example "family/records"
  std::array<uint8_t, 16> name{};  // of the file
  uint64_t size_bytes = 0;         // plain
  bool operator==(const BackupPart&) const = default;
};

struct Generation {
  uint64_t number = 0;  // from 1
  int64_t time_us = 0;  // when it was begun; microseconds since 1970
  std::string facts;    // the owner's, at most 4 KiB
  std::vector<BackupPart> parts;
};

class BackupFolder {
 public:
  // `key`: 32 bytes, of the store alone. With `make` the folders are made; a folder of which no generation opens is
  // refused, so that no node writes over another's. Without it: NOT_FOUND when there is no backup.
  static absl::StatusOr<BackupFolder> Open(const std::string& folder, const SecretBytes& key, bool make);

  // Numbers of the generations whose lists are there, rising. Nothing is opened.
  absl::StatusOr<std::vector<uint64_t>> Numbers() const;
  absl::StatusOr<Generation> Read(uint64_t number) const;
  // The bytes of one part, checked against its name.
  absl::StatusOr<std::string> ReadPart(const BackupPart& part) const;
  // Reads every file of a generation; `read_bytes` hears how far it is.
  absl::Status Verify(const Generation& generation, absl::FunctionRef<void(uint64_t)> read_bytes) const;

  // A part for a generation to come: written if it is not there, read back and compared in any case.
  absl::StatusOr<BackupPart> Add(absl::string_view what, absl::string_view bytes);
  // From here on the generation is there. ALREADY_EXISTS when the number is taken.
  absl::Status Finish(const Generation& generation);
  // Takes away the oldest generations but `keep` (at least 1), and every file that none of the others names. Returns
  // the numbers that went. Nothing is taken away when a list of those that stay can not be read.
  absl::StatusOr<std::vector<uint64_t>> Prune(size_t keep);
  uint64_t written_bytes() const { return written_bytes_; }  // by Add, without what was there

 private:
  BackupFolder(std::string folder, SecretBytes key, SecretBytes name_key)
      : folder_(std::move(folder)), key_(std::move(key)), name_key_(std::move(name_key)) {}
  absl::Status CheckOwn() const;
  std::string ListPath(uint64_t number) const;
  std::string FilePath(const BackupPart& part) const;

  std::string folder_;
  SecretBytes key_;
  SecretBytes name_key_;
  uint64_t written_bytes_ = 0;
};

}  // namespace aangan::storage

#endif  // AANGAN_STORAGE_ENGINE_BACKUP_H_
