// SPDX-License-Identifier: Apache-2.0
// What a test needs to call a node over its real port: a channel that trusts the node's own authority, a token on every
// call, and short ways to make records that are right.
//
// Threads: thread-safe once made.
#ifndef AANGAN_TESTS_SUPPORT_NODE_CLIENT_H_
#define AANGAN_TESTS_SUPPORT_NODE_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "aangan/node/v1/access.grpc.pb.h"
#include "aangan/node/v1/audit.grpc.pb.h"
#include "aangan/node/v1/backups.grpc.pb.h"
#include "aangan/node/v1/casework.grpc.pb.h"
#include "aangan/node/v1/governance.grpc.pb.h"
#include "aangan/node/v1/grievances.grpc.pb.h"
#include "aangan/node/v1/members.grpc.pb.h"
#include "aangan/node/v1/notices.grpc.pb.h"
#include "aangan/node/v1/operator.grpc.pb.h"
#include "aangan/node/v1/permits.grpc.pb.h"
#include "aangan/node/v1/releases.grpc.pb.h"
#include "aangan/node/v1/retention.grpc.pb.h"
#include "aangan/node/v1/rights.grpc.pb.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

namespace aangan::tests {

struct TlsFiles {
  std::string authority_pem;
  std::string certificate_pem;  // of the client; may be empty
  std::string key_pem;
};
std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address, const TlsFiles& tls);
std::string ReadAll(const std::string& path);  // empty when there is no such file

class NodeClient {
 public:
  NodeClient(std::shared_ptr<grpc::Channel> channel, std::string token);
  // Trusts <data>/tls/authority.pem; the token is the text of a file in the data folder, for example "steward.token".
  static NodeClient OfFolder(const std::string& address, const std::string& data, const std::string& token_file);

  // Calls with this client's token; the status has our details as payloads.
  template <typename Stub, typename Request, typename Response>
  absl::Status Call(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) const {
    grpc::ClientContext context;
    Prepare(context);
    return Translate((stub.*method)(&context, request, response));
  }
  void Prepare(grpc::ClientContext& context, absl::Duration deadline = absl::Seconds(30)) const;
  static absl::Status Translate(const grpc::Status& status);

  std::unique_ptr<node::v1::AccessService::Stub> access;
  std::unique_ptr<node::v1::AuditService::Stub> audit;
  std::unique_ptr<node::v1::BackupService::Stub> backups;
  std::unique_ptr<node::v1::CaseworkService::Stub> casework;
  std::unique_ptr<node::v1::GovernanceService::Stub> governance;
  std::unique_ptr<node::v1::GrievanceService::Stub> grievances;
  std::unique_ptr<node::v1::MemberService::Stub> members;
  std::unique_ptr<node::v1::NoticeService::Stub> notices;
  std::unique_ptr<node::v1::OperatorService::Stub> operators;
  std::unique_ptr<node::v1::PermitService::Stub> permits;
  std::unique_ptr<node::v1::ReleaseService::Stub> releases;
  std::unique_ptr<node::v1::RetentionService::Stub> retention;
  std::unique_ptr<node::v1::RightsService::Stub> rights;

 private:
  std::string token_;
};

// A token of this role, made by a steward who is alone; a caseworker's with all sensitive domains open.
std::string TokenFor(const NodeClient& steward, node::v1::Role role, const std::string& member = "");

// Right in every field, dated in the past; texts say what they are.
node::v1::Member SomeMember();
node::v1::Consent CountedConsent();
node::v1::Service SomeService();
node::v1::Assessment SomeAssessment();

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_NODE_CLIENT_H_
