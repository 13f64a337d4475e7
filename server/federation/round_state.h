// SPDX-License-Identifier: Apache-2.0
// What happens next to a round, from the clock and what is in: pure, so that every moment can be tested.
//
// Source: protocol.md 5. A freeze comes after the window only and needs m contributions; where the federation waits for
// all, it comes when all are in or the extended window is over. Too few at the end of the extended window: void.
// Threads: pure.
#ifndef AANGAN_SERVER_FEDERATION_ROUND_STATE_H_
#define AANGAN_SERVER_FEDERATION_ROUND_STATE_H_

#include "aangan/federation/v1/rounds.pb.h"
#include "absl/time/time.h"

namespace aangan::federation {

enum class RoundStep { kWait, kFreeze, kVoid, kRelease };

RoundStep NextStep(v1::RoundState state, const v1::RoundDescriptor& descriptor, int contributions, bool wait_for_all,
                   absl::Time now);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_ROUND_STATE_H_
