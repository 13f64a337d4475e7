// SPDX-License-Identifier: Apache-2.0
// Who calls: names of roles, and what a certificate says of itself.
#include "server/shared/caller.h"

#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <vector>

#include "absl/strings/str_split.h"
#include "base/problem.h"
#include "server/shared/certificate.h"

namespace aangan::server {
namespace {

constexpr std::array<absl::string_view, kRoleCount> kRoleNames = {
    "member", "caseworker", "operator", "steward", "auditor", "analyst", "node", "federation", "nobody"};

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
  const Certificate certificate = ParseCertificate(pem);
  if (certificate == nullptr) return BadCertificate();
  const std::unique_ptr<GENERAL_NAMES, OpensslFree<GENERAL_NAMES_free>> names(
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
  const std::optional<Digest> fingerprint = DigestOf(certificate.get());
  if (!fingerprint) return BadCertificate();
  identity->fingerprint = *fingerprint;
  return *identity;
}

}  // namespace aangan::server
