// SPDX-License-Identifier: Apache-2.0
// Looks in the federation's log for twins: what it says of this and other collectives' nodes, and contributions and
// answers in this collective's name that this node did not make. Each is an alarm for people, with the log's entry as
// its evidence; nothing is stopped, because a lying federation could write such entries too.
//
// Of periods that had begun before a restore nothing is said: what was made before it is not known here any more.
// Source: protocol.md, Restore; docs/decisions/0019. Threads: thread-safe. Errors: those of OnceStore.
#ifndef AANGAN_SERVER_NODE_TWIN_WATCH_H_
#define AANGAN_SERVER_NODE_TWIN_WATCH_H_

#include <string>
#include <vector>

#include "aangan/federation/v1/log.pb.h"
#include "absl/status/status.h"
#include "server/node/federation_link.h"
#include "server/node/governance_book.h"
#include "storage/node/once_store.h"

namespace aangan::node {

// `own`: id of this node's collective. Raised once of each kind, and period or other collective.
absl::Status LookForTwins(const std::vector<federation::v1::LogEntry>& log, const std::string& own,
                          storage::node::OnceStore& once);

// When the federation holds another contribution in this collective's name: shows it the signed head of this node's
// own, so that it can see and keep that there are two. A head holds no share and no count; where a contribution is
// signed as a whole (direct rounds) nothing is shown. Whatever the federation says to it changes nothing.
void ShowHead(FederationLink& link, const GovernanceBook& book, const storage::node::RoundEntry& own);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_TWIN_WATCH_H_
