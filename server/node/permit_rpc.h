// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.PermitService: the second person's yes. Check, ask the book, translate.
// Threads: thread-safe. Errors: as in permits.proto.
#ifndef AANGAN_SERVER_NODE_PERMIT_RPC_H_
#define AANGAN_SERVER_NODE_PERMIT_RPC_H_

#include <map>
#include <string>

#include "aangan/node/v1/permits.pb.h"
#include "absl/status/statusor.h"
#include "server/node/permit_book.h"
#include "server/shared/door.h"
#include "server/shared/page_token.h"

namespace aangan::node {

class PermitRpc {
 public:
  // Both outlive it.
  PermitRpc(PermitBook* book, const server::PageTokens* page_tokens) : book_(book), page_tokens_(page_tokens) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  absl::StatusOr<v1::Permit> CreatePermit(const server::Call& call, const v1::CreatePermitRequest& request);
  absl::StatusOr<v1::Permit> ApprovePermit(const server::Call& call, const v1::ApprovePermitRequest& request);
  absl::StatusOr<v1::ListPermitsResponse> ListPermits(const server::Call& call, const v1::ListPermitsRequest& request);

  v1::Permit PermitMessage(const PermitRecord& record) const;

  PermitBook* const book_;
  const server::PageTokens* const page_tokens_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_PERMIT_RPC_H_
