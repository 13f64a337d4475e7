// SPDX-License-Identifier: Apache-2.0
// Pages of a list: how many, and behind what. One rule for every list of both daemons.
// Threads: pure. Errors: INVALID_ARGUMENT (INVALID_FIELD for a negative size, BAD_PAGE_TOKEN).
#ifndef AANGAN_SERVER_SHARED_PAGING_H_
#define AANGAN_SERVER_SHARED_PAGING_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/shared/door.h"
#include "server/shared/page_token.h"

namespace aangan::server {

struct Page {
  size_t size = 0;
  std::string after;  // opaque to the caller; empty at the beginning
};
struct PageLimits {
  int32_t size_default = 50;
  int32_t size_max = 200;
};
// `list` names what is listed with every argument that must stay the same from page to page.
absl::StatusOr<Page> PageOf(const PageTokens& tokens, const Call& call, absl::string_view list, int32_t page_size,
                            const std::string& page_token, PageLimits limits = {});
// The token that goes on behind `last`.
std::string NextPage(const PageTokens& tokens, const Call& call, absl::string_view list, absl::string_view last);

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_PAGING_H_
