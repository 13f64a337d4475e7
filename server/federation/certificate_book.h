// SPDX-License-Identifier: Apache-2.0
// Client certificates that were given out, by fingerprint: which are in use, what renewed what, what was revoked.
//
// A line begins with the certificate of an enrolment, which a roster names, and goes on with its renewals. Everything
// about a line stands in the row of its first certificate, so that a revocation and the end of a line are one write and
// no renewal that comes at the same moment can slip past them. At most one renewal waits to be shown.
// Threads: thread-safe. Errors: those of the store; else as each says.
#ifndef AANGAN_SERVER_FEDERATION_CERTIFICATE_BOOK_H_
#define AANGAN_SERVER_FEDERATION_CERTIFICATE_BOOK_H_

#include <string>
#include <vector>

#include "aangan/federation/v1/certificates.pb.h"
#include "aangan/store/v1/federation_store.pb.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/digest.h"
#include "server/federation/certificate_authority.h"
#include "server/federation/stored.h"

namespace aangan::federation {

std::string CertificateKey(absl::string_view fingerprint);  // 32 bytes

// The row that makes a node's certificate known, the first of its line, for the commit of an enrolment.
Write NodeCertificate(const SignedCertificate& certificate, absl::string_view collective, absl::Time now);
// Ends a whole line, which is named by its first certificate.
absl::Status EndLine(const FederationStore& store, absl::string_view first, std::vector<Write>& writes);
// Whose a certificate is that may call: the first of its line, with its token. UNAUTHENTICATED (BAD_CERTIFICATE: none
// that is in use; CERTIFICATE_REVOKED).
absl::StatusOr<store::v1::CertificateHolder> FindHolder(const FederationStore& store, const Digest& fingerprint);

class CertificateBook {
 public:
  // All outlive it.
  CertificateBook(FederationStore* store, const CertificateAuthority* authority, std::string roster, const Clock* clock)
      : store_(store), authority_(authority), roster_(std::move(roster)), clock_(clock) {}

  // By collective, behind `after` (what After says of the last one).
  absl::StatusOr<std::vector<v1::Certificate>> List(const std::string& after, size_t limit) const;
  static std::string After(const v1::Certificate& certificate);

  // The renewal of `own`, which stays in use. FAILED_PRECONDITION (WRONG_STATE) when `own` waits to be confirmed
  // itself.
  absl::StatusOr<SignedCertificate> Renew(const Digest& own, absl::string_view request_der);
  // `own` is in use from here on, and what it renewed no more.
  absl::Status Confirm(const Digest& own);
  // "rosters/{roster}/certificates/{fingerprint}". NOT_FOUND.
  absl::StatusOr<v1::Certificate> Revoke(absl::string_view name);

 private:
  using Row = Stored<store::v1::CertificateHolder>;
  struct Line {
    Row own;
    Row first;  // the same when it is the first itself
  };
  absl::StatusOr<std::optional<Line>> Find(absl::string_view fingerprint) const;
  v1::Certificate Describe(absl::string_view fingerprint, const store::v1::CertificateHolder& own,
                           const store::v1::CertificateHolder& first) const;

  FederationStore* const store_;
  const CertificateAuthority* const authority_;
  const std::string roster_;
  const Clock* const clock_;
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_CERTIFICATE_BOOK_H_
