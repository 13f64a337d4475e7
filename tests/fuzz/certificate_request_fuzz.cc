// SPDX-License-Identifier: Apache-2.0
// Certificate requests of enrolment: as they come, and changed and signed again; and certificates that callers show.
// Whatever a request says of itself, what is signed is of the name that was given.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "base/check.h"
#include "server/federation/certificate_authority.h"
#include "server/shared/caller.h"
#include "server/shared/certificate.h"
#include "tests/fuzz/fuzz_bytes.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_dir.h"

using namespace aangan;              // NOLINT: a fuzz target is one function
using namespace aangan::federation;  // NOLINT
using aangan::server::IdentityOfCertificate;

namespace {

using Request = std::unique_ptr<X509_REQ, decltype(&X509_REQ_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

Request ParseRequest(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  return {d2i_X509_REQ(nullptr, &bytes, static_cast<long>(der.size())), X509_REQ_free};
}

std::string SignedBy(EVP_PKEY* key, X509_REQ* request) {
  unsigned char* der = nullptr;
  if (X509_REQ_sign(request, key, EVP_sha256()) <= 0) return "";
  const int size = i2d_X509_REQ(request, &der);
  std::string bytes(reinterpret_cast<char*>(der), size > 0 ? static_cast<size_t>(size) : 0);
  OPENSSL_free(der);
  return bytes;
}

std::string DerOf(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate.get(), &der);
  AANGAN_CHECK(size > 0);
  std::string bytes(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

std::string PemOf(const std::string& der) {
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio(bio.get(), "CERTIFICATE", "", reinterpret_cast<const unsigned char*>(der.data()),
                static_cast<long>(der.size()));
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

struct Enrolling {
  tests::FakeClock clock{absl::FromUnixSeconds(1'800'000'000)};
  tests::SeededRandom random{4};
  std::unique_ptr<CertificateAuthority> authority;
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  std::string honest;
  std::string certificate;

  Enrolling() {
    const tests::TempDir folder;
    authority = *CertificateAuthority::Open(folder.path(), &clock, &random);
    const Request request(X509_REQ_new(), X509_REQ_free);
    AANGAN_CHECK(X509_REQ_set_pubkey(request.get(), key) == 1);
    honest = SignedBy(key, request.get());
    certificate = DerOf(authority->Sign(honest, "india", "saheli")->pem);
  }
};

void CheckSigned(const Enrolling& enrolling, const absl::StatusOr<SignedCertificate>& certificate) {
  if (!certificate.ok()) return;
  const auto identity = IdentityOfCertificate(certificate->pem);
  AANGAN_CHECK(identity.ok() && identity->roster == "india" && identity->id == "saheli");
  AANGAN_CHECK(identity->fingerprint == certificate->fingerprint);
  AANGAN_CHECK(server::TimesOf(certificate->pem)->until == enrolling.clock.Now() + kCertificateLife);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const enrolling = new Enrolling();
  const absl::string_view input = tests::AsInput(data, size);
  CheckSigned(*enrolling, enrolling->authority->Sign(input, "india", "saheli"));
  if (const Request changed = ParseRequest(tests::Over(enrolling->honest, input)); changed != nullptr) {
    const std::string again = SignedBy(enrolling->key, changed.get());
    CheckSigned(*enrolling, enrolling->authority->Sign(again, "india", "saheli"));
  }
  (void)IdentityOfCertificate(input).ok();
  const auto shown = IdentityOfCertificate(PemOf(tests::Over(enrolling->certificate, input)));
  if (shown.ok()) AANGAN_CHECK(shown->id.find(':') == std::string::npos);
  return 0;
}
