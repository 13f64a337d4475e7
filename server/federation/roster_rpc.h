// SPDX-License-Identifier: Apache-2.0
// aangan.federation.v1.RosterService: collectives, epochs of the roster with their signatures, join tokens.
// Threads: thread-safe. Errors: as in roster.proto.
#ifndef AANGAN_SERVER_FEDERATION_ROSTER_RPC_H_
#define AANGAN_SERVER_FEDERATION_ROSTER_RPC_H_

#include <functional>
#include <map>
#include <string>

#include "aangan/federation/v1/roster.pb.h"
#include "absl/status/statusor.h"
#include "server/federation/join_tokens.h"
#include "server/federation/resource_names.h"
#include "server/federation/roster_book.h"
#include "server/shared/door.h"
#include "server/shared/page_token.h"

namespace aangan::federation {

class RosterRpc {
 public:
  struct Rooms {
    const ResourceNames* names = nullptr;
    RosterBook* rosters = nullptr;
    const JoinTokens* tokens = nullptr;
    const server::PageTokens* page_tokens = nullptr;
    std::function<absl::Status()> token_made;  // opens the enrolment port
    std::function<void()> roster_signed;       // a round may be due
  };
  explicit RosterRpc(Rooms rooms) : rooms_(std::move(rooms)) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  absl::StatusOr<v1::ProposeEpochResponse> ProposeEpoch(const server::Call& call,
                                                        const v1::ProposeEpochRequest& request);
  absl::StatusOr<v1::GetEpochResponse> GetEpoch(const server::Call& call, const v1::GetEpochRequest& request);
  absl::StatusOr<v1::SignEpochResponse> SignEpoch(const server::Call& call, const v1::SignEpochRequest& request);
  absl::StatusOr<v1::ListCollectivesResponse> ListCollectives(const server::Call& call,
                                                              const v1::ListCollectivesRequest& request);
  absl::StatusOr<v1::CreateJoinTokenResponse> CreateJoinToken(const server::Call& call,
                                                              const v1::CreateJoinTokenRequest& request);

  const Rooms rooms_;
};

// A node speaks for its own collective alone. PERMISSION_DENIED (NOT_ALLOWED).
absl::Status CheckSpeaksFor(const server::Call& call, const std::string& collective);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_ROSTER_RPC_H_
