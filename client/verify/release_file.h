// SPDX-License-Identifier: Apache-2.0
// Files of releases, checked on the spot: no server is asked. The one place of the command that links rules; they are
// those by which another federation checks the same file (privacy/release_check).
//
// Threads: pure. Errors: those of privacy/release_check; INVALID_ARGUMENT (INVALID_FIELD) when it is no such file,
// (BAD_SIGNATURE) when its key has another phrase than was given.
#ifndef AANGAN_CLIENT_VERIFY_RELEASE_FILE_H_
#define AANGAN_CLIENT_VERIFY_RELEASE_FILE_H_

#include <string>

#include "aangan/federation/v1/figures.pb.h"
#include "absl/status/statusor.h"

namespace aangan::client {

struct VerifiedRelease {
  federation::v1::ReleaseFile file;
  std::string key_phrase;  // of the key that signed it, for people to compare
};

// `bytes`: what 'aangan sister export' wrote. `key_phrase`: as heard from the federation; empty leaves it to the
// reader.
absl::StatusOr<VerifiedRelease> VerifyReleaseFile(const std::string& bytes, const std::string& key_phrase);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_VERIFY_RELEASE_FILE_H_
