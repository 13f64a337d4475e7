// SPDX-License-Identifier: Apache-2.0
// Key files of the federation.
#include "server/federation/federation_keys.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::federation {
namespace {

constexpr size_t kKeyBytes = 32;

absl::StatusOr<SecretBytes> OpenKeyFile(const std::string& path, RandomSource& random) {
  absl::StatusOr<SecretBytes> key = ReadSecretFile(path, kKeyBytes);
  if (absl::IsNotFound(key.status())) {
    SecretBytes made = SecretBytes::Random(kKeyBytes, random);
    RETURN_IF_ERROR(WriteFileDurably(path, AsText(made.span()), 0600));
    return made;
  }
  RETURN_IF_ERROR(key.status());
  if (key->size() == kKeyBytes) return key;
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
