// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.SetupService: behind the door of the first start, where it does what is asked, and behind the door of
// a node that serves, where there is nothing left to set up.
// Threads: thread-safe. Errors: as in setup.proto.
#ifndef AANGAN_SERVER_NODE_SETUP_RPC_H_
#define AANGAN_SERVER_NODE_SETUP_RPC_H_

#include <map>
#include <string>

#include "aangan/node/v1/setup.pb.h"
#include "absl/status/statusor.h"
#include "server/shared/door.h"

namespace aangan::node {

class FirstStart;

class SetupRpc {
 public:
  // `first_start` outlives it; null for a node that serves.
  explicit SetupRpc(FirstStart* first_start) : first_start_(first_start) {}
  static const google::protobuf::ServiceDescriptor* Service();
  std::map<std::string, server::Handler> Handlers();

 private:
  absl::StatusOr<v1::GetSetupResponse> GetSetup(const server::Call& call, const v1::GetSetupRequest& request);
  // By value, so that what opens the node is wiped here.
  void StartNewNode(server::CallPtr call, v1::StartNewNodeRequest request, server::Done<v1::StartNewNodeResponse> done);
  void RestoreBackup(server::CallPtr call, v1::RestoreBackupRequest request,
                     server::Done<v1::RestoreBackupResponse> done);

  FirstStart* const first_start_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_SETUP_RPC_H_
