// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.GrievanceService: grievances, and a member's summary.
// Threads: thread-safe. Errors: as in grievances.proto.
#ifndef AANGAN_SERVER_NODE_GRIEVANCE_RPC_H_
#define AANGAN_SERVER_NODE_GRIEVANCE_RPC_H_

#include <map>
#include <string>

#include "aangan/node/v1/grievances.pb.h"
#include "absl/status/statusor.h"
#include "server/node/grievance_book.h"
#include "server/node/member_rpc.h"
#include "server/node/retention_book.h"
#include "server/shared/door.h"
#include "storage/node/once_store.h"

namespace aangan::node {

class GrievanceRpc {
 public:
  struct Rooms {
    RecordRooms records;
    const storage::node::OnceStore* once = nullptr;
    const RetentionBook* retention = nullptr;
    GrievanceBook* book = nullptr;
  };
  explicit GrievanceRpc(const Rooms& rooms) : rooms_(rooms) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  void CreateGrievance(server::CallPtr call, v1::CreateGrievanceRequest request, server::Done<v1::Grievance> done);
  void GetGrievance(server::CallPtr call, v1::GetGrievanceRequest request, server::Done<v1::Grievance> done);
  void ListGrievances(server::CallPtr call, v1::ListGrievancesRequest request,
                      server::Done<v1::ListGrievancesResponse> done);
  absl::Status ListOpen(const server::Call& call, const v1::ListGrievancesRequest& request,
                        const server::Done<v1::ListGrievancesResponse>& done);
  absl::StatusOr<v1::Grievance> AnswerGrievance(const server::Call& call, const v1::AnswerGrievanceRequest& request);
  void GetMemberSummary(server::CallPtr call, v1::GetMemberSummaryRequest request,
                        server::Done<v1::MemberSummary> done);
  model::Day Today() const { return model::DayInIndia(rooms_.records.clock->Now()); }

  const Rooms rooms_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_GRIEVANCE_RPC_H_
