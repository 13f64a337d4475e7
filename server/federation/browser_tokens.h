// SPDX-License-Identifier: Apache-2.0
// Tokens of browsers: with one a person signs in to the federation's page, where no certificate is asked for. An app
// that has certificate and token makes it for the person who uses it.
//
// It is worth less than what made it: it counts on the HTTPS port alone, reads (a steward's as an analyst's), ends
// when somebody signs out with it, after twelve hours, and with its app. An app has at most eight; the oldest goes when
// it makes another. Kept as settings "browser/{id of the token}"; looked up on every call. Threads: thread-safe.
// Errors: UNAUTHENTICATED (BAD_TOKEN; CERTIFICATE_REVOKED), PERMISSION_DENIED (NOT_ALLOWED: whoever asks has no
// certificate of an app), those of the store.
#ifndef AANGAN_SERVER_FEDERATION_BROWSER_TOKENS_H_
#define AANGAN_SERVER_FEDERATION_BROWSER_TOKENS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "base/random.h"
#include "server/federation/stored.h"
#include "server/shared/caller.h"
#include "server/shared/tokens.h"

namespace aangan::federation {

inline constexpr absl::Duration kBrowserTokenLife = absl::Hours(12);
inline constexpr size_t kBrowserTokensMax = 8;  // of one app

// For an app that called with its certificate.
absl::StatusOr<server::NewToken> MakeBrowserToken(FederationStore& store, const server::Caller& app, absl::Time now,
                                                  RandomSource& random);
// Refused from the next call on. OK also for what is no token of a browser that counts: nothing happens then.
absl::Status EndBrowserToken(FederationStore& store, absl::string_view token, absl::Time now);
absl::StatusOr<server::Caller> CallerOfBrowser(const FederationStore& store, absl::string_view token, absl::Time now);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_BROWSER_TOKENS_H_
