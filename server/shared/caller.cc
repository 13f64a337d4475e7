// SPDX-License-Identifier: Apache-2.0
// Who calls: names of roles, and what a certificate says of itself.
#include "server/shared/caller.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <vector>

#include "absl/strings/str_split.h"
#include "base/problem.h"

namespace aangan::server {
namespace {

constexpr std::array<absl::string_view, kRoleCount> kRoleNames = {
    "member", "caseworker", "operator", "steward", "auditor", "analyst", "node", "federation", "nobody"};

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};

absl::Status BadCertificate() {
  return Problem(absl::StatusCode::kUnauthenticated, Reason::kBadCertificate,
                 "The certificate does not say whose it is. Join again to get a proper one.");
}

}  // namespace

absl::string_view RoleName(Role role) { return kRoleNames[static_cast<size_t>(role)]; }

std::optional<Role> FindRole(absl::string_view name) {
  for (size_t i = 0; i < kRoleNames.size(); ++i) {
    if (kRoleNames[i] == name) return static_cast<Role>(i);
  }
  return std::nullopt;
}

absl::StatusOr<CertificateIdentity> IdentityOfCertificate(absl::string_view pem) {
  const std::unique_ptr<BIO, Deleter<BIO_free>> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const std::unique_ptr<X509, Deleter<X509_free>> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (certificate == nullptr) return BadCertificate();
  const std::unique_ptr<GENERAL_NAMES, Deleter<GENERAL_NAMES_free>> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr)));
  std::optional<CertificateIdentity> identity;
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const absl::string_view uri(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.uniformResourceIdentifier)),
                                static_cast<size_t>(ASN1_STRING_length(name->d.uniformResourceIdentifier)));
    const std::vector<absl::string_view> parts = absl::StrSplit(uri, ':');
    if (parts.size() != 4 || parts[0] != "urn" || parts[1] != "aangan") continue;
    if (identity.has_value()) return BadCertificate();  // two names are no name
    identity = CertificateIdentity{std::string(parts[2]), std::string(parts[3]), {}};
  }
  if (!identity) return BadCertificate();
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate.get(), &der);
  if (size <= 0) return BadCertificate();
  identity->fingerprint = Sha256(AsText({der, static_cast<size_t>(size)}));
  OPENSSL_free(der);
  return *identity;
}

}  // namespace aangan::server
