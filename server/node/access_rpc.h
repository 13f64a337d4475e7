// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.AccessService: tokens with a role, and the grants that open sensitive domains to them. Check, ask the
// books, translate.
//
// Where a second person exists, she has to say yes to whatever would make one person two, or open records: a token of
// the role steward or auditor, its new secret, a token with grants, a grant. (Decision 16.)
// Threads: thread-safe. Errors: as in access.proto.
#ifndef AANGAN_SERVER_NODE_ACCESS_RPC_H_
#define AANGAN_SERVER_NODE_ACCESS_RPC_H_

#include <map>
#include <string>

#include "aangan/node/v1/access.pb.h"
#include "absl/status/statusor.h"
#include "google/protobuf/empty.pb.h"
#include "server/node/grant_book.h"
#include "server/node/member_rpc.h"
#include "server/node/permit_book.h"
#include "server/node/token_book.h"
#include "server/shared/door.h"

namespace aangan::node {

v1::Token TokenMessage(const server::TokenRecord& record, const GrantBook& grants);
v1::Grant GrantMessage(const GrantRecord& record);
// The {token} of "tokens/{token}", without looking whether it is there.
absl::StatusOr<std::string> TokenIdFrom(absl::string_view name, absl::string_view field);

class AccessRpc {
 public:
  struct Rooms {
    RecordRooms records;
    TokenBook* tokens = nullptr;
    GrantBook* grants = nullptr;
    PermitBook* permits = nullptr;
  };
  explicit AccessRpc(const Rooms& rooms) : rooms_(rooms) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  absl::StatusOr<v1::CreateTokenResponse> CreateToken(const server::Call& call, const v1::CreateTokenRequest& request);
  void ListTokens(server::CallPtr call, v1::ListTokensRequest request, server::Done<v1::ListTokensResponse> done);
  absl::StatusOr<google::protobuf::Empty> DeleteToken(const server::Call& call, const v1::DeleteTokenRequest& request);
  absl::StatusOr<v1::RotateTokenResponse> RotateToken(const server::Call& call, const v1::RotateTokenRequest& request);
  absl::StatusOr<v1::Grant> CreateGrant(const server::Call& call, const v1::CreateGrantRequest& request);
  void ListGrants(server::CallPtr call, v1::ListGrantsRequest request, server::Done<v1::ListGrantsResponse> done);
  absl::StatusOr<google::protobuf::Empty> DeleteGrant(const server::Call& call, const v1::DeleteGrantRequest& request);
  absl::StatusOr<v1::Grant> BreakGlass(const server::Call& call, const v1::BreakGlassRequest& request);
  absl::StatusOr<v1::Grant> AcknowledgeBreakGlass(const server::Call& call,
                                                  const v1::AcknowledgeBreakGlassRequest& request);

  // Spends the permit where a second person exists; nothing is needed where there is none.
  absl::Status SecondYes(const server::Call& call, const PermitNeed& need, absl::string_view permit);

  const Rooms rooms_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_ACCESS_RPC_H_
