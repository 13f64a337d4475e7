// SPDX-License-Identifier: Apache-2.0
// A Status as google.rpc.Status, with its details, for either wire. Details over 4 KiB are left out: gRPC loses a call
// whose details pass 8 KB. ErrorInfo, which has the reason, comes first; the others by their type.
// Threads: pure.
#ifndef AANGAN_SERVER_SHARED_RICH_STATUS_H_
#define AANGAN_SERVER_SHARED_RICH_STATUS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"

namespace aangan::server {

inline constexpr size_t kDetailBytesMax = 4096;
google::rpc::Status RichStatusOf(const absl::Status& status);

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_RICH_STATUS_H_
