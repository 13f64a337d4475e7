// SPDX-License-Identifier: Apache-2.0
// Pages of a list.
#include "server/shared/paging.h"

#include <algorithm>

#include "base/problem.h"
#include "base/status.h"

namespace aangan::server {

absl::StatusOr<Page> PageOf(const PageTokens& tokens, const Call& call, absl::string_view list, int32_t page_size,
                            const std::string& page_token, PageLimits limits) {
  if (page_size < 0) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The page size is negative.")
        .Field("page_size", "must be 0 or more");
  }
  Page page;
  page.size = static_cast<size_t>(page_size == 0 ? limits.size_default : std::min(page_size, limits.size_max));
  if (!page_token.empty()) {
    ASSIGN_OR_RETURN(page.after, tokens.Open(page_token, call.caller().id, list));
  }
  return page;
}

std::string NextPage(const PageTokens& tokens, const Call& call, absl::string_view list, absl::string_view last) {
  return tokens.Seal(last, call.caller().id, list);
}

}  // namespace aangan::server
