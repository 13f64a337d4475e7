// SPDX-License-Identifier: Apache-2.0
// Certificates and keys, by OpenSSL's library calls.
#include "server/shared/certificate.h"

#include <openssl/ec.h>
#include <openssl/pem.h>

#include <ctime>

#include "base/check.h"
#include "base/problem.h"

namespace aangan::server {
namespace {

Bio Reading(absl::string_view pem) { return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); }

std::string TakeText(const Bio& bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

absl::Time TimeOf(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? absl::FromTM(parts, absl::UTCTimeZone()) : absl::InfinitePast();
}

}  // namespace

Key NewKey() {
  Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  AANGAN_CHECK(key != nullptr);
  return key;
}

Key ParseKey(absl::string_view pem) {
  return Key(PEM_read_bio_PrivateKey(Reading(pem).get(), nullptr, nullptr, nullptr));
}

Certificate ParseCertificate(absl::string_view pem) {
  return Certificate(PEM_read_bio_X509(Reading(pem).get(), nullptr, nullptr, nullptr));
}

std::string KeyPem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  AANGAN_CHECK(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return TakeText(bio);
}

std::string CertificatePem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  AANGAN_CHECK(PEM_write_bio_X509(bio.get(), certificate) == 1);
  return TakeText(bio);
}

std::optional<Digest> DigestOf(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0) return std::nullopt;
  const Digest digest = Sha256(AsText({der, static_cast<size_t>(size)}));
  OPENSSL_free(der);
  return digest;
}

bool PairMatches(absl::string_view certificate_pem, absl::string_view key_pem) {
  const Certificate certificate = ParseCertificate(certificate_pem);
  const Key key = ParseKey(key_pem);
  return certificate != nullptr && key != nullptr && X509_check_private_key(certificate.get(), key.get()) == 1;
}

CertificateTimes TimesOf(const X509* certificate) {
  return {TimeOf(X509_get0_notBefore(certificate)), TimeOf(X509_get0_notAfter(certificate))};
}

absl::StatusOr<CertificateTimes> TimesOf(absl::string_view certificate_pem) {
  const Certificate certificate = ParseCertificate(certificate_pem);
  if (certificate == nullptr) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kBadCertificate, "This is not a certificate in PEM.");
  }
  return TimesOf(certificate.get());
}

}  // namespace aangan::server
