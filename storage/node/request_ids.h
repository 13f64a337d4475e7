// SPDX-License-Identifier: Apache-2.0
// Request ids: what a request became, kept 90 days, so that a repeat gets the first answer. What it said is kept as a
// digest under a key of the node (change_sealer).
// Threads: the sequencer's. Errors: DATA_LOSS (DAMAGED).
#ifndef AANGAN_STORAGE_NODE_REQUEST_IDS_H_
#define AANGAN_STORAGE_NODE_REQUEST_IDS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/engine/batch.h"
#include "storage/node/change.h"

namespace aangan::storage::node {

inline constexpr absl::Duration kRequestIdLife = absl::Hours(24 * 90);

struct RememberedRequest {
  Digest content{};
  Committed result;
};
absl::StatusOr<std::optional<RememberedRequest>> FindRequest(const Reader& reader, const RequestKey& request);
void RememberRequest(const RequestKey& request, const Committed& result, int64_t now_us, Batch& batch);
// Lets go what is older than 90 days, at most `limit` a call; returns how many.
absl::StatusOr<int64_t> ForgetOldRequests(int64_t now_us, int64_t limit, Batch& batch);

// Lets go what became of requests that wrote about these members, who were erased; that they were erased by a request
// stays known, so that its repeat gets the first answer.
absl::Status ForgetRequestsAbout(const std::vector<model::Id>& members, Batch& batch);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_REQUEST_IDS_H_
