// SPDX-License-Identifier: Apache-2.0
// A file of one key of 32 bytes: the key, then the first 8 bytes of SHA-256 of a label and the key, so that a flipped
// bit is found and never becomes another key. Files of the key alone, as earlier versions wrote, are read too.
//
// Mode 0600, written durably. A key that was destroyed (base/files, OverwriteInPlace) is zeros.
// Errors: those of base/files; DATA_LOSS (DAMAGED).
#ifndef AANGAN_STORAGE_ENGINE_SINGLE_KEY_FILE_H_
#define AANGAN_STORAGE_ENGINE_SINGLE_KEY_FILE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/secret.h"

namespace aangan::storage {

inline constexpr size_t kSingleKeyBytes = 32;

// Nothing when the key was destroyed; NOT_FOUND when there is no file.
absl::StatusOr<std::optional<SecretBytes>> ReadSingleKey(const std::string& path);
absl::Status WriteSingleKey(const std::string& path, const SecretBytes& key);

}  // namespace aangan::storage

#endif  // AANGAN_STORAGE_ENGINE_SINGLE_KEY_FILE_H_
