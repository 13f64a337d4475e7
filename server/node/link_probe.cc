// SPDX-License-Identifier: Apache-2.0
// Why a federation that answers can not be reached.
#include "server/node/link_probe.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <memory>

#include "base/check.h"
#include "base/status.h"
#include "server/node/clock_check.h"
#include "server/node/tls_connection.h"
#include "server/shared/certificate.h"

namespace aangan::node {
namespace {

using Context = std::unique_ptr<SSL_CTX, server::OpensslFree<SSL_CTX_free>>;

// OpenSSL keeps no certificate that it refuses, so its times are noted while it is judged.
int NoteTimes(int verified, X509_STORE_CTX* judged) {
  if (verified == 1) return verified;
  auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(judged, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* times = static_cast<absl::StatusOr<server::CertificateTimes>*>(SSL_get_app_data(ssl));
  *times = server::TimesOf(X509_STORE_CTX_get_current_cert(judged));
  return verified;
}

// Trusts this authority, but by `now` instead of the computer's clock. Null when it does not parse.
Context ContextOf(const std::string& authority_pem, absl::Time now) {
  Context context(SSL_CTX_new(TLS_client_method()));
  AANGAN_CHECK(context != nullptr && SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) == 1);
  const server::Certificate authority = server::ParseCertificate(authority_pem);
  if (authority == nullptr || X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority.get()) != 1)
    return nullptr;
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, &NoteTimes);
  X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(context.get()), absl::ToTimeT(now));
  return context;
}

bool ShowCertificate(SSL_CTX* context, const Membership& membership) {
  const server::Certificate own = server::ParseCertificate(membership.certificate_pem);
  const server::Key key = server::ParseKey(membership.key_pem);
  return own != nullptr && key != nullptr && SSL_CTX_use_certificate(context, own.get()) == 1 &&
         SSL_CTX_use_PrivateKey(context, key.get()) == 1;
}

bool IsAboutTime(long verified) {
  return verified == X509_V_ERR_CERT_NOT_YET_VALID || verified == X509_V_ERR_CERT_HAS_EXPIRED;
}

// One handshake; what is wrong with the times of the certificate that was shown, and whether it came about.
absl::StatusOr<bool> Shake(TlsConnection& connection, absl::Time now) {
  absl::StatusOr<server::CertificateTimes> refused = absl::NotFoundError("none was refused");
  SSL_set_app_data(connection.ssl(), &refused);
  const bool through = connection.Handshake();
  const bool about_time = !through && IsAboutTime(SSL_get_verify_result(connection.ssl())) && refused.ok();
  if (about_time) return OutsideFederationsCertificate(now, *refused);
  return through;
}

}  // namespace

// gRPC's server sends no alert to whose certificate it refuses: with TLS 1.3 the handshake looks well from here, and
// then the connection is closed without a word. The authority that we have just verified has signed ours itself, so
// nothing but its times can be wrong with it.
absl::Status ProbeLink(const Membership& membership, absl::Time now, absl::Duration timeout) {
  ASSIGN_OR_RETURN(const server::CertificateTimes own, server::TimesOf(membership.certificate_pem));
  RETURN_IF_ERROR(CheckOwnCertificate(now, own));
  const Context context = ContextOf(membership.authority_pem, now);
  if (context == nullptr || !ShowCertificate(context.get(), membership)) return absl::OkStatus();
  // Twice, because a federation that stops at that very moment looks alike.
  for (int i = 0; i < 2; ++i) {
    TlsConnection connection(context.get(), timeout / 2);
    if (!connection.Connect(membership.federation_address)) return absl::OkStatus();
    ASSIGN_OR_RETURN(const bool through, Shake(connection, now));
    if (!through || connection.AwaitWord() != TlsConnection::Word::kClosed) return absl::OkStatus();
  }
  return OutsideOwnCertificate(now, own);
}

absl::Status ProbeEnrolment(const std::string& address, const std::string& authority_pem, absl::Time now,
                            absl::Duration timeout) {
  const Context context = ContextOf(authority_pem, now);
  if (context == nullptr) return absl::OkStatus();
  TlsConnection connection(context.get(), timeout);
  if (!connection.Connect(address)) return absl::OkStatus();
  return Shake(connection, now).status();
}

}  // namespace aangan::node
