// SPDX-License-Identifier: Apache-2.0
// Etags: a record's version as text. A caller hands back the one that she read; an Update or Delete without one is
// refused, because it would be a silent last-writer-wins. Threads: pure. Errors: INVALID_ARGUMENT (MISSING_ETAG;
// INVALID_FIELD when it is no etag of ours).
#ifndef AANGAN_SERVER_SHARED_ETAG_H_
#define AANGAN_SERVER_SHARED_ETAG_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace aangan::server {

std::string EtagText(uint64_t version);
absl::StatusOr<uint64_t> ParseEtag(absl::string_view etag, absl::string_view field);

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_ETAG_H_
