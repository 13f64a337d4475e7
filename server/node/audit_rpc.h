// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.AuditService: who did what to which record and when. Entries hold names of resources, never values.
// Threads: thread-safe. Errors: as in audit.proto.
#ifndef AANGAN_SERVER_NODE_AUDIT_RPC_H_
#define AANGAN_SERVER_NODE_AUDIT_RPC_H_

#include <map>
#include <string>

#include "aangan/node/v1/audit.pb.h"
#include "absl/status/statusor.h"
#include "server/shared/door.h"
#include "server/shared/page_token.h"
#include "storage/node/node_store.h"

namespace aangan::node {

v1::AuditEntry EntryMessage(const storage::node::AuditEntry& entry);

class AuditRpc {
 public:
  AuditRpc(const storage::node::NodeStore* store, const server::PageTokens* page_tokens)
      : store_(store), page_tokens_(page_tokens) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  absl::StatusOr<v1::ListAuditEntriesResponse> ListAuditEntries(const server::Call& call,
                                                                const v1::ListAuditEntriesRequest& request);

  const storage::node::NodeStore* const store_;
  const server::PageTokens* const page_tokens_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_AUDIT_RPC_H_
