// SPDX-License-Identifier: Apache-2.0
// aangan.federation.v1.RosterService.
#include "server/federation/roster_rpc.h"

#include <utility>
#include <vector>

#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/shared/paging.h"

namespace aangan::federation {

absl::Status CheckSpeaksFor(const server::Call& call, const std::string& collective) {
  if (call.caller().collective == collective) return absl::OkStatus();
  return Problem(absl::StatusCode::kPermissionDenied, Reason::kNotAllowed,
                 "A node speaks for its own collective alone.");
}

std::map<std::string, server::Handler> RosterRpc::Handlers() {
  return {{"ProposeEpoch", server::Handle(this, &RosterRpc::ProposeEpoch)},
          {"GetEpoch", server::Handle(this, &RosterRpc::GetEpoch)},
          {"SignEpoch", server::Handle(this, &RosterRpc::SignEpoch)},
          {"ListCollectives", server::Handle(this, &RosterRpc::ListCollectives)},
          {"CreateJoinToken", server::Handle(this, &RosterRpc::CreateJoinToken)}};
}

absl::StatusOr<v1::ProposeEpochResponse> RosterRpc::ProposeEpoch(const server::Call&,
                                                                 const v1::ProposeEpochRequest& request) {
  RETURN_IF_ERROR(rooms_.names->ParseParent(request.parent()));
  v1::ProposeEpochResponse response;
  ASSIGN_OR_RETURN(*response.mutable_signed_roster(),
                   rooms_.rosters->Propose({request.collectives().begin(), request.collectives().end()}));
  LogInfo("roster", "proposed").Name("epoch", response.signed_roster().name());
  return response;
}

absl::StatusOr<v1::GetEpochResponse> RosterRpc::GetEpoch(const server::Call&, const v1::GetEpochRequest& request) {
  ASSIGN_OR_RETURN(const std::optional<int32_t> epoch, rooms_.names->ParseEpoch(request.name()));
  v1::GetEpochResponse response;
  ASSIGN_OR_RETURN(*response.mutable_signed_roster(), rooms_.rosters->Epoch(epoch));
  return response;
}

absl::StatusOr<v1::SignEpochResponse> RosterRpc::SignEpoch(const server::Call& call,
                                                           const v1::SignEpochRequest& request) {
  ASSIGN_OR_RETURN(const std::optional<int32_t> epoch, rooms_.names->ParseEpoch(request.name()));
  if (!epoch) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "A signature is under one epoch.")
        .Field("name", "must name the epoch by its number");
  }
  RETURN_IF_ERROR(CheckSpeaksFor(call, request.signature().collective()));
  v1::SignEpochResponse response;
  ASSIGN_OR_RETURN(*response.mutable_signed_roster(), rooms_.rosters->Sign(*epoch, request.signature()));
  LogInfo("roster", "signed").Name("collective", call.caller().collective);
  rooms_.roster_signed();
  return response;
}

absl::StatusOr<v1::ListCollectivesResponse> RosterRpc::ListCollectives(const server::Call& call,
                                                                       const v1::ListCollectivesRequest& request) {
  RETURN_IF_ERROR(rooms_.names->ParseParent(request.parent()));
  ASSIGN_OR_RETURN(const server::Page page,
                   server::PageOf(*rooms_.page_tokens, call, "collectives", request.page_size(), request.page_token()));
  ASSIGN_OR_RETURN(std::vector<v1::Collective> found, rooms_.rosters->Collectives(page.after, page.size + 1));
  v1::ListCollectivesResponse response;
  if (found.size() > page.size) {
    found.resize(page.size);
    response.set_next_page_token(server::NextPage(*rooms_.page_tokens, call, "collectives", found.back().id()));
  }
  for (v1::Collective& each : found) *response.add_collectives() = std::move(each);
  return response;
}

absl::StatusOr<v1::CreateJoinTokenResponse> RosterRpc::CreateJoinToken(const server::Call&,
                                                                       const v1::CreateJoinTokenRequest& request) {
  RETURN_IF_ERROR(rooms_.names->ParseParent(request.parent()));
  ASSIGN_OR_RETURN(v1::CreateJoinTokenResponse response, rooms_.tokens->Make(request));
  RETURN_IF_ERROR(rooms_.token_made());
  LogInfo("enrolment", "join token made").Name("id", request.id());
  return response;
}

}  // namespace aangan::federation
