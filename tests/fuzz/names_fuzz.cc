// SPDX-License-Identifier: Apache-2.0
// Names, ids, periods: what is accepted is written again as the same text.
#include "model/names.h"

#include "base/check.h"
#include "model/period.h"

using namespace aangan;         // NOLINT: a fuzz target is one function
using namespace aangan::model;  // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto period = ParsePeriod(input, "period"); period.ok()) AANGAN_CHECK(PeriodText(*period) == input);
  if (const auto id = ParseId(input, "id"); id.ok()) AANGAN_CHECK(IdText(*id) == input);
  for (const RecordKind kind :
       {RecordKind::kMember, RecordKind::kConsent, RecordKind::kService, RecordKind::kAssessment})
    (void)ParseRecordName(kind, input, "name").ok();
  (void)IsSlug(input);
  return 0;
}
