// SPDX-License-Identifier: Apache-2.0
// Certificates and keys as OpenSSL holds them, and as text: owners, PEM both ways, what a certificate says of its
// times.
//
// Threads: pure. Errors: what does not parse is null, or INVALID_ARGUMENT (BAD_CERTIFICATE); a failure inside OpenSSL
// is ours (AANGAN_CHECK).
#ifndef AANGAN_SERVER_SHARED_CERTIFICATE_H_
#define AANGAN_SERVER_SHARED_CERTIFICATE_H_

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/digest.h"

namespace aangan::server {

template <auto Free>
struct OpensslFree {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Bio = std::unique_ptr<BIO, OpensslFree<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, OpensslFree<X509_free>>;
using Request = std::unique_ptr<X509_REQ, OpensslFree<X509_REQ_free>>;

Key NewKey();  // on P-256
Key ParseKey(absl::string_view pem);
Certificate ParseCertificate(absl::string_view pem);
std::string KeyPem(EVP_PKEY* key);  // PKCS#8
std::string CertificatePem(X509* certificate);
std::optional<Digest> DigestOf(X509* certificate);  // SHA-256 of its DER; none when it has none

// True when the certificate's public key belongs to the private key; false also when one of them does not parse.
bool PairMatches(absl::string_view certificate_pem, absl::string_view key_pem);

// From when to when a certificate holds.
struct CertificateTimes {
  absl::Time from;
  absl::Time until;
  bool Holds(absl::Time now) const { return from <= now && now <= until; }
  // A third of its life is left, or less.
  bool WantsRenewal(absl::Time now) const { return until - now <= (until - from) / 3; }
};
CertificateTimes TimesOf(const X509* certificate);
absl::StatusOr<CertificateTimes> TimesOf(absl::string_view certificate_pem);

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_CERTIFICATE_H_
