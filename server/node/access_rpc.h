// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.AccessService: tokens with a role. Check, ask the book, translate.
// Threads: thread-safe. Errors: as in access.proto.
#ifndef AANGAN_SERVER_NODE_ACCESS_RPC_H_
#define AANGAN_SERVER_NODE_ACCESS_RPC_H_

#include <map>
#include <string>

#include "aangan/node/v1/access.pb.h"
#include "absl/status/statusor.h"
#include "google/protobuf/empty.pb.h"
#include "server/node/member_rpc.h"
#include "server/node/token_book.h"
#include "server/shared/door.h"

namespace aangan::node {

class AccessRpc {
 public:
  AccessRpc(const RecordRooms& rooms, TokenBook* book) : rooms_(rooms), book_(book) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  absl::StatusOr<v1::CreateTokenResponse> CreateToken(const server::Call& call, const v1::CreateTokenRequest& request);
  absl::StatusOr<v1::ListTokensResponse> ListTokens(const server::Call& call, const v1::ListTokensRequest& request);
  absl::StatusOr<google::protobuf::Empty> DeleteToken(const server::Call& call, const v1::DeleteTokenRequest& request);

  const RecordRooms rooms_;
  TokenBook* const book_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_ACCESS_RPC_H_
