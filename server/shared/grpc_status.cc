// SPDX-License-Identifier: Apache-2.0
// Between our Status and gRPC's.
#include "server/shared/grpc_status.h"

#include <string>

#include "absl/strings/cord.h"
#include "server/shared/rich_status.h"

namespace aangan::server {
grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status rich = RichStatusOf(status);
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
          rich.details_size() > 0 ? rich.SerializeAsString() : ""};
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status ours(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status rich;
  if (status.error_details().size() <= 2 * kDetailBytesMax && rich.ParseFromString(status.error_details())) {
    for (const auto& detail : rich.details()) ours.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return ours;
}

}  // namespace aangan::server
