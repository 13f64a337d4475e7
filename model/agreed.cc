// SPDX-License-Identifier: Apache-2.0
// Agreement at a moment: see agreed.h.
#include "model/agreed.h"

#include <utility>

namespace aangan::model {

bool AgreedAt(absl::Span<const CountingDecision> decisions, const Period& quarter, absl::Time moment) {
  const CountingDecision* newest = nullptr;
  for (const CountingDecision& each : decisions) {
    if (each.recorded > moment) continue;
    if (newest == nullptr || std::pair(newest->decided, newest->order) < std::pair(each.decided, each.order))
      newest = &each;
  }
  if (newest == nullptr || !newest->given || newest->decided > quarter.last_day()) return false;
  return newest->until == kNoDay || (newest->until >= quarter.last_day() && newest->until >= DayInIndia(moment));
}

}  // namespace aangan::model
