// SPDX-License-Identifier: Apache-2.0
// The end of a quarter on this node: from closed tallies to a proposal, and from the collective's yes to signed bytes.
//
// The order is the promise. The round was checked when it was announced; the budget is looked at, and the noise for
// every cell drawn and kept, all before a single count is read; then the tallies are closed, protected and proposed. A
// proposal that is made again uses the same draw, so asking often shows nothing more. Neither the counts nor a vector
// that was not approved is kept: preview and approval compute them again. Source: protocol.md 3, 5.2; reference 4.4.
// Threads: thread-safe; one step at a time. Errors: FAILED_PRECONDITION (PERIOD_NOT_ENDED, PERIOD_TOO_OLD,
// NO_CATALOGUE, NO_ROSTER, WRONG_STATE, BUDGET, REHEARSAL_NOT_ALLOWED, OUT_OF_RANGE: a count that no cell can hold);
// ABORTED (PROPOSAL_CHANGED); UNAVAILABLE while tallies are being counted.
#ifndef AANGAN_SERVER_NODE_CLOSE_AGENT_H_
#define AANGAN_SERVER_NODE_CLOSE_AGENT_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "base/random.h"
#include "model/tally.h"
#include "server/node/governance_book.h"
#include "server/node/identity.h"
#include "server/node/log_watch.h"
#include "server/node/round_check.h"
#include "storage/node/node_store.h"
#include "storage/node/once_store.h"

namespace aangan::node {

// What one looks at before saying yes; kept nowhere.
struct Preview {
  storage::node::RoundEntry entry;
  std::shared_ptr<const model::CompiledCatalogue> catalogue;
  privacy::RoundNumbers numbers;
  model::ClosedTallies exact;
  std::vector<int64_t> leaves;                 // what would leave, cell by cell
  std::optional<model::ClosedTallies> before;  // the quarter before, if it is still counted under this catalogue
};

class CloseAgent {
 public:
  struct Rooms {
    storage::node::NodeStore* store = nullptr;
    storage::node::OnceStore* once = nullptr;
    const Identity* identity = nullptr;
    const GovernanceBook* book = nullptr;
    LogWatch* watch = nullptr;
    const Clock* clock = nullptr;
    RandomSource* random = nullptr;
    bool accepts_rehearsals = false;
  };
  explicit CloseAgent(const Rooms& rooms) : rooms_(rooms) {}

  // Announced or proposed -> proposed.
  absl::StatusOr<storage::node::RoundEntry> Close(const model::Period& quarter, const std::string& actor);
  // Proposes again from the records as they stand, so that what is seen is what can be approved.
  absl::StatusOr<Preview> Look(const model::Period& quarter);
  absl::StatusOr<storage::node::RoundEntry> Approve(const model::Period& quarter, absl::string_view proposal_digest,
                                                    const std::string& actor);
  absl::StatusOr<storage::node::RoundEntry> Refuse(const model::Period& quarter, const std::string& actor);

 private:
  struct Proposal;
  absl::StatusOr<Proposal> Propose(const model::Period& quarter);
  absl::Status Note(storage::node::Action action, const model::Period& quarter, const std::string& actor);

  const Rooms rooms_;
  absl::Mutex steps_;  // a draw, a proposal and an approval never run beside each other
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_CLOSE_AGENT_H_
