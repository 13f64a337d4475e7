// SPDX-License-Identifier: Apache-2.0
// Access tokens: "aangan-<id>-<secret>", 128 bits of id and 256 bits of secret in lower-case base32. Only a hash of the
// secret is stored, so whoever reads the store can not call. Scanners of leaked secrets find them by
// \baangan-[a-z2-7]{26}-[a-z2-7]{52}\b.
// Threads: pure. Errors: UNAUTHENTICATED (BAD_TOKEN) for whatever is wrong with a token, without saying what.
#ifndef AANGAN_SERVER_SHARED_TOKENS_H_
#define AANGAN_SERVER_SHARED_TOKENS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/digest.h"
#include "base/random.h"
#include "server/shared/caller.h"

namespace aangan::server {

// What is stored of a token.
struct TokenRecord {
  std::string id;     // 26 characters of base32
  std::string title;  // a slug
  Role role = Role::kNobody;
  std::string member;  // for kMember: "members/{m}"
  int64_t create_time_us = 0;
  int64_t expire_time_us = 0;
  Digest hash{};  // SHA-256 over a label and the whole token; all zero: ended, and kept for a while to be known of
  // After a rotation: the secret before it opens until then.
  int64_t rotate_time_us = 0;  // 0: never
  Digest hash_before{};
  int64_t before_end_time_us = 0;
  int64_t last_used_day = 0;  // days since 1970, in India; 0: never
};

struct NewToken {
  std::string text;  // shown once
  TokenRecord record;
};
NewToken MakeToken(Role role, absl::string_view title, absl::Time now, absl::Duration life, RandomSource& random);
// The same token with a new secret and a new life as long as the first; the old secret opens for `grace` more.
NewToken RotateToken(const TokenRecord& record, absl::Time now, absl::Duration grace, RandomSource& random);

// The id inside a token, to look the record up by.
absl::StatusOr<std::string> TokenId(absl::string_view token);
// The token is the record's (compared in constant time) and has not ended.
absl::Status CheckToken(absl::string_view token, const TokenRecord& record, absl::Time now);

std::string EncodeToken(const TokenRecord& record);
absl::StatusOr<TokenRecord> DecodeToken(absl::string_view bytes);

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_TOKENS_H_
