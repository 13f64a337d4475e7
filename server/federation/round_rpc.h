// SPDX-License-Identifier: Apache-2.0
// aangan.federation.v1.RoundService and ContributionService: what rounds there are, and a node's upload to one.
// Threads: thread-safe. Errors: as in rounds.proto and contributions.proto.
#ifndef AANGAN_SERVER_FEDERATION_ROUND_RPC_H_
#define AANGAN_SERVER_FEDERATION_ROUND_RPC_H_

#include <functional>
#include <map>
#include <string>

#include "aangan/federation/v1/contributions.pb.h"
#include "aangan/federation/v1/rounds.pb.h"
#include "absl/status/statusor.h"
#include "server/federation/ingest.h"
#include "server/federation/resource_names.h"
#include "server/federation/round_book.h"
#include "server/shared/door.h"
#include "server/shared/page_token.h"

namespace aangan::federation {

class RoundRpc {
 public:
  struct Rooms {
    const ResourceNames* names = nullptr;
    const RoundBook* rounds = nullptr;
    Ingest* ingest = nullptr;
    const server::PageTokens* page_tokens = nullptr;
    std::function<void()> contribution_in;  // the round may be due for its freeze
  };
  explicit RoundRpc(Rooms rooms) : rooms_(std::move(rooms)) {}
  std::map<std::string, server::Handler> RoundHandlers();
  std::map<std::string, server::Handler> ContributionHandlers();

 private:
  absl::StatusOr<v1::GetRoundResponse> GetRound(const server::Call& call, const v1::GetRoundRequest& request);
  absl::StatusOr<v1::ListRoundsResponse> ListRounds(const server::Call& call, const v1::ListRoundsRequest& request);
  absl::StatusOr<v1::GetUploadResponse> GetUpload(const server::Call& call, const v1::GetUploadRequest& request);
  absl::StatusOr<v1::UploadChunkResponse> UploadChunk(const server::Call& call, const v1::UploadChunkRequest& request);
  absl::StatusOr<ResourceNames::ContributionName> OwnContribution(const server::Call& call,
                                                                  const std::string& name) const;

  const Rooms rooms_;
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_ROUND_RPC_H_
