// SPDX-License-Identifier: Apache-2.0
// Heads of the audit log: signed by the node, written as a phrase for paper, and looked for in the log as it is now.
//
// A phrase is "{entries}-{six groups of four letters}": the number of entries and 120 bits of SHA-256 of the hash after
// them. Threads: thread-safe. Errors: DATA_LOSS (DAMAGED, LOG_SHORTENED) as base/audit_chain says; INVALID_ARGUMENT
// (INVALID_FIELD, BAD_SIGNATURE, TOO_MANY) for what is no head.
#ifndef AANGAN_SERVER_NODE_AUDIT_HEADS_H_
#define AANGAN_SERVER_NODE_AUDIT_HEADS_H_

#include "aangan/node/v1/audit.pb.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "server/node/identity.h"
#include "storage/node/node_store.h"
#include "storage/node/once_store.h"

namespace aangan::node {

class AuditHeads {
 public:
  struct Rooms {
    const storage::node::NodeStore* store = nullptr;
    const storage::node::OnceStore* once = nullptr;
    const Identity* identity = nullptr;
    const Clock* clock = nullptr;
  };
  explicit AuditHeads(const Rooms& rooms) : rooms_(rooms) {}

  // Follows the whole log first and holds it to the ledger (audit_ledger.h): only the head of a log that holds is
  // signed.
  absl::StatusOr<v1::AuditHead> Sign() const;
  // The same when every head and phrase of the request is in the log.
  absl::StatusOr<v1::VerifyAuditResponse> Verify(const v1::VerifyAuditRequest& request) const;

 private:
  v1::AuditHead Signed(const AuditFollower& followed) const;

  const Rooms rooms_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_AUDIT_HEADS_H_
