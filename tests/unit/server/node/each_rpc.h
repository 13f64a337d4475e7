// SPDX-License-Identifier: Apache-2.0
// One call of each rpc that shows something about a member, for the rules that hold for all of them.
#ifndef AANGAN_TESTS_UNIT_SERVER_NODE_EACH_RPC_H_
#define AANGAN_TESTS_UNIT_SERVER_NODE_EACH_RPC_H_

#include <functional>
#include <map>
#include <string>

#include "tests/unit/server/node/audit_under_test.h"

namespace aangan::node {

// By name: "MemberService/GetMember".
using Calls = std::map<std::string, std::function<absl::Status()>>;

// A node with a member of whom there is one record of each kind, who withdrew and is due under the retention policy.
class EachRpcTest : public AuditTest {
 protected:
  EachRpcTest();

  // Each is about member_ where an rpc is about one. Names and etags are those of the beginning.
  Calls AllCalls();
  // Calls, and keeps the answer's bytes.
  template <typename Stub, typename Request, typename Response>
  absl::Status Ask(const tests::NodeClient& client, Stub& stub,
                   grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                   const Request& request) {
    Response response;
    const absl::Status status = client.Call(stub, method, request, &response);
    answer_ = response.SerializeAsString();
    return status;
  }
  template <typename Request, typename Stub, typename Method>
  absl::Status Get(const tests::NodeClient& client, Request request, const std::string& name, Stub& stub,
                   Method method) {
    request.set_name(name);
    return Ask(client, stub, method, request);
  }
  template <typename Request, typename Stub, typename Method>
  absl::Status List(const tests::NodeClient& client, Request request, Stub& stub, Method method) {
    request.set_parent(member_.name());
    return Ask(client, stub, method, request);
  }
  absl::Status Seal(const v1::Member& member);

  v1::MemberService::Stub& members_ = *caseworker_.members;
  v1::CaseworkService::Stub& casework_ = *caseworker_.casework;
  const v1::Member member_;
  v1::Service service_;
  v1::Assessment assessment_;
  std::string answer_;

 private:
  void Withdraw();
  Calls MemberCalls();
  Calls ConsentCalls();
  Calls ServiceCalls();
  Calls AssessmentCalls();
  Calls AuditCalls();
  Calls GrievanceCalls();
  Calls TokenCalls();
  Calls GrantCalls();
  Calls PermitCalls();
  Calls EndCalls();
  // Again with the second person's yes, if it is refused for lack of it.
  template <typename Stub, typename Request, typename Response>
  absl::Status AskWithYes(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                          Request request) {
    const absl::Status status = Ask(steward_, stub, method, request);
    if (!HasReason(status, Reason::kPermitNeeded)) return status;
    request.set_permit(tests::PermitFor(status, steward_, *second_));
    return Ask(steward_, stub, method, request);
  }
  v1::Token MakeToken(v1::Role role, const std::string& member = "");
  absl::Status File();
  absl::Status BreakGlass();

  v1::CreateConsentRequest new_consent_;
  v1::CreateServiceRequest new_service_;
  v1::CreateAssessmentRequest new_assessment_;
  v1::Consent consent_;
  v1::Grievance grievance_;
  v1::Token office_, hers_;
  std::string glass_;    // grant's name
  std::string receipt_;  // of somebody who was erased
};

}  // namespace aangan::node

#endif  // AANGAN_TESTS_UNIT_SERVER_NODE_EACH_RPC_H_
