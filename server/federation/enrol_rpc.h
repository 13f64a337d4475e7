// SPDX-License-Identifier: Apache-2.0
// aangan.federation.v1.EnrolmentService: trades a join token for a certificate. Served on its own port alone.
//
// The token is spent, and what it bought is written, in one commit; of two who come with one token one gets in.
// Threads: thread-safe. Errors: as the proto says.
#ifndef AANGAN_SERVER_FEDERATION_ENROL_RPC_H_
#define AANGAN_SERVER_FEDERATION_ENROL_RPC_H_

#include <functional>
#include <map>
#include <string>

#include "aangan/federation/v1/roster.pb.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/signing.h"
#include "server/federation/certificate_authority.h"
#include "server/federation/join_tokens.h"
#include "server/federation/resource_names.h"
#include "server/federation/roster_book.h"
#include "server/shared/door.h"

namespace aangan::federation {

class EnrolRpc {
 public:
  struct Rooms {
    FederationStore* store = nullptr;
    const ResourceNames* names = nullptr;
    const RosterBook* rosters = nullptr;
    const JoinTokens* tokens = nullptr;
    const CertificateAuthority* authority = nullptr;
    PublicKey federation_key{};
    const Clock* clock = nullptr;
    RandomSource* random = nullptr;
  };
  explicit EnrolRpc(const Rooms& rooms) : rooms_(rooms) {}
  std::map<std::string, server::Handler> Handlers();

  absl::StatusOr<v1::EnrolResponse> Enrol(const server::Call& call, const v1::EnrolRequest& request);

 private:
  absl::StatusOr<v1::EnrolResponse> EnrolOnce(const v1::EnrolRequest& request);
  absl::Status CheckKeyChange(const v1::EnrolRequest& request, const v1::Collective& in_force) const;
  absl::Status TakeNode(const store::v1::StoredJoinToken& token, const v1::EnrolRequest& request,
                        const SignedCertificate& certificate, std::vector<Write>& writes,
                        std::vector<Condition>& conditions);

  const Rooms rooms_;
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_ENROL_RPC_H_
