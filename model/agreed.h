// SPDX-License-Identifier: Apache-2.0
// Whether a member had agreed to be counted in a quarter, by the decisions that were recorded at a moment: for her
// summary of what left.
// Threads: pure.
#ifndef AANGAN_MODEL_AGREED_H_
#define AANGAN_MODEL_AGREED_H_

#include <cstdint>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "model/period.h"

namespace aangan::model {

// A decision about being counted.
struct CountingDecision {
  bool given = false;
  Day decided = kNoDay;
  Day until = kNoDay;  // kNoDay: no end
  uint64_t order = 0;  // of two decisions of one day the larger holds
  absl::Time recorded;
};

// True when the newest decision that was recorded by `moment` agrees, was in force on the quarter's last day, and had
// not run out on the day of `moment`.
bool AgreedAt(absl::Span<const CountingDecision> decisions, const Period& quarter, absl::Time moment);

}  // namespace aangan::model

#endif  // AANGAN_MODEL_AGREED_H_
