// SPDX-License-Identifier: Apache-2.0
// What a test needs to call a federation over its real port: a client certificate and, for an app, its token.
// Threads: thread-safe once made.
#ifndef AANGAN_TESTS_SUPPORT_FEDERATION_CLIENT_H_
#define AANGAN_TESTS_SUPPORT_FEDERATION_CLIENT_H_

#include <memory>
#include <string>

#include "aangan/federation/v1/answers.grpc.pb.h"
#include "aangan/federation/v1/apps.grpc.pb.h"
#include "aangan/federation/v1/catalogue.grpc.pb.h"
#include "aangan/federation/v1/certificates.grpc.pb.h"
#include "aangan/federation/v1/contributions.grpc.pb.h"
#include "aangan/federation/v1/figures.grpc.pb.h"
#include "aangan/federation/v1/log.grpc.pb.h"
#include "aangan/federation/v1/roster.grpc.pb.h"
#include "aangan/federation/v1/rounds.grpc.pb.h"
#include "tests/support/node_client.h"

namespace aangan::tests {

// Calls a federation's port with a client certificate and, for an app, its token.
class FederationClient {
 public:
  FederationClient(std::shared_ptr<grpc::Channel> channel, std::string token);
  // The staff's: <data>/staff. The certificate alone, or with their token.
  static TlsFiles StaffTls(const std::string& data);
  static FederationClient OfStaff(const std::string& address, const std::string& data);

  template <typename Stub, typename Request, typename Response>
  absl::Status Call(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) const {
    grpc::ClientContext context;
    Prepare(context);
    return NodeClient::Translate((stub.*method)(&context, request, response));
  }
  void Prepare(grpc::ClientContext& context) const;

  std::unique_ptr<federation::v1::AppService::Stub> apps;
  std::unique_ptr<federation::v1::RosterService::Stub> rosters;
  std::unique_ptr<federation::v1::CatalogueService::Stub> catalogues;
  std::unique_ptr<federation::v1::CertificateService::Stub> certificates;
  std::unique_ptr<federation::v1::RoundService::Stub> rounds;
  std::unique_ptr<federation::v1::ContributionService::Stub> contributions;
  std::unique_ptr<federation::v1::FigureService::Stub> figures;
  std::unique_ptr<federation::v1::AnswerService::Stub> answers;
  std::unique_ptr<federation::v1::LogService::Stub> log;

 private:
  std::string token_;
};

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_FEDERATION_CLIENT_H_
