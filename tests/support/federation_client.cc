// SPDX-License-Identifier: Apache-2.0
// Calls a federation.
#include "tests/support/federation_client.h"

#include <utility>

namespace aangan::tests {

namespace fed = federation::v1;

FederationClient::FederationClient(std::shared_ptr<grpc::Channel> channel, std::string token)
    : apps(fed::AppService::NewStub(channel)),
      rosters(fed::RosterService::NewStub(channel)),
      catalogues(fed::CatalogueService::NewStub(channel)),
      certificates(fed::CertificateService::NewStub(channel)),
      rounds(fed::RoundService::NewStub(channel)),
      contributions(fed::ContributionService::NewStub(channel)),
      figures(fed::FigureService::NewStub(channel)),
      answers(fed::AnswerService::NewStub(channel)),
      log(fed::LogService::NewStub(channel)),
      token_(std::move(token)) {}

TlsFiles FederationClient::StaffTls(const std::string& data) {
  const std::string staff = data + "/staff/";
  return {ReadAll(staff + "authority.pem"), ReadAll(staff + "certificate.pem"), ReadAll(staff + "key.pem")};
}

FederationClient FederationClient::OfStaff(const std::string& address, const std::string& data) {
  return FederationClient(OpenChannel(address, StaffTls(data)), ReadAll(data + "/staff/token"));
}

void FederationClient::Prepare(grpc::ClientContext& context) const {
  if (!token_.empty()) context.AddMetadata("authorization", "Bearer " + token_);
  context.set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(30, GPR_TIMESPAN)));
}

}  // namespace aangan::tests
