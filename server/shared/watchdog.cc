// SPDX-License-Identifier: Apache-2.0
// A call through the own port, again and again.
#include "server/shared/watchdog.h"

#include <grpc/support/time.h>
#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>
#include <grpcpp/support/slice.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/problem.h"
#include "server/shared/door.h"
#include "server/shared/grpc_status.h"

namespace aangan::server {
namespace {

constexpr int64_t kPauseShare = 6;  // of what systemd waits for
constexpr int64_t kPatienceShare = 4;

std::string Reachable(const std::string& address) {
  const size_t colon = address.rfind(':');
  const std::string host = address.substr(0, colon);
  return host == "0.0.0.0" || host == "[::]" ? absl::StrCat("127.0.0.1", address.substr(colon)) : address;
}

}  // namespace

void Watchdog::Start(std::function<absl::Status(absl::Duration within)> call) {
  if (!notify_->watchdog()) return;
  const absl::Duration within = *notify_->watchdog() / kPatienceShare;
  calls_.Start(*notify_->watchdog() / kPauseShare, Periodic::First::kNow, [this, within, call = std::move(call)] {
    const absl::Status answered = call(within);
    if (answered.ok()) {
      notify_->Watchdog();
    } else if (!failing_) {
      LogError("watchdog", "the program does not answer as when all is well").Status(answered);
    }
    failing_ = !answered.ok();
  });
}

absl::Status CallOwnPort(const OwnPort& port, absl::Duration within) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetSslTargetNameOverride(port.server_name);
  const auto channel = grpc::CreateCustomChannel(
      Reachable(port.address), grpc::SslCredentials({port.authority_pem, port.key_pem, port.certificate_pem}),
      arguments);
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                    gpr_time_from_millis(absl::ToInt64Milliseconds(within), GPR_TIMESPAN)));
  grpc::CompletionQueue queue;
  const grpc::Slice nothing;
  const grpc::ByteBuffer request(&nothing, 1);
  grpc::ByteBuffer response;
  grpc::Status said;
  const auto call = stub.PrepareUnaryCall(&context, port.path, request, &queue);
  call->StartCall();
  call->Finish(&response, &said, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
  const absl::Status status = FromGrpcStatus(said);
  if (IsWell(status)) return absl::OkStatus();
  // Without a credential nothing is to be had.
  return status.ok()
             ? Problem(absl::StatusCode::kInternal, Reason::kInternal, "The own port lets anybody in.").ToStatus()
             : status;
}

bool IsWell(const absl::Status& answered) {
  return HasReason(answered, Reason::kNoCredential) || HasReason(answered, Reason::kBadCertificate);
}

absl::Status WriterWatch::Look(uint64_t steps, size_t waiting) {
  const bool stands_still = waiting > 0 && waited_at_ == steps;
  waited_at_ = waiting > 0 ? std::optional<uint64_t>(steps) : std::nullopt;
  if (!stands_still) return absl::OkStatus();
  return Problem(absl::StatusCode::kUnavailable, Reason::kBusy, "What waits to be written is not written.");
}

absl::Status FullDoorWatch::Look(const absl::Status& answered, const Door& door, uint64_t steps) {
  for (const auto& [call, count] : door.Counts()) steps += static_cast<uint64_t>(count);
  const bool stands_still = stood_at_ == steps;
  stood_at_ = steps;
  return HasReason(answered, Reason::kTooMany) && !stands_still ? absl::OkStatus() : answered;
}

}  // namespace aangan::server
