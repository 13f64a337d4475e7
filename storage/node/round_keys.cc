// SPDX-License-Identifier: Apache-2.0
// Recipient keys in files: see round_keys.h.
#include "storage/node/round_keys.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/log.h"
#include "base/status.h"
#include "storage/engine/single_key_file.h"

namespace aangan::storage::node {
absl::StatusOr<std::unique_ptr<RoundKeys>> RoundKeys::Open(const std::string& folder, RandomSource* random) {
  RETURN_IF_ERROR(MakeFolders(folder, 0700));
  return std::unique_ptr<RoundKeys>(new RoundKeys(folder, random));
}

std::string RoundKeys::PathOf(const model::Period& quarter) const {
  return absl::StrCat(folder_, "/", model::PeriodText(quarter));
}

absl::StatusOr<std::optional<SecretBytes>> RoundKeys::Read(const std::string& path, bool* exists) const {
  absl::StatusOr<std::optional<SecretBytes>> key = ReadSingleKey(path);
  *exists = !absl::IsNotFound(key.status());
  if (!*exists) return std::optional<SecretBytes>();
  // A damaged file is no key; it stays, and the node is silent in that period.
  if (absl::IsDataLoss(key.status())) {
    LogError("round keys", "the key of a quarter is damaged: this node gives no answer in it").Status(key.status());
    return std::optional<SecretBytes>();
  }
  return key;
}

absl::StatusOr<std::optional<SecretBytes>> RoundKeys::Find(const model::Period& quarter) const {
  absl::MutexLock lock(&steps_);
  bool exists = false;
  return Read(PathOf(quarter), &exists);
}

absl::StatusOr<std::optional<SecretBytes>> RoundKeys::FindOrMake(const model::Period& quarter) {
  absl::MutexLock lock(&steps_);
  bool exists = false;
  ASSIGN_OR_RETURN(std::optional<SecretBytes> known, Read(PathOf(quarter), &exists));
  if (exists) return known;
  SecretBytes key = SecretBytes::Random(kSingleKeyBytes, *random_);
  RETURN_IF_ERROR(WriteSingleKey(PathOf(quarter), key));
  return std::optional<SecretBytes>(std::move(key));
}

absl::Status RoundKeys::Destroy(const model::Period& quarter) {
  absl::MutexLock lock(&steps_);
  const absl::Status overwritten = OverwriteInPlace(PathOf(quarter));
  if (!absl::IsNotFound(overwritten)) return overwritten;
  return WriteFileDurably(PathOf(quarter), std::string(kSingleKeyBytes, '\0'), 0600);
}

absl::Status RoundKeys::DestroyAll() {
  absl::MutexLock lock(&steps_);
  return OverwriteAndUnlinkAll(folder_);
}

}  // namespace aangan::storage::node
