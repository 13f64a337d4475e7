// SPDX-License-Identifier: Apache-2.0
// The phrase of a key: see key_phrase.h.
#include "client/verify/key_phrase.h"

#include "base/status.h"
#include "model/roster.h"

namespace aangan::client {

absl::StatusOr<std::string> KeyPhrase(absl::string_view signing_key) {
  ASSIGN_OR_RETURN(const PublicKey key, model::ParseKey(signing_key, "signing_key"));
  return model::FingerprintPhrase(key);
}

}  // namespace aangan::client
