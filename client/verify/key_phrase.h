// SPDX-License-Identifier: Apache-2.0
// The phrase of a key, which people compare by telephone; the same that the node's and the roster's show.
//
// Threads: pure. Errors: INVALID_ARGUMENT (INVALID_FIELD) for bytes that are no Ed25519 key.
#ifndef AANGAN_CLIENT_VERIFY_KEY_PHRASE_H_
#define AANGAN_CLIENT_VERIFY_KEY_PHRASE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace aangan::client {

// `signing_key`: 32 bytes.
absl::StatusOr<std::string> KeyPhrase(absl::string_view signing_key);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_VERIFY_KEY_PHRASE_H_
