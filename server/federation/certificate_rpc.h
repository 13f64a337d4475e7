// SPDX-License-Identifier: Apache-2.0
// aangan.federation.v1.CertificateService: nodes renew their certificates, the staff lists and revokes them.
// Threads: thread-safe. Errors: as in certificates.proto.
#ifndef AANGAN_SERVER_FEDERATION_CERTIFICATE_RPC_H_
#define AANGAN_SERVER_FEDERATION_CERTIFICATE_RPC_H_

#include <map>
#include <string>

#include "aangan/federation/v1/certificates.pb.h"
#include "absl/status/statusor.h"
#include "server/federation/certificate_book.h"
#include "server/federation/resource_names.h"
#include "server/shared/door.h"
#include "server/shared/page_token.h"

namespace aangan::federation {

class CertificateRpc {
 public:
  struct Rooms {
    const ResourceNames* names = nullptr;
    CertificateBook* certificates = nullptr;
    const server::PageTokens* page_tokens = nullptr;
  };
  explicit CertificateRpc(const Rooms& rooms) : rooms_(rooms) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  absl::StatusOr<v1::ListCertificatesResponse> ListCertificates(const server::Call& call,
                                                                const v1::ListCertificatesRequest& request);
  absl::StatusOr<v1::RenewCertificateResponse> RenewCertificate(const server::Call& call,
                                                                const v1::RenewCertificateRequest& request);
  absl::StatusOr<v1::ConfirmCertificateResponse> ConfirmCertificate(const server::Call& call,
                                                                    const v1::ConfirmCertificateRequest& request);
  absl::StatusOr<v1::RevokeCertificateResponse> RevokeCertificate(const server::Call& call,
                                                                  const v1::RevokeCertificateRequest& request);

  const Rooms rooms_;
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_CERTIFICATE_RPC_H_
