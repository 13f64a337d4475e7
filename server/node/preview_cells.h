// SPDX-License-Identifier: Apache-2.0
// The cells of a preview: exact count, what would leave, margin, what it was before, and where one person could
// recognise herself. For the collective's own eyes; the caller keeps none of it. Threads: pure.
#ifndef AANGAN_SERVER_NODE_PREVIEW_CELLS_H_
#define AANGAN_SERVER_NODE_PREVIEW_CELLS_H_

#include "aangan/node/v1/releases.pb.h"
#include "absl/status/statusor.h"
#include "server/node/close_agent.h"

namespace aangan::node {

// A count of one or two: whoever is in it knows of herself, and nearly knows of the other.
inline constexpr int64_t kRecognisableMax = 2;

absl::StatusOr<v1::PreviewReleaseResponse> PreviewMessage(const Preview& preview);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_PREVIEW_CELLS_H_
