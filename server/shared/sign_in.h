// SPDX-License-Identifier: Apache-2.0
// Signing in to a page: a browser trades its token for a cookie that only this origin's requests carry, and shows it
// in place of the header Authorization.
//
//   POST /sign-in  {"token": "aangan-..."}   200 {"role": "steward"} and the cookie; 401; 400
//   GET  /sign-in                            200 {"role": "steward"}: who is signed in; 401
//   POST /sign-out {}                        200 {} and no cookie
//
// The cookie carries the token itself, so that a token that was ended opens nothing from the next call on: no session
// is kept here that could outlive it. Signing out ends the token too where it was made for the browser alone, so that
// a copy of the cookie opens nothing more. It is __Host-, Secure, HttpOnly, SameSite=Strict, for twelve hours. A
// request that shows it must come from a page of this very origin, by Origin or Sec-Fetch-Site; so must one that signs
// in or out, if it says where it comes from. Wrong tokens are answered ever later, by the same brake as at gRPC.
// Threads: thread-safe. Errors: of CredentialOf UNAUTHENTICATED (BAD_TOKEN: no token is in the cookie), and
// PERMISSION_DENIED (NOT_ALLOWED: the cookie is shown by another site's page); in answers in the form of Connect.
#ifndef AANGAN_SERVER_SHARED_SIGN_IN_H_
#define AANGAN_SERVER_SHARED_SIGN_IN_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/shared/caller.h"
#include "server/shared/door.h"
#include "server/shared/http_page.h"

namespace aangan::server {

// The value of Authorization that a request comes to: the header's, else the cookie's; empty when there is neither.
absl::StatusOr<std::string> CredentialOf(const HttpRequest& request);
// What the wire proved of an HTTPS request.
Peer PeerOf(const HttpRequest& request);

class SignIn {
 public:
  // Ends a token that is of a browser alone; OK for any other, which lives on.
  using EndToken = std::function<absl::Status(absl::string_view token)>;
  // Door and callers outlive it; `end_token` may be empty: all live on.
  SignIn(Door* door, const Callers* callers, EndToken end_token = {})
      : door_(door), callers_(callers), end_token_(std::move(end_token)) {}

  void In(const HttpRequest& request, const HttpReply& reply) const;
  void Out(const HttpRequest& request, const HttpReply& reply) const;

 private:
  HttpResponse Trade(const HttpRequest& request) const;
  HttpResponse Who(const HttpRequest& request) const;
  HttpResponse Refused(const HttpRequest& request, const absl::Status& status) const;

  Door* const door_;
  const Callers* const callers_;
  const EndToken end_token_;
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_SIGN_IN_H_
