// SPDX-License-Identifier: Apache-2.0
// A Status as the Connect protocol answers with it: a status of HTTP, and JSON with code, message and details.
// Source: connectrpc.com/docs/protocol, "Error codes" and "Error end-stream". Details over 4 KiB are left out, as at
// gRPC.
// Threads: pure.
#ifndef AANGAN_SERVER_SHARED_CONNECT_ERROR_H_
#define AANGAN_SERVER_SHARED_CONNECT_ERROR_H_

#include "absl/status/status.h"
#include "server/shared/http_page.h"

namespace aangan::server {

// Of a status that is not OK.
HttpResponse ConnectError(const absl::Status& status);

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_CONNECT_ERROR_H_
