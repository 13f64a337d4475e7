// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.GovernanceService: joining, and the collective's word on rosters and catalogues.
//
// A decision is on disk before the federation hears of it; when there is no link the sync agent sends it later.
// Threads: thread-safe; calls that reach for the federation block at most their deadline. Errors: as in
// governance.proto.
#ifndef AANGAN_SERVER_NODE_GOVERNANCE_RPC_H_
#define AANGAN_SERVER_NODE_GOVERNANCE_RPC_H_

#include <map>
#include <string>

#include "aangan/node/v1/governance.pb.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "server/node/governance_book.h"
#include "server/node/identity.h"
#include "server/node/sync_agent.h"
#include "server/shared/door.h"
#include "server/shared/page_token.h"

namespace aangan::node {

class GovernanceRpc {
 public:
  struct Rooms {
    Identity* identity = nullptr;
    GovernanceBook* book = nullptr;
    SyncAgent* sync = nullptr;
    const server::PageTokens* page_tokens = nullptr;
    RandomSource* random = nullptr;
    const Clock* clock = nullptr;
  };
  explicit GovernanceRpc(const Rooms& rooms) : rooms_(rooms) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  absl::StatusOr<v1::JoinFederationResponse> JoinFederation(const server::Call& call,
                                                            const v1::JoinFederationRequest& request);
  absl::StatusOr<v1::ChangeKeysResponse> ChangeKeys(const server::Call& call, const v1::ChangeKeysRequest& request);
  absl::StatusOr<v1::ShowRosterResponse> ShowRoster(const server::Call& call, const v1::ShowRosterRequest& request);
  absl::StatusOr<v1::SignRosterResponse> SignRoster(const server::Call& call, const v1::SignRosterRequest& request);
  absl::StatusOr<v1::ListOfferedCataloguesResponse> ListOfferedCatalogues(
      const server::Call& call, const v1::ListOfferedCataloguesRequest& request);
  absl::StatusOr<v1::LintCatalogueResponse> LintCatalogue(const server::Call& call,
                                                          const v1::LintCatalogueRequest& request);
  absl::StatusOr<v1::AcceptCatalogueResponse> AcceptCatalogue(const server::Call& call,
                                                              const v1::AcceptCatalogueRequest& request);
  absl::StatusOr<v1::RefuseCatalogueResponse> RefuseCatalogue(const server::Call& call,
                                                              const v1::RefuseCatalogueRequest& request);
  absl::StatusOr<federation::v1::EnrolResponse> Enrol(const std::string& address, const std::string& authority_pem,
                                                      const federation::v1::EnrolRequest& request) const;
  absl::StatusOr<v1::OfferedCatalogue> Offered(int32_t version) const;

  const Rooms rooms_;
  absl::Mutex joining_;  // one join at a time: a token is good for one
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_GOVERNANCE_RPC_H_
