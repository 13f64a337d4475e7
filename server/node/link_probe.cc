// SPDX-License-Identifier: Apache-2.0
// Why a federation that answers can not be reached.
#include "server/node/link_probe.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <memory>

#include "base/check.h"
#include "base/status.h"
#include "server/node/clock_check.h"
#include "server/node/tls_connection.h"

namespace aangan::node {
namespace {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;

Bio Reading(const std::string& pem) { return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); }

// Trusts this authority, but by `now` instead of the computer's clock. Null when it does not parse.
Context ContextOf(const std::string& authority_pem, absl::Time now) {
  Context context(SSL_CTX_new(TLS_client_method()));
  AANGAN_CHECK(context != nullptr && SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) == 1);
  const Certificate authority(PEM_read_bio_X509(Reading(authority_pem).get(), nullptr, nullptr, nullptr));
  if (authority == nullptr || X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority.get()) != 1)
    return nullptr;
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(context.get()), absl::ToTimeT(now));
  return context;
}

bool ShowCertificate(SSL_CTX* context, const Membership& membership) {
  const Certificate own(PEM_read_bio_X509(Reading(membership.certificate_pem).get(), nullptr, nullptr, nullptr));
  const Key key(PEM_read_bio_PrivateKey(Reading(membership.key_pem).get(), nullptr, nullptr, nullptr));
  return own != nullptr && key != nullptr && SSL_CTX_use_certificate(context, own.get()) == 1 &&
         SSL_CTX_use_PrivateKey(context, key.get()) == 1;
}

bool IsAboutTime(long verified) {
  return verified == X509_V_ERR_CERT_NOT_YET_VALID || verified == X509_V_ERR_CERT_HAS_EXPIRED;
}

// What the federation answers to a certificate whose time is over, or has not come; it has signed ours itself, so
// nothing else can be bad about it.
bool RefusedForItsTime() {
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  return reason == SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED || reason == SSL_R_SSLV3_ALERT_BAD_CERTIFICATE;
}

absl::Status TimesOfShown(SSL* ssl, absl::Time now) {
  const Certificate shown(SSL_get1_peer_certificate(ssl));
  const Bio pem(BIO_new(BIO_s_mem()));
  if (shown == nullptr || PEM_write_bio_X509(pem.get(), shown.get()) != 1) return absl::OkStatus();
  char* text = nullptr;
  const long size = BIO_get_mem_data(pem.get(), &text);
  const auto times = server::TimesOf({text, static_cast<size_t>(size)});
  return times.ok() ? OutsideFederationsCertificate(now, *times) : absl::OkStatus();
}

}  // namespace

absl::Status ProbeLink(const Membership& membership, absl::Time now, absl::Duration timeout) {
  ASSIGN_OR_RETURN(const server::CertificateTimes own, server::TimesOf(membership.certificate_pem));
  RETURN_IF_ERROR(CheckOwnCertificate(now, own));
  const Context context = ContextOf(membership.authority_pem, now);
  if (context == nullptr || !ShowCertificate(context.get(), membership)) return absl::OkStatus();
  TlsConnection connection(context.get(), timeout);
  if (!connection.Connect(membership.federation_address)) return absl::OkStatus();
  const bool through = connection.Handshake();
  if (!through && IsAboutTime(SSL_get_verify_result(connection.ssl()))) return TimesOfShown(connection.ssl(), now);
  // With TLS 1.3 the other side judges after this side is through.
  if ((!through || !connection.AwaitWord()) && RefusedForItsTime()) return OutsideOwnCertificate(now, own);
  return absl::OkStatus();
}

absl::Status ProbeEnrolment(const std::string& address, const std::string& authority_pem, absl::Time now,
                            absl::Duration timeout) {
  const Context context = ContextOf(authority_pem, now);
  if (context == nullptr) return absl::OkStatus();
  TlsConnection connection(context.get(), timeout);
  if (!connection.Connect(address) || connection.Handshake()) return absl::OkStatus();
  return IsAboutTime(SSL_get_verify_result(connection.ssl())) ? TimesOfShown(connection.ssl(), now) : absl::OkStatus();
}

}  // namespace aangan::node
