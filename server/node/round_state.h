// SPDX-License-Identifier: Apache-2.0
// A round on this node as states and allowed steps: pure, no clock and no store; the caller saves.
//
// announced -> proposed -> approved -> sent -> received, with ways out to refused (before approval), void and left out.
// A proposal may be made again as long as nothing was approved; from the approval on the budget is spent and the bytes
// stand, so nothing leads back.
// Source: protocol.md 3 (periods), 5 (rounds). Threads: pure.
#ifndef AANGAN_SERVER_NODE_ROUND_STATE_H_
#define AANGAN_SERVER_NODE_ROUND_STATE_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "model/period.h"
#include "storage/node/once_store.h"

namespace aangan::node {

bool CanStep(storage::node::Stage from, storage::node::Stage to);

// What a round waits for.
enum class Next {
  kNothing,  // it is over, or nobody can do anything now
  kClose,    // somebody closes the quarter
  kApprove,  // the collective looks and says yes or no
  kSend,     // a link
  kOutcome,  // the federation's freeze and release
};
Next NextOf(const storage::node::RoundEntry& entry, absl::Time now);

// A node contributes to a quarter that has ended by its own clock and is one of the last four that ended.
// FAILED_PRECONDITION (PERIOD_NOT_ENDED, PERIOD_TOO_OLD).
absl::Status CheckPeriod(const model::Period& quarter, absl::Time now);

// May it take part at all: a rehearsal only where the node's own configuration says so.
// FAILED_PRECONDITION (REHEARSAL_NOT_ALLOWED).
absl::Status CheckRehearsal(bool rehearsal, bool accepts_rehearsals);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_ROUND_STATE_H_
