// SPDX-License-Identifier: Apache-2.0
// aangan.federation.v1.CertificateService.
#include "server/federation/certificate_rpc.h"

#include <utility>
#include <vector>

#include "base/log.h"
#include "base/status.h"
#include "server/shared/paging.h"

namespace aangan::federation {
namespace {

constexpr server::PageLimits kPages{.size_default = 100, .size_max = 100};

}  // namespace

std::map<std::string, server::Handler> CertificateRpc::Handlers() {
  return {{"ListCertificates", server::Handle(this, &CertificateRpc::ListCertificates)},
          {"RenewCertificate", server::Handle(this, &CertificateRpc::RenewCertificate)},
          {"ConfirmCertificate", server::Handle(this, &CertificateRpc::ConfirmCertificate)},
          {"RevokeCertificate", server::Handle(this, &CertificateRpc::RevokeCertificate)}};
}

absl::StatusOr<v1::ListCertificatesResponse> CertificateRpc::ListCertificates(
    const server::Call& call, const v1::ListCertificatesRequest& request) {
  RETURN_IF_ERROR(rooms_.names->ParseParent(request.parent()));
  ASSIGN_OR_RETURN(const server::Page page, server::PageOf(*rooms_.page_tokens, call, "certificates",
                                                           request.page_size(), request.page_token(), kPages));
  ASSIGN_OR_RETURN(std::vector<v1::Certificate> found, rooms_.certificates->List(page.after, page.size + 1));
  v1::ListCertificatesResponse response;
  if (found.size() > page.size) {
    found.resize(page.size);
    response.set_next_page_token(
        server::NextPage(*rooms_.page_tokens, call, "certificates", CertificateBook::After(found.back())));
  }
  for (v1::Certificate& each : found) *response.add_certificates() = std::move(each);
  return response;
}

absl::StatusOr<v1::RenewCertificateResponse> CertificateRpc::RenewCertificate(
    const server::Call& call, const v1::RenewCertificateRequest& request) {
  ASSIGN_OR_RETURN(SignedCertificate made,
                   rooms_.certificates->Renew(call.caller().certificate, request.certificate_request()));
  LogInfo("certificates", "renewed").Name("id", call.caller().id);
  v1::RenewCertificateResponse response;
  response.set_certificate_pem(std::move(made.pem));
  return response;
}

absl::StatusOr<v1::ConfirmCertificateResponse> CertificateRpc::ConfirmCertificate(
    const server::Call& call, const v1::ConfirmCertificateRequest&) {
  RETURN_IF_ERROR(rooms_.certificates->Confirm(call.caller().certificate));
  return v1::ConfirmCertificateResponse();
}

absl::StatusOr<v1::RevokeCertificateResponse> CertificateRpc::RevokeCertificate(
    const server::Call& call, const v1::RevokeCertificateRequest& request) {
  v1::RevokeCertificateResponse response;
  ASSIGN_OR_RETURN(*response.mutable_certificate(), rooms_.certificates->Revoke(request.name()));
  LogInfo("certificates", "revoked").Name("id", response.certificate().collective()).Name("by", call.caller().id);
  return response;
}

}  // namespace aangan::federation
