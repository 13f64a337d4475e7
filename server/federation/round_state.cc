// SPDX-License-Identifier: Apache-2.0
// What happens next to a round.
#include "server/federation/round_state.h"

namespace aangan::federation {

RoundStep NextStep(v1::RoundState state, const v1::RoundDescriptor& descriptor, int contributions, bool wait_for_all,
                   absl::Time now) {
  if (state == v1::ROUND_STATE_FROZEN) return RoundStep::kRelease;
  if (state != v1::ROUND_STATE_ANNOUNCED) return RoundStep::kWait;
  const bool window_over = now >= absl::FromUnixSeconds(descriptor.contribute_until().seconds());
  const bool extension_over = now >= absl::FromUnixSeconds(descriptor.extend_until().seconds());
  const bool all = contributions == descriptor.n();
  const bool enough = contributions >= descriptor.m();
  if (window_over && enough && (all || !wait_for_all || extension_over)) return RoundStep::kFreeze;
  return extension_over ? RoundStep::kVoid : RoundStep::kWait;
}

}  // namespace aangan::federation
