// SPDX-License-Identifier: Apache-2.0
// One step after the other, each with its number: see migration.h.
#include "storage/engine/migration.h"

#include <algorithm>

#include "base/canonical.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::storage {
namespace {

constexpr absl::string_view kFormatKey = "format";

}  // namespace

absl::StatusOr<std::optional<uint32_t>> ReadFormat(const Reader& store) {
  ASSIGN_OR_RETURN(std::optional<std::string> value, store.Get(Family::kMeta, kFormatKey));
  if (!value.has_value()) return std::nullopt;
  CanonicalReader reader(*value);
  absl::StatusOr<uint32_t> format = reader.U32();
  if (!format.ok() || !reader.End().ok() || *format == 0) {
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                   "the store's format number is damaged; keep a copy of the folder and restore the newest backup");
  }
  return *format;
}

void PutFormat(uint32_t format, Batch& batch) {
  batch.Put(Family::kMeta, kFormatKey, CanonicalWriter().U32(format).bytes());
}

absl::Status Migrate(const Reader& store, uint32_t stored, uint32_t target, absl::Span<const MigrationStep> steps,
                     const std::function<absl::Status(const Batch&)>& write) {
  if (stored > target) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNewerFormat,
                   "this store was written by a newer program; install that version again, or restore a backup made "
                   "before the upgrade")
        .Number("stored", stored)
        .Number("known", target);
  }
  for (uint32_t format = stored; format < target; ++format) {
    auto step = std::find_if(steps.begin(), steps.end(), [format](const auto& s) { return s.from == format; });
    if (step == steps.end()) {
      return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                     "this program can not lead a store of this format on; upgrade through the version before it")
          .Number("stored", format);
    }
    LogInfo("migration", "step begins").Text("step", step->name).Number("from", format);
    Batch batch(&store);
    RETURN_IF_ERROR(step->run(batch));
    PutFormat(format + 1, batch);
    RETURN_IF_ERROR(write(batch));
  }
  return absl::OkStatus();
}

}  // namespace aangan::storage
