// SPDX-License-Identifier: Apache-2.0
// Files of releases, checked on the spot.
#include "client/verify/release_file.h"

#include "base/problem.h"
#include "base/status.h"
#include "model/roster.h"
#include "privacy/release_check.h"

namespace aangan::client {

absl::StatusOr<VerifiedRelease> VerifyReleaseFile(const std::string& bytes, const std::string& key_phrase) {
  VerifiedRelease verified;
  if (!verified.file.ParseFromString(bytes) || !verified.file.has_national_release()) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is no file of a release.")
        .Field("FILE", "must be a file that 'aangan sister export' wrote");
  }
  ASSIGN_OR_RETURN(const PublicKey key, privacy::SignerOf(verified.file));
  verified.key_phrase = model::FingerprintPhrase(key);
  if (!key_phrase.empty() && key_phrase != verified.key_phrase) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kBadSignature,
                   "The file is signed, but with another key than the one whose phrase you gave: it is not that "
                   "federation's.");
  }
  RETURN_IF_ERROR(privacy::CheckReleaseFile(verified.file).status());
  return verified;
}

}  // namespace aangan::client
