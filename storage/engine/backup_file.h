// SPDX-License-Identifier: Apache-2.0
// One encrypted file of a backup: whole or refused.
//
// Form: "AANGANBF", format u32, the header of a stream (24 bytes), then pieces of 64 KiB and 17 bytes each:
// XChaCha20-Poly1305 in libsodium's secretstream, whose last piece is marked, so that a shortened, lengthened or
// shuffled file does not open. What the file is (its place) is bound into every piece: a file does not open under
// another's name. The plain bytes are padded to a multiple of 64 KiB (ISO/IEC 7816-4), so that sizes say little.
//
// Threads: pure but for files. Errors: DATA_LOSS (DAMAGED): cut, changed, of another place, or under another key, which
// of them can not be told; NOT_FOUND; UNAVAILABLE when the disk refuses.
#ifndef AANGAN_STORAGE_ENGINE_BACKUP_FILE_H_
#define AANGAN_STORAGE_ENGINE_BACKUP_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/secret.h"

namespace aangan::storage {

inline constexpr size_t kBackupFileBytesMax = size_t{1} << 30;  // of plain bytes

// The form in memory; `key` has 32 bytes.
std::string SealBackupFile(const SecretBytes& key, absl::string_view place, absl::string_view plain);
absl::StatusOr<std::string> OpenBackupFile(const SecretBytes& key, absl::string_view place, absl::string_view sealed);

// Written beside, synced, read back from the medium as far as the system allows, compared, and only then put in its
// place. Whatever fails before leaves what was there.
absl::Status WriteCheckedFile(const std::string& path, absl::string_view bytes);
// Past the system's cache, as far as it allows.
absl::StatusOr<std::string> ReadFromMedium(const std::string& path, size_t max_bytes);

}  // namespace aangan::storage

#endif  // AANGAN_STORAGE_ENGINE_BACKUP_FILE_H_
