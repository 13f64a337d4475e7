// SPDX-License-Identifier: Apache-2.0
// One-time join tokens: how a node or an app gets its first certificate.
//
// A token is "aangan-join-" and 48 bytes in lower-case base32: 16 random bytes that are the secret, and the SHA-256 of
// the authority's certificate (DER), by which the joiner knows the right port. It holds for a day and once. Only a hash
// is stored.
//
// Threads: thread-safe. Errors: UNAUTHENTICATED (BAD_TOKEN for what is no token of ours, JOIN_TOKEN_USED for one that
// was used or is over); INVALID_ARGUMENT (INVALID_FIELD); ALREADY_EXISTS.
#ifndef AANGAN_SERVER_FEDERATION_JOIN_TOKENS_H_
#define AANGAN_SERVER_FEDERATION_JOIN_TOKENS_H_

#include <string>

#include "aangan/federation/v1/roster.pb.h"
#include "aangan/store/v1/federation_store.pb.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/random.h"
#include "server/federation/roster_book.h"
#include "server/federation/stored.h"

namespace aangan::federation {

inline constexpr absl::Duration kJoinTokenLife = absl::Hours(24);

class JoinTokens {
 public:
  // All outlive it; `authority` is the SHA-256 of the authority's certificate.
  JoinTokens(FederationStore* store, const RosterBook* rosters, const Digest& authority, const Clock* clock,
             RandomSource* random)
      : store_(store), rosters_(rosters), authority_(authority), clock_(clock), random_(random) {}

  // ALREADY_EXISTS when the collective stands in a roster, or the app has enrolled. A collective that has enrolled and
  // stands in no roster yet may join anew, for example because the answer to its enrolment was lost. NOT_FOUND for new
  // keys of one that is not in the roster in force.
  absl::StatusOr<v1::CreateJoinTokenResponse> Make(const v1::CreateJoinTokenRequest& wish) const;
  // What is stored of a token that may still be used.
  absl::StatusOr<Stored<store::v1::StoredJoinToken>> Find(absl::string_view text) const;
  // When the newest token that may still be used was made; none when there is none.
  absl::StatusOr<std::optional<absl::Time>> NewestUsable() const;

 private:
  absl::StatusOr<v1::CreateJoinTokenResponse> Store(const v1::CreateJoinTokenRequest& wish) const;
  absl::Status CheckWish(const v1::CreateJoinTokenRequest& wish) const;

  FederationStore* const store_;
  const RosterBook* const rosters_;
  const Digest authority_;
  const Clock* const clock_;
  RandomSource* const random_;
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_JOIN_TOKENS_H_
