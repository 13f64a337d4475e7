// SPDX-License-Identifier: Apache-2.0
// The federation's own certificate authority, by OpenSSL's library calls.
#include "server/federation/certificate_authority.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/check.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/shared/certificate.h"

namespace aangan::federation {
namespace {

using server::Certificate;
using server::CertificatePem;
using server::DigestOf;
using server::Key;
using server::KeyPem;
using server::NewKey;
using server::Request;

constexpr size_t kPemBytesMax = 16 << 10;
constexpr absl::Duration kAuthorityLife = absl::Hours(24 * 365 * 20);
constexpr absl::Duration kBackdate = absl::Hours(24);  // a joiner's clock may lag
constexpr size_t kServerNamesMax = 20;

void AddExtension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  AANGAN_CHECK(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// Serial, times, key and common name; unsigned, without extensions.
Certificate Begin(const char* name, EVP_PKEY* key, absl::Time now, absl::Duration life, RandomSource& random) {
  Certificate certificate(X509_new());
  AANGAN_CHECK(certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  AANGAN_CHECK(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), random.Uint64() >> 1) == 1);
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), absl::ToTimeT(now - kBackdate));
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), absl::ToTimeT(now + life));
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  AANGAN_CHECK(X509_set_pubkey(certificate.get(), key) == 1);
  return certificate;
}

CertifiedKey MakeAuthority(absl::Time now, RandomSource& random) {
  const Key key = NewKey();
  const Certificate certificate = Begin("Aangan federation", key.get(), now, kAuthorityLife, random);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  AddExtension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  AddExtension(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  AddExtension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
  AANGAN_CHECK(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  return {CertificatePem(certificate.get()), KeyPem(key.get())};
}

absl::Status BadRequest(Literal what) {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The certificate request is refused.")
      .Field("certificate_request", what);
}

bool IsP256(EVP_PKEY* key) {
  char group[32] = {};
  size_t size = 0;
  return EVP_PKEY_is_a(key, "EC") == 1 && EVP_PKEY_get_group_name(key, group, sizeof(group), &size) == 1 &&
         absl::string_view(group, size) == "prime256v1";
}

// "DNS:..." or "IP:..."; letters, digits, dots and hyphens alone, so that nothing is read as another option.
absl::StatusOr<std::string> AlternativeName(const std::string& name) {
  unsigned char address[16];
  if (inet_pton(AF_INET, name.c_str(), address) == 1 || inet_pton(AF_INET6, name.c_str(), address) == 1)
    return absl::StrCat("IP:", name);
  const bool plain = !name.empty() && name.size() <= 253 && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-';
  });
  if (plain) return absl::StrCat("DNS:", name);
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                 "A name of this server is neither a DNS name nor an IP address.")
      .Field("federation.server_names", "must be DNS names and IP addresses, separated by commas");
}

class Authority final : public CertificateAuthority {
 public:
  Authority(Certificate certificate, Key key, const Clock* clock, RandomSource* random)
      : certificate_(std::move(certificate)),
        key_(std::move(key)),
        pem_(CertificatePem(certificate_.get())),
        digest_(DigestOf(certificate_.get()).value()),
        clock_(clock),
        random_(random) {}

  const std::string& pem() const override { return pem_; }
  const Digest& digest() const override { return digest_; }

  absl::StatusOr<SignedCertificate> Sign(absl::string_view request_der, absl::string_view roster,
                                         absl::string_view id) const override {
    if (request_der.empty() || request_der.size() > kCertificateRequestBytesMax)
      return BadRequest("must be a PKCS#10 request in DER of at most 4 KiB");
    const auto* bytes = reinterpret_cast<const unsigned char*>(request_der.data());
    const auto* end = bytes + request_der.size();
    const Request request(d2i_X509_REQ(nullptr, &bytes, static_cast<long>(request_der.size())));
    if (request == nullptr || bytes != end) return BadRequest("must be a PKCS#10 request in DER and nothing behind it");
    EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
    if (key == nullptr || (!IsP256(key) && EVP_PKEY_is_a(key, "ED25519") != 1))
      return BadRequest("must hold a P-256 or Ed25519 key");
    if (X509_REQ_verify(request.get(), key) != 1) return BadRequest("must be signed by its own key");
    const Certificate made = Issue(key, "URI:" + Urn(roster, id));
    return SignedCertificate{CertificatePem(made.get()), DigestOf(made.get()).value()};
  }

