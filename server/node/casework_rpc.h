// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.CaseworkService: services and assessments of members. Check, ask the store, translate.
//
// Sensitive records pass server/node/domain_gate, read or written.
// No rpc here asks for the consent to be counted: a member gets her service whatever she answered.
// Threads: thread-safe. Errors: as in casework.proto.
#ifndef AANGAN_SERVER_NODE_CASEWORK_RPC_H_
#define AANGAN_SERVER_NODE_CASEWORK_RPC_H_

#include <map>
#include <string>

#include "aangan/node/v1/casework.pb.h"
#include "absl/status/statusor.h"
#include "google/protobuf/empty.pb.h"
#include "server/node/member_rpc.h"
#include "server/shared/door.h"

namespace aangan::node {

class CaseworkRpc {
 public:
  explicit CaseworkRpc(const RecordRooms& rooms) : rooms_(rooms) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  void CreateService(server::CallPtr call, v1::CreateServiceRequest request, server::Done<v1::Service> done);
  void GetService(server::CallPtr call, v1::GetServiceRequest request, server::Done<v1::Service> done);
  void ListServices(server::CallPtr call, v1::ListServicesRequest request, server::Done<v1::ListServicesResponse> done);
  void UpdateService(server::CallPtr call, v1::UpdateServiceRequest request, server::Done<v1::Service> done);
  void ListServiceRevisions(server::CallPtr call, v1::ListServiceRevisionsRequest request,
                            server::Done<v1::ListServiceRevisionsResponse> done);
  void DeleteService(server::CallPtr call, v1::DeleteServiceRequest request,
                     server::Done<google::protobuf::Empty> done);
  void CreateAssessment(server::CallPtr call, v1::CreateAssessmentRequest request, server::Done<v1::Assessment> done);
  void GetAssessment(server::CallPtr call, v1::GetAssessmentRequest request, server::Done<v1::Assessment> done);
  void ListAssessments(server::CallPtr call, v1::ListAssessmentsRequest request,
                       server::Done<v1::ListAssessmentsResponse> done);
  void UpdateAssessment(server::CallPtr call, v1::UpdateAssessmentRequest request, server::Done<v1::Assessment> done);
  void ListAssessmentRevisions(server::CallPtr call, v1::ListAssessmentRevisionsRequest request,
                               server::Done<v1::ListAssessmentRevisionsResponse> done);
  void DeleteAssessment(server::CallPtr call, v1::DeleteAssessmentRequest request,
                        server::Done<google::protobuf::Empty> done);

  // Of a record that is there: whether its domain is open to the caller.
  absl::Status CheckStored(const server::Call& call, const model::RecordName& name) const;
  // Looks again at what goes out after a commit: a repeat gets the record as others have changed it since.
  template <typename Message>
  server::Done<Message> Checked(server::CallPtr call, const model::Id& member, server::Done<Message> done) const;
  model::Day Today() const { return model::DayInIndia(rooms_.clock->Now()); }

  const RecordRooms rooms_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_CASEWORK_RPC_H_
