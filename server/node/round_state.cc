// SPDX-License-Identifier: Apache-2.0
// A round on this node as states and allowed steps.
#include "server/node/round_state.h"

#include "base/problem.h"

namespace aangan::node {

using storage::node::RoundEntry;
using storage::node::Stage;

bool CanStep(Stage from, Stage to) {
  switch (from) {
    case Stage::kAnnounced:
      return to == Stage::kProposed || to == Stage::kRefused || to == Stage::kVoid || to == Stage::kLeftOut;
    case Stage::kProposed:
      return to == Stage::kProposed || to == Stage::kApproved || to == Stage::kRefused || to == Stage::kVoid ||
             to == Stage::kLeftOut;
    case Stage::kApproved:
      return to == Stage::kSent || to == Stage::kVoid || to == Stage::kLeftOut;
    case Stage::kSent:
      // Left out after a receipt is a broken promise of the federation; it is noted, and shown.
      return to == Stage::kReceived || to == Stage::kVoid || to == Stage::kLeftOut;
    case Stage::kReceived:
    case Stage::kRefused:
    case Stage::kVoid:
    case Stage::kLeftOut:
      return false;
  }
  return false;
}

Next NextOf(const RoundEntry& entry, absl::Time now) {
  switch (entry.stage) {
    case Stage::kAnnounced:
      return now >= entry.period.end() ? Next::kClose : Next::kNothing;
    case Stage::kProposed:
      return Next::kApprove;
    case Stage::kApproved:
      return Next::kSend;
    case Stage::kSent:
      return Next::kOutcome;
    case Stage::kReceived:
    case Stage::kRefused:
    case Stage::kVoid:
    case Stage::kLeftOut:
      return Next::kNothing;
  }
  return Next::kNothing;
}

absl::Status CheckPeriod(const model::Period& quarter, absl::Time now) {
  if (quarter.is_year()) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "A round is of a quarter.")
        .Field("period", "must be a quarter, for example 2026Q3");
  }
  const model::Period running = model::QuarterOf(model::DayInIndia(now));
  if (quarter.index() >= running.index()) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kPeriodNotEnded,
                   "The quarter has not ended by this computer's clock. Close it when it is over.");
  }
  if (quarter.index() < running.index() - 4) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kPeriodTooOld,
                   "Only the last four quarters that have ended can be contributed.");
  }
  return absl::OkStatus();
}

absl::Status CheckRehearsal(bool rehearsal, bool accepts_rehearsals) {
  if (!rehearsal || accepts_rehearsals) return absl::OkStatus();
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kRehearsalNotAllowed,
                 "This round is a rehearsal, and this node takes part in none. To change that, set "
                 "node.accept_rehearsals in its configuration.");
}

}  // namespace aangan::node
