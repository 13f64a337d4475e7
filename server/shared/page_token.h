// SPDX-License-Identifier: Apache-2.0
// Page tokens: where a list goes on, sealed. A token shows nothing, can not be made up, and works for the caller and
// the list that it was given for, so it grants nothing. Threads: thread-safe. Errors: INVALID_ARGUMENT
// (BAD_PAGE_TOKEN).
#ifndef AANGAN_SERVER_SHARED_PAGE_TOKEN_H_
#define AANGAN_SERVER_SHARED_PAGE_TOKEN_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/random.h"
#include "base/secret.h"

namespace aangan::server {

class PageTokens {
 public:
  // `key` is 32 bytes and lives with the store, so tokens survive a restart. `random` outlives it and is thread-safe.
  PageTokens(SecretBytes key, RandomSource* random);

  // `position` is what the list goes on behind, at most 1 KiB.
  std::string Seal(absl::string_view position, absl::string_view caller, absl::string_view list) const;
  absl::StatusOr<std::string> Open(absl::string_view token, absl::string_view caller, absl::string_view list) const;

 private:
  const SecretBytes key_;
  RandomSource* const random_;
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_PAGE_TOKEN_H_
