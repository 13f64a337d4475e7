// SPDX-License-Identifier: Apache-2.0
// Sends one approved contribution in chunks.
#include "server/node/upload.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::node {
namespace {

constexpr int kOffsetQuarrelsMax = 4;

absl::Status OtherBytes() {
  return Problem(absl::StatusCode::kAlreadyExists, Reason::kWrongState,
                 "The federation holds other bytes of this collective for the round. Call the federation's staff.");
}

}  // namespace

absl::StatusOr<federation::v1::Receipt> UploadContribution(FederationLink& link, const std::string& period,
                                                           absl::string_view contribution) {
  const Digest digest = Sha256(contribution);
  const auto total = static_cast<int64_t>(contribution.size());
  ASSIGN_OR_RETURN(federation::v1::Upload upload, link.GetUpload(period));
  for (int quarrels = 0; quarrels < kOffsetQuarrelsMax;) {
    if (upload.has_receipt()) return std::move(*upload.mutable_receipt());
    if (upload.received_bytes() > 0 && upload.digest() != AsText(digest)) return OtherBytes();
    const int64_t offset = std::clamp<int64_t>(upload.received_bytes(), 0, total);
    if (offset == total) break;
    const auto size = static_cast<size_t>(std::min(kChunkBytesMax, total - offset));
    auto after =
        link.UploadChunk(period, AsText(digest), total, offset, contribution.substr(static_cast<size_t>(offset), size));
    if (after.ok()) {
      if (!after->has_receipt() && after->received_bytes() <= offset) ++quarrels;
      upload = *std::move(after);
      continue;
    }
    if (!HasReason(after.status(), Reason::kBadOffset)) return after.status();
    ++quarrels;
    ASSIGN_OR_RETURN(upload, link.GetUpload(period));
  }
  return Problem(absl::StatusCode::kAborted, Reason::kBadOffset,
                 "The federation does not say how far the upload has come. It is tried again with the next contact.");
}

}  // namespace aangan::node
