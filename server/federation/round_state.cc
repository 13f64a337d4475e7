// SPDX-License-Identifier: Apache-2.0
// What happens next to a round.
#include "server/federation/round_state.h"

namespace aangan::federation {

RoundStep NextStep(const store::v1::StoredRound& round, bool wait_for_all, absl::Time now) {
  const v1::RoundDescriptor& descriptor = round.round_descriptor();
  if (TakesAnswers(round.state())) {
    if (descriptor.form() == v1::ROUND_FORM_SUMMED)
      return round.answered_size() > round.answers_seen() ? RoundStep::kRelease : RoundStep::kWait;
    return round.state() == v1::ROUND_STATE_FROZEN ? RoundStep::kRelease : RoundStep::kWait;
  }
  if (!TakesContributions(round.state())) return RoundStep::kWait;
  const bool window_over = now >= absl::FromUnixSeconds(descriptor.contribute_until().seconds());
  const bool extension_over = now >= absl::FromUnixSeconds(descriptor.extend_until().seconds());
  const bool all = round.contributions_size() + round.excluded_size() == descriptor.n();
  const bool enough = round.contributions_size() >= descriptor.m();
  if (window_over && enough && (all || !wait_for_all || extension_over)) return RoundStep::kFreeze;
  return extension_over ? RoundStep::kVoid : RoundStep::kWait;
}

bool TakesContributions(v1::RoundState state) { return state == v1::ROUND_STATE_ANNOUNCED; }

bool TakesAnswers(v1::RoundState state) {
  return state == v1::ROUND_STATE_FROZEN || state == v1::ROUND_STATE_PROVISIONAL ||
         state == v1::ROUND_STATE_CONFIRMED || state == v1::ROUND_STATE_CORRECTED || state == v1::ROUND_STATE_DISPUTED;
}

RoundOutcome OutcomeOf(v1::RoundState state, bool released, bool same, privacy::Agreement agreement) {
  const RoundOutcome nothing{state, ReleaseChange::kNone};
  if (state == v1::ROUND_STATE_CONFIRMED || state == v1::ROUND_STATE_CORRECTED) return nothing;
  switch (agreement) {
    case privacy::Agreement::kWaiting:
      return nothing;
    case privacy::Agreement::kProvisional:
      return released ? nothing : RoundOutcome{v1::ROUND_STATE_PROVISIONAL, ReleaseChange::kFirst};
    case privacy::Agreement::kDisputed:
      return {v1::ROUND_STATE_DISPUTED,
              released && state != v1::ROUND_STATE_DISPUTED ? ReleaseChange::kWithdraw : ReleaseChange::kNone};
    case privacy::Agreement::kConfirmed:
      if (!released) return {v1::ROUND_STATE_CONFIRMED, ReleaseChange::kFirst};
      return same ? RoundOutcome{v1::ROUND_STATE_CONFIRMED, ReleaseChange::kConfirm}
                  : RoundOutcome{v1::ROUND_STATE_CORRECTED, ReleaseChange::kCorrect};
  }
  return nothing;
}

}  // namespace aangan::federation