  CertifiedKey MakeClient(absl::string_view roster, absl::string_view id) const override {
    const Key key = NewKey();
    return {CertificatePem(Issue(key.get(), "URI:" + Urn(roster, id)).get()), KeyPem(key.get())};
  }

  absl::StatusOr<CertifiedKey> MakeServer(const std::vector<std::string>& names) const override {
    std::vector<std::string> alternatives;
    for (const std::string& name : names) {
      ASSIGN_OR_RETURN(alternatives.emplace_back(), AlternativeName(name));
    }
    if (alternatives.empty() || alternatives.size() > kServerNamesMax) return AlternativeName("").status();
    const Key key = NewKey();
    return CertifiedKey{CertificatePem(Issue(key.get(), absl::StrJoin(alternatives, ",")).get()), KeyPem(key.get())};
  }

 private:
  static std::string Urn(absl::string_view roster, absl::string_view id) {
    return absl::StrCat("urn:aangan:", roster, ":", id);
  }

  Certificate Issue(EVP_PKEY* key, const std::string& alternative_names) const {
    Certificate made = Begin("aangan", key, clock_->Now(), kCertificateLife, *random_);
    X509_set_issuer_name(made.get(), X509_get_subject_name(certificate_.get()));
    AddExtension(made.get(), certificate_.get(), NID_basic_constraints, "critical,CA:FALSE");
    AddExtension(made.get(), certificate_.get(), NID_key_usage, "critical,digitalSignature");
    AddExtension(made.get(), certificate_.get(), NID_ext_key_usage, "clientAuth,serverAuth");
    AddExtension(made.get(), certificate_.get(), NID_subject_alt_name, alternative_names);
    AddExtension(made.get(), certificate_.get(), NID_authority_key_identifier, "keyid");
    AANGAN_CHECK(X509_sign(made.get(), key_.get(), EVP_sha256()) > 0);
    return made;
  }

  const Certificate certificate_;
  const Key key_;
  const std::string pem_;
  const Digest digest_;
  const Clock* const clock_;
  RandomSource* const random_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<CertificateAuthority>> CertificateAuthority::Open(const std::string& folder,
                                                                                 const Clock* clock,
                                                                                 RandomSource* random) {
  RETURN_IF_ERROR(MakeFolders(folder, 0700));
  const std::string key_path = absl::StrCat(folder, "/authority.key");
  const std::string certificate_path = absl::StrCat(folder, "/authority.pem");
  absl::StatusOr<std::string> certificate_pem = ReadFile(certificate_path, kPemBytesMax);
  if (absl::IsNotFound(certificate_pem.status())) {
    // The certificate is written last: without it nobody was ever shown an authority, so a key alone is replaced.
    const CertifiedKey made = MakeAuthority(clock->Now(), *random);
    RETURN_IF_ERROR(WriteFileDurably(key_path, made.key_pem, 0600));
    RETURN_IF_ERROR(WriteFileDurably(certificate_path, made.certificate_pem, 0644));
    certificate_pem = made.certificate_pem;
  }
  RETURN_IF_ERROR(certificate_pem.status());
  ASSIGN_OR_RETURN(const SecretBytes key_pem, ReadSecretFile(key_path, kPemBytesMax));
  Certificate certificate = server::ParseCertificate(*certificate_pem);
  Key key = server::ParseKey(AsText(key_pem.span()));
  if (certificate == nullptr || key == nullptr || X509_check_private_key(certificate.get(), key.get()) != 1) {
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                   "The authority's key and certificate do not go together. Bring both back from a copy.");
  }
  return std::unique_ptr<CertificateAuthority>(
      std::make_unique<Authority>(std::move(certificate), std::move(key), clock, random));
}

}  // namespace aangan::federation
