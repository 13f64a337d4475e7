// SPDX-License-Identifier: Apache-2.0
// Key files of the federation.
#include "server/federation/federation_keys.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/engine/single_key_file.h"

namespace aangan::federation {
namespace {

absl::StatusOr<SecretBytes> OpenKeyFile(const std::string& path, RandomSource& random) {
  absl::StatusOr<std::optional<SecretBytes>> key = storage::ReadSingleKey(path);
  if (absl::IsNotFound(key.status())) {
    SecretBytes made = SecretBytes::Random(storage::kSingleKeyBytes, random);
    RETURN_IF_ERROR(storage::WriteSingleKey(path, made));
    return made;
  }
  RETURN_IF_ERROR(key.status());
  if (key->has_value()) return *std::move(*key);
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "A key file in the federation's data folder is damaged. Bring it back from a copy.");
}

}  // namespace

absl::StatusOr<SigningKey> OpenSigningKey(const std::string& folder, RandomSource& random) {
  ASSIGN_OR_RETURN(const SecretBytes seed, OpenKeyFile(absl::StrCat(folder, "/signing_key"), random));
  return SigningKey::FromSeed(seed.span());
}

absl::StatusOr<SecretBytes> OpenPageTokenKey(const std::string& folder, RandomSource& random) {
  return OpenKeyFile(absl::StrCat(folder, "/page_token_key"), random);
}

}  // namespace aangan::federation
