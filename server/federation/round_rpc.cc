// SPDX-License-Identifier: Apache-2.0
// aangan.federation.v1.RoundService and ContributionService.
#include "server/federation/round_rpc.h"

#include <utility>
#include <vector>

#include "base/status.h"
#include "server/federation/roster_rpc.h"
#include "server/shared/paging.h"

namespace aangan::federation {

std::map<std::string, server::Handler> RoundRpc::RoundHandlers() {
  return {{"GetRound", server::Handle(this, &RoundRpc::GetRound)},
          {"ListRounds", server::Handle(this, &RoundRpc::ListRounds)}};
}

std::map<std::string, server::Handler> RoundRpc::ContributionHandlers() {
  return {{"GetUpload", server::Handle(this, &RoundRpc::GetUpload)},
          {"UploadChunk", server::Handle(this, &RoundRpc::UploadChunk)}};
}

absl::StatusOr<v1::GetRoundResponse> RoundRpc::GetRound(const server::Call&, const v1::GetRoundRequest& request) {
  ASSIGN_OR_RETURN(const model::Period quarter, rooms_.names->ParseRound(request.name()));
  ASSIGN_OR_RETURN(const StoredRound round, rooms_.rounds->Get(quarter));
  v1::GetRoundResponse response;
  ASSIGN_OR_RETURN(*response.mutable_round(), rooms_.rounds->Describe(round.value));
  return response;
}

absl::StatusOr<v1::ListRoundsResponse> RoundRpc::ListRounds(const server::Call& call,
                                                            const v1::ListRoundsRequest& request) {
  RETURN_IF_ERROR(rooms_.names->ParseParent(request.parent()));
  ASSIGN_OR_RETURN(const server::Page page, server::PageOf(*rooms_.page_tokens, call, "rounds", request.page_size(),
                                                           request.page_token(), {.size_default = 40, .size_max = 40}));
  ASSIGN_OR_RETURN(const std::vector<StoredRound> oldest_first, rooms_.rounds->List());
  v1::ListRoundsResponse response;
  for (auto round = oldest_first.rbegin(); round != oldest_first.rend(); ++round) {
    if (!page.after.empty() && round->key >= page.after) continue;
    if (static_cast<size_t>(response.rounds_size()) == page.size) {
      const std::string& last = (round - 1)->key;
      response.set_next_page_token(server::NextPage(*rooms_.page_tokens, call, "rounds", last));
      break;
    }
    ASSIGN_OR_RETURN(*response.add_rounds(), rooms_.rounds->Describe(round->value));
  }
  return response;
}

absl::StatusOr<ResourceNames::ContributionName> RoundRpc::OwnContribution(const server::Call& call,
                                                                          const std::string& name) const {
  ASSIGN_OR_RETURN(ResourceNames::ContributionName parsed, rooms_.names->ParseContribution(name));
  RETURN_IF_ERROR(CheckSpeaksFor(call, parsed.collective));
  return parsed;
}

absl::StatusOr<v1::GetUploadResponse> RoundRpc::GetUpload(const server::Call& call,
                                                          const v1::GetUploadRequest& request) {
  ASSIGN_OR_RETURN(const ResourceNames::ContributionName name, OwnContribution(call, request.name()));
  v1::GetUploadResponse response;
  ASSIGN_OR_RETURN(*response.mutable_upload(), rooms_.ingest->Look(name));
  return response;
}

absl::StatusOr<v1::UploadChunkResponse> RoundRpc::UploadChunk(const server::Call& call,
                                                              const v1::UploadChunkRequest& request) {
  ASSIGN_OR_RETURN(const ResourceNames::ContributionName name, OwnContribution(call, request.name()));
  v1::UploadChunkResponse response;
  ASSIGN_OR_RETURN(*response.mutable_upload(), rooms_.ingest->Append(name, request));
  if (response.upload().has_receipt()) rooms_.contribution_in();
  return response;
}

}  // namespace aangan::federation
