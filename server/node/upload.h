// SPDX-License-Identifier: Apache-2.0
// Sends one approved contribution: in chunks, from wherever the federation says it has come, as often as it takes. The
// bytes are those of the approval, so a repeat changes nothing there.
// Threads: one at a time. Errors: of FederationLink; ABORTED (BAD_OFFSET) when the federation's word about the offset
// does not settle; ALREADY_EXISTS (WRONG_STATE) when it holds other bytes of this collective.
#ifndef AANGAN_SERVER_NODE_UPLOAD_H_
#define AANGAN_SERVER_NODE_UPLOAD_H_

#include <string>

#include "aangan/federation/v1/contributions.pb.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/node/federation_link.h"

namespace aangan::node {

inline constexpr int64_t kChunkBytesMax = 64 << 10;

// Returns the receipt, not yet verified.
absl::StatusOr<federation::v1::Receipt> UploadContribution(FederationLink& link, const std::string& period,
                                                           absl::string_view contribution);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_UPLOAD_H_
