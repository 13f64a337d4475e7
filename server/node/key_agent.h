// SPDX-License-Identifier: Apache-2.0
// Publishes this node's recipient keys, and destroys those whose time is over.
//
// A batch has the keys of the running quarter and the next three; a node that joins rehearsals publishes one for the
// four ended quarters too, because rehearsals are of those. A quarter keeps its key; one whose key is destroyed stands
// as zeros, which count as no key. A batch is signed with the node's key in the roster in force, and again with a new
// key that waits for its roster, so that the first round under that roster finds it. Source: protocol.md 4. Threads:
// thread-safe. Errors: of FederationLink and RoundKeys.
#ifndef AANGAN_SERVER_NODE_KEY_AGENT_H_
#define AANGAN_SERVER_NODE_KEY_AGENT_H_

#include <vector>

#include "aangan/federation/v1/log.pb.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "model/period.h"
#include "server/node/federation_link.h"
#include "server/node/governance_book.h"
#include "server/node/identity.h"
#include "server/node/log_watch.h"
#include "storage/node/once_store.h"
#include "storage/node/round_keys.h"

namespace aangan::node {

class KeyAgent {
 public:
  struct Rooms {
    storage::node::RoundKeys* keys = nullptr;
    Identity* identity = nullptr;
    const GovernanceBook* book = nullptr;
    LogWatch* watch = nullptr;
    const Clock* clock = nullptr;
    bool accepts_rehearsals = false;
  };
  explicit KeyAgent(const Rooms& rooms) : rooms_(rooms) {}

  // What the log does not have yet; the log is followed when something was published.
  absl::Status Publish(FederationLink& link);
  // Keys that were never used go 12 months after the end of their quarter.
  absl::Status DestroyOld();
  // Signing keys that no roster in force names go when none of these rounds, and no key of a quarter, needs them.
  absl::Status DestroyReplaced(const std::vector<storage::node::RoundEntry>& rounds);

 private:
  absl::StatusOr<federation::v1::KeyBatch> MakeBatch(const Membership& membership, const model::Period& first);
  bool IsPublished(const federation::v1::KeyBatch& batch, const SigningKey& signing) const;
  std::vector<const SigningKey*> Signing() const;

  const Rooms rooms_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_KEY_AGENT_H_
