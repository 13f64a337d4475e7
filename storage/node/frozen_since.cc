// SPDX-License-Identifier: Apache-2.0
// The first sight of a freeze: see frozen_since.h.
#include "storage/node/frozen_since.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::storage::node {

absl::StatusOr<int64_t> NoteFrozen(HeadedDatabase& database, const model::Period& period, int64_t now_us) {
  const std::string key = absl::StrCat("frozen_since/", model::PeriodText(period));
  ASSIGN_OR_RETURN(const std::optional<std::string> known, database.Get(Family::kMeta, key));
  if (known) {
    const auto since = CanonicalReader(*known).I64();
    if (!since.ok())
      return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "the first sight of a freeze does not read");
    return *since;
  }
  Batch batch(nullptr);
  batch.Put(Family::kMeta, key, CanonicalWriter().I64(now_us).bytes());
  RETURN_IF_ERROR(database.Write(batch));
  return now_us;
}

}  // namespace aangan::storage::node
