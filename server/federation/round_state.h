// SPDX-License-Identifier: Apache-2.0
// What happens next to a round, from the clock and what is in: pure, so that every moment can be tested.
//
// announced -> frozen -> provisional -> confirmed or corrected, with ways to void (too few contributions) and disputed
// (answers disagree; out of it when enough agree). A direct round goes from frozen to confirmed.
// Source: protocol.md 5. A freeze comes after the window only and needs m contributions; where the federation waits for
// all, it comes when all are in or the extended window is over. Too few at the end of the extended window: void.
// Threads: pure.
#ifndef AANGAN_SERVER_FEDERATION_ROUND_STATE_H_
#define AANGAN_SERVER_FEDERATION_ROUND_STATE_H_

#include "aangan/federation/v1/rounds.pb.h"
#include "aangan/store/v1/federation_store.pb.h"
#include "absl/time/time.h"
#include "privacy/reconstruction.h"

namespace aangan::federation {

enum class RoundStep { kWait, kFreeze, kVoid, kRelease };

RoundStep NextStep(const store::v1::StoredRound& round, bool wait_for_all, absl::Time now);

// Contributions are taken and complaints still change who is in.
bool TakesContributions(v1::RoundState state);
// Answers are taken, also late ones.
bool TakesAnswers(v1::RoundState state);

// What a look at the answers changes.
enum class ReleaseChange {
  kNone,
  kFirst,     // the first figures of the round
  kConfirm,   // the same figures, final
  kCorrect,   // other figures under a new number
  kWithdraw,  // the figures are disputed
};
struct RoundOutcome {
  v1::RoundState state = v1::ROUND_STATE_UNSPECIFIED;
  ReleaseChange change = ReleaseChange::kNone;
};
// `released`: figures were signed before; `same`: they are those of this agreement.
RoundOutcome OutcomeOf(v1::RoundState state, bool released, bool same, privacy::Agreement agreement);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_ROUND_STATE_H_
