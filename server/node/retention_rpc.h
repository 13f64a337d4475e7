// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.RetentionService: the policy, and the report of what it asks for.
// Threads: thread-safe. Errors: as in retention.proto.
#ifndef AANGAN_SERVER_NODE_RETENTION_RPC_H_
#define AANGAN_SERVER_NODE_RETENTION_RPC_H_

#include <map>
#include <string>

#include "aangan/node/v1/retention.pb.h"
#include "absl/status/statusor.h"
#include "server/node/member_rpc.h"
#include "server/node/permit_book.h"
#include "server/node/retention_book.h"
#include "server/shared/door.h"

namespace aangan::node {

class RetentionRpc {
 public:
  // All outlive it.
  RetentionRpc(const RecordRooms& rooms, RetentionBook* book, PermitBook* permits)
      : rooms_(rooms), book_(book), permits_(permits) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  absl::StatusOr<v1::RetentionPolicy> GetRetentionPolicy(const server::Call& call,
                                                         const v1::GetRetentionPolicyRequest& request);
  absl::StatusOr<v1::RetentionPolicy> UpdateRetentionPolicy(const server::Call& call,
                                                            const v1::UpdateRetentionPolicyRequest& request);
  void ReportRetention(server::CallPtr call, v1::ReportRetentionRequest request,
                       server::Done<v1::ReportRetentionResponse> done);

  const RecordRooms rooms_;
  RetentionBook* const book_;
  PermitBook* const permits_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_RETENTION_RPC_H_
