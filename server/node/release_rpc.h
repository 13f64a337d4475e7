// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.ReleaseService: what leaves, shown before it leaves.
// Threads: thread-safe; a preview or an approval waits for the one before. Errors: as in releases.proto.
#ifndef AANGAN_SERVER_NODE_RELEASE_RPC_H_
#define AANGAN_SERVER_NODE_RELEASE_RPC_H_

#include <map>
#include <string>

#include "aangan/node/v1/releases.pb.h"
#include "absl/status/statusor.h"
#include "server/node/close_agent.h"
#include "server/node/late_counts.h"
#include "server/node/sync_agent.h"
#include "server/shared/door.h"
#include "server/shared/page_token.h"

namespace aangan::node {

// The budget is computed against the cap of the round's own catalogue.
v1::Release ReleaseMessage(const storage::node::RoundEntry& entry, const storage::node::OnceStore& once,
                           const GovernanceBook& book);
// "releases/{period}" to a quarter.
absl::StatusOr<model::Period> QuarterOfRelease(absl::string_view name);

class ReleaseRpc {
 public:
  struct Rooms {
    storage::node::OnceStore* once = nullptr;
    const Identity* identity = nullptr;
    const GovernanceBook* book = nullptr;
    CloseAgent* close = nullptr;
    SyncAgent* sync = nullptr;
    const LateCounts* late = nullptr;
    const server::PageTokens* page_tokens = nullptr;
  };
  explicit ReleaseRpc(const Rooms& rooms) : rooms_(rooms) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  absl::StatusOr<v1::Release> GetRelease(const server::Call& call, const v1::GetReleaseRequest& request);
  absl::StatusOr<v1::ListReleasesResponse> ListReleases(const server::Call& call,
                                                        const v1::ListReleasesRequest& request);
  absl::StatusOr<v1::PreviewReleaseResponse> PreviewRelease(const server::Call& call,
                                                            const v1::PreviewReleaseRequest& request);
  absl::StatusOr<v1::Release> ApproveRelease(const server::Call& call, const v1::ApproveReleaseRequest& request);
  absl::StatusOr<v1::AnswerFile> Export(const server::Call& call, const v1::ExportAnswerRequest& request);
  absl::StatusOr<v1::SumAnswersResponse> Sum(const server::Call& call, const v1::SumAnswersRequest& request);
  absl::StatusOr<v1::Release> RefuseRelease(const server::Call& call, const v1::RefuseReleaseRequest& request);

  const Rooms rooms_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_RELEASE_RPC_H_
