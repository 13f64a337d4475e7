// SPDX-License-Identifier: Apache-2.0
// Who may call the federation: certificates that were given out, looked up by fingerprint on every call, and the tokens
// of apps, each of which goes with one certificate.
//
// A node is known by its certificate alone. An app needs both: certificate and token must have been given out together.
// At the HTTPS port whoever shows no certificate is a browser and needs a token of its own: browser_tokens.h.
// Threads: thread-safe. Errors: UNAUTHENTICATED (BAD_CERTIFICATE: not one that is in use here; CERTIFICATE_REVOKED;
// NO_CREDENTIAL: an app without a token; BAD_TOKEN).
#ifndef AANGAN_SERVER_FEDERATION_CREDENTIALS_H_
#define AANGAN_SERVER_FEDERATION_CREDENTIALS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/random.h"
#include "server/federation/certificate_book.h"
#include "server/federation/stored.h"
#include "server/shared/caller.h"

namespace aangan::federation {

inline constexpr absl::Duration kAppTokenLife = absl::Hours(24 * 398);  // as long as its certificate

inline std::string AppKey(absl::string_view id) { return absl::StrCat("app/", id); }

// Rows that make an app known, for the commit of an enrolment.
struct NewApp {
  std::vector<Write> writes;
  std::string token;  // shown once
};
NewApp MakeApp(server::Role role, absl::string_view id, const Digest& fingerprint, absl::Time now,
               RandomSource& random);

class FederationCallers final : public server::Callers {
 public:
  FederationCallers(const FederationStore* store, std::string roster, const Clock* clock)
      : store_(store), roster_(std::move(roster)), clock_(clock) {}
  absl::StatusOr<server::Caller> Identify(const server::Peer& peer, absl::string_view token) const override;

 private:
  const FederationStore* const store_;
  const std::string roster_;
  const Clock* const clock_;
};

// At the enrolment port nobody has a credential yet, and none is looked at.
class NobodyYet final : public server::Callers {
 public:
  absl::StatusOr<server::Caller> Identify(const server::Peer&, absl::string_view) const override {
    return server::Caller{};
  }
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_CREDENTIALS_H_
