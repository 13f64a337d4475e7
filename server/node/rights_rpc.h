// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.RightsService: sealing members, and unsealing them with a second person's yes.
// Threads: thread-safe. Errors: as in rights.proto.
#ifndef AANGAN_SERVER_NODE_RIGHTS_RPC_H_
#define AANGAN_SERVER_NODE_RIGHTS_RPC_H_

#include <map>
#include <string>

#include "aangan/node/v1/rights.pb.h"
#include "absl/status/statusor.h"
#include "google/protobuf/empty.pb.h"
#include "server/node/member_rpc.h"
#include "server/node/permit_book.h"
#include "server/shared/door.h"

namespace aangan::node {

class RightsRpc {
 public:
  // All outlive it.
  RightsRpc(const RecordRooms& rooms, PermitBook* permits) : rooms_(rooms), permits_(permits) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  absl::StatusOr<v1::SealedMember> SealMember(const server::Call& call, const v1::SealMemberRequest& request);
  absl::StatusOr<google::protobuf::Empty> UnsealMember(const server::Call& call,
                                                       const v1::UnsealMemberRequest& request);
  void ListSealedMembers(server::CallPtr call, v1::ListSealedMembersRequest request,
                         server::Done<v1::ListSealedMembersResponse> done);

  const RecordRooms rooms_;
  PermitBook* const permits_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_RIGHTS_RPC_H_
