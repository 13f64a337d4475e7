// SPDX-License-Identifier: Apache-2.0
// The federation's own certificate authority: made at the first start, it signs the certificates of nodes and apps and
// the federation's own. Nobody else's word is needed, and a stranger's certificate opens no port of ours.
//
// P-256 with SHA-256. The key lies in <folder>/authority.key with mode 0600. Who a certificate is of stands in its URI
// SAN, urn:aangan:<roster>:<id>; the common name says nothing and is never read.
// Threads: thread-safe once open. Errors: those of base/files; DATA_LOSS (DAMAGED) when key and certificate do not go
// together; INVALID_ARGUMENT (INVALID_FIELD) for a certificate request that is refused.
#ifndef AANGAN_SERVER_FEDERATION_CERTIFICATE_AUTHORITY_H_
#define AANGAN_SERVER_FEDERATION_CERTIFICATE_AUTHORITY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/random.h"

namespace aangan::federation {

inline constexpr size_t kCertificateRequestBytesMax = 4 << 10;
// A node renews its own when a third of it is left: four months without any link still end well.
inline constexpr absl::Duration kCertificateLife = absl::Hours(24 * 398);

// A key of our own with its certificate.
struct CertifiedKey {
  std::string certificate_pem;
  std::string key_pem;  // PKCS#8
};

struct SignedCertificate {
  std::string pem;
  Digest fingerprint{};  // SHA-256 of its DER
};

class CertificateAuthority {
 public:
  // Reads or makes what lies in `folder`. `clock` and `random` outlive it; `random` is thread-safe.
  static absl::StatusOr<std::unique_ptr<CertificateAuthority>> Open(const std::string& folder, const Clock* clock,
                                                                    RandomSource* random);
  virtual ~CertificateAuthority() = default;

  virtual const std::string& pem() const = 0;
  virtual const Digest& digest() const = 0;  // SHA-256 of the authority's DER: what join tokens name

  // For a node or an app: signs the key of a PKCS#10 request (DER) under the name urn:aangan:<roster>:<id>. Of the
  // request only the key counts, which is P-256 or Ed25519 and has signed the request.
  virtual absl::StatusOr<SignedCertificate> Sign(absl::string_view request_der, absl::string_view roster,
                                                 absl::string_view id) const = 0;
  // A new key with a certificate under the same form of name, made here.
  virtual CertifiedKey MakeClient(absl::string_view roster, absl::string_view id) const = 0;
  // The same for a server of ours: DNS names and IP addresses. INVALID_ARGUMENT when one is neither.
  virtual absl::StatusOr<CertifiedKey> MakeServer(const std::vector<std::string>& names) const = 0;
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_CERTIFICATE_AUTHORITY_H_
