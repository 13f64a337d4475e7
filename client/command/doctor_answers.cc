// SPDX-License-Identifier: Apache-2.0
// Asks the node on this computer what the doctor looks at. See doctor.h.
#include "aangan/node/v1/access.grpc.pb.h"
#include "aangan/node/v1/operator.grpc.pb.h"
#include "base/status.h"
#include "client/command/doctor.h"

namespace aangan::client {
namespace {

using node::v1::AccessService;
using node::v1::GetStatusRequest;
using node::v1::GetStatusResponse;
using node::v1::ListTokensRequest;
using node::v1::ListTokensResponse;
using node::v1::OperatorService;

constexpr absl::Duration kPatience = absl::Seconds(10);  // for each call

Access AccessOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return Access::kTaken;
    case absl::StatusCode::kUnauthenticated:
      return Access::kRefused;
    case absl::StatusCode::kPermissionDenied:
      return Access::kOtherRole;
    default:
      return Access::kNoAnswer;
  }
}

absl::StatusOr<GetStatusResponse> Status(const Channel& channel) {
  const auto stub = OperatorService::NewStub(channel.grpc());
  return channel.Call(stub.get(), &OperatorService::Stub::GetStatus, GetStatusRequest(), kPatience);
}

// Page by page, to the last.
absl::StatusOr<ListTokensResponse> Tokens(const Channel& channel) {
  const auto stub = AccessService::NewStub(channel.grpc());
  ListTokensRequest request;
  ListTokensResponse all;
  do {
    ASSIGN_OR_RETURN(const ListTokensResponse page,
                     channel.Call(stub.get(), &AccessService::Stub::ListTokens, request, kPatience));
    all.mutable_tokens()->MergeFrom(page.tokens());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

template <typename Response>
Answered<Response> Ask(const Session& session, const Patient& patient, NodeRole role,
                       absl::StatusOr<Response> (*ask)(const Channel&)) {
  if (MayNotAsk(patient)) return {Access::kMayNotLook, {}};
  if (patient.health != Health::kServing) return {Access::kNotRunning, {}};
  const auto channel = session.Node(role);
  if (!channel.ok()) return {Access::kNoToken, {}};
  absl::StatusOr<Response> answer = ask(**channel);
  const Access access = AccessOf(answer.status());
  return answer.ok() ? Answered<Response>{access, *std::move(answer)} : Answered<Response>{access, {}};
}

}  // namespace

void CheckAnswers(const Session& session, const Patient& patient, Findings* findings) {
  CheckStatus(patient, Ask(session, patient, NodeRole::kOperator, &Status), findings);
  CheckTokens(patient, Ask(session, patient, NodeRole::kSteward, &Tokens), findings);
}

}  // namespace aangan::client
