// SPDX-License-Identifier: Apache-2.0
// Etags: a record's version as text.
#include "server/shared/etag.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/problem.h"

namespace aangan::server {

std::string EtagText(uint64_t version) { return absl::StrCat("v", version); }

absl::StatusOr<uint64_t> ParseEtag(absl::string_view etag, absl::string_view field) {
  if (etag.empty()) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kMissingEtag,
                   "Read the record first and send its etag back, so that nobody's change is lost.")
        .Field(field, "is required");
  }
  uint64_t version = 0;
  absl::string_view digits = etag;
  if (absl::ConsumePrefix(&digits, "v") && absl::SimpleAtoi(digits, &version) && EtagText(version) == etag &&
      version > 0)
    return version;
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is no etag that was given out.")
      .Field(field, "must be the etag as it was read");
}

}  // namespace aangan::server
