// SPDX-License-Identifier: Apache-2.0
// Small files that must survive a power cut, or must be gone after one: keys, identities, heads.
//
// Errors: NOT_FOUND when missing; FAILED_PRECONDITION, reason KEY_MISSING, when a secret's mode is wider than 0600;
// UNAVAILABLE when the disk refuses. A message names the path's last part, never contents.
#ifndef AANGAN_BASE_FILES_H_
#define AANGAN_BASE_FILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/secret.h"

namespace aangan {

// At most `max_bytes`; a longer file is an error.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes);
absl::StatusOr<SecretBytes> ReadSecretFile(const std::string& path, size_t max_bytes);
// Its first line, without the end of the line: a passphrase.
absl::StatusOr<SecretBytes> ReadSecretLine(const std::string& path, size_t max_bytes);
// Written beside, synced, renamed over, folder synced. `mode` is set before the first byte.
absl::Status WriteFileDurably(const std::string& path, absl::string_view bytes, int mode);
// Overwrites in place with zeros and syncs, twice as long as the file's own blocks allow; the file stays. For keys that
// are to be destroyed: never a rename, which would leave the old blocks.
absl::Status OverwriteInPlace(const std::string& path);
// For a key whose absence says enough: overwritten in place, then taken away. NOT_FOUND when it is not there.
absl::Status OverwriteAndUnlink(const std::string& path);
// The same for every file of a folder.
absl::Status OverwriteAndUnlinkAll(const std::string& folder);
// Makes the folder and its parents with `mode`; fine when it is there.
absl::Status MakeFolders(const std::string& path, int mode);

}  // namespace aangan

#endif  // AANGAN_BASE_FILES_H_
