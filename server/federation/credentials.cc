// SPDX-License-Identifier: Apache-2.0
// Certificates and tokens that were given out.
#include "server/federation/credentials.h"

#include <utility>

#include "aangan/store/v1/federation_store.pb.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/federation/browser_tokens.h"
#include "server/shared/tokens.h"

namespace aangan::federation {
namespace {

using store::v1::CertificateHolder;
using store::v1::EnrolledApp;

}  // namespace

NewApp MakeApp(server::Role role, absl::string_view id, const Digest& fingerprint, absl::Time now,
               RandomSource& random) {
  server::NewToken made = server::MakeToken(role, id, now, kAppTokenLife, random);
  CertificateHolder holder;
  holder.set_id(std::string(id));
  holder.set_token(server::EncodeToken(made.record));
  EnrolledApp app;
  app.set_certificate_fingerprint(std::string(AsText(fingerprint)));
  NewApp result;
  result.token = std::move(made.text);
  result.writes.push_back({Table::kSettings, CertificateKey(AsText(fingerprint)), holder.SerializeAsString()});
  result.writes.push_back({Table::kSettings, AppKey(id), app.SerializeAsString()});
  return result;
}

absl::StatusOr<server::Caller> FederationCallers::Identify(const server::Peer& peer, absl::string_view token) const {
  // gRPC's port lets nobody in without a certificate; a browser has none.
  if (peer.wire == server::Peer::Wire::kHttp && peer.certificate_pem.empty()) {
    if (token.empty()) return server::Caller{};
    return CallerOfBrowser(*store_, token, clock_->Now());
  }
  ASSIGN_OR_RETURN(const server::CertificateIdentity identity, server::IdentityOfCertificate(peer.certificate_pem));
  ASSIGN_OR_RETURN(const CertificateHolder holder, FindHolder(*store_, identity.fingerprint));
  if (identity.roster != roster_ || identity.id != holder.id()) {
    return Problem(absl::StatusCode::kUnauthenticated, Reason::kBadCertificate,
                   "The certificate has another name than it was given. Join again to get a new one.");
  }
  server::Caller caller;
  caller.id = identity.id;
  caller.certificate = identity.fingerprint;
  if (holder.token().empty()) {
    caller.role = server::Role::kNode;
    caller.collective = identity.id;
    return caller;
  }
  if (token.empty()) {
    return Problem(absl::StatusCode::kUnauthenticated, Reason::kNoCredential,
                   "An app needs its token beside its certificate. Send it as: authorization: Bearer ...");
  }
  ASSIGN_OR_RETURN(const server::TokenRecord record, server::DecodeToken(holder.token()));
  RETURN_IF_ERROR(server::CheckToken(token, record, clock_->Now()));
  caller.role = record.role;
  return caller;
}

}  // namespace aangan::federation
