// SPDX-License-Identifier: Apache-2.0
// Calls any rpc by its path with any bytes.
#include "tests/support/generic_call.h"

#include <grpc/support/time.h>
#include <grpcpp/generic/generic_stub.h>

#include <vector>

#include "base/check.h"
#include "tests/support/node_client.h"

namespace aangan::tests {

absl::StatusOr<std::string> CallGenerically(const std::shared_ptr<grpc::Channel>& channel,
                                            const GenericRequest& request) {
  grpc::ClientContext context;
  if (!request.token.empty()) context.AddMetadata("authorization", "Bearer " + request.token);
  context.set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(30, GPR_TIMESPAN)));
  const grpc::Slice slice(request.body);
  const grpc::ByteBuffer body(&slice, 1);
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(channel);
  // On the wire a client stream of one message is a unary call.
  const auto call = stub.PrepareUnaryCall(&context, request.path, body, &queue);
  call->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->Finish(&answer, &status, &queue);
  void* tag = nullptr;
  bool ok = false;
  AANGAN_CHECK(queue.Next(&tag, &ok) && tag == &queue && ok);
  if (!status.ok()) return NodeClient::Translate(status);
  std::vector<grpc::Slice> slices;
  AANGAN_CHECK(answer.Dump(&slices).ok());
  std::string bytes;
  for (const grpc::Slice& each : slices) bytes.append(reinterpret_cast<const char*>(each.begin()), each.size());
  return bytes;
}

}  // namespace aangan::tests
