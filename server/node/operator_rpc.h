// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.OperatorService: what the person who runs the node does.
// Threads: thread-safe. Errors: as in operator.proto.
#ifndef AANGAN_SERVER_NODE_OPERATOR_RPC_H_
#define AANGAN_SERVER_NODE_OPERATOR_RPC_H_

#include <map>
#include <string>

#include "aangan/node/v1/operator.pb.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/node/close_agent.h"
#include "server/node/governance_book.h"
#include "server/node/grant_book.h"
#include "server/node/grievance_book.h"
#include "server/node/identity.h"
#include "server/node/member_rpc.h"
#include "server/node/permit_book.h"
#include "server/node/recovery.h"
#include "server/node/retention_book.h"
#include "server/node/sync_agent.h"
#include "server/shared/door.h"

namespace aangan::node {

// All that people must see, oldest first.
absl::Status AddAlarms(const storage::node::OnceStore& once, v1::GetStatusResponse& response);

class OperatorRpc {
 public:
  struct Rooms {
    RecordRooms records;
    storage::node::OnceStore* once = nullptr;
    const Identity* identity = nullptr;
    const GovernanceBook* book = nullptr;
    CloseAgent* close = nullptr;
    SyncAgent* sync = nullptr;
    const LogWatch* watch = nullptr;
    const Recovery* recovery = nullptr;
    std::string version;  // of the program
    const RetentionBook* retention = nullptr;
    const GrievanceBook* grievances = nullptr;
    uint64_t disk_reserve_bytes = 0;
    bool accepts_rehearsals = false;
    const GrantBook* grants = nullptr;
    const PermitBook* permits = nullptr;
    const CertificateKeeper* certificates = nullptr;
  };
  explicit OperatorRpc(const Rooms& rooms) : rooms_(rooms) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  absl::StatusOr<v1::GetStatusResponse> GetStatus(const server::Call& call, const v1::GetStatusRequest& request);
  absl::StatusOr<v1::ImportRecordsResponse> Import(const server::Call& call,
                                                   server::Reader<v1::ImportRecordsRequest>& reader);
  absl::StatusOr<v1::ImportRecordsResponse> Batch(const server::Call& call, const v1::ImportBatchRequest& request);
  absl::StatusOr<v1::Release> CloseQuarter(const server::Call& call, const v1::CloseQuarterRequest& request);
  absl::StatusOr<v1::SyncNowResponse> SyncNow(const server::Call& call, const v1::SyncNowRequest& request);
  absl::StatusOr<v1::VerifyStoreResponse> VerifyStore(const server::Call& call, const v1::VerifyStoreRequest& request);
  absl::StatusOr<v1::EstimateAccuracyResponse> EstimateAccuracy(const server::Call& call,
                                                                const v1::EstimateAccuracyRequest& request);
  absl::StatusOr<v1::ConfirmRestoreResponse> Confirm(const server::Call& call,
                                                     const v1::ConfirmRestoreRequest& request);
  void AddAttentions(v1::GetStatusResponse& response) const;
  void AddCertificate(const std::string& certificate_pem, v1::GetStatusResponse& response) const;
  void AddLinkAttentions(v1::GetStatusResponse& response) const;
  absl::Status AddRecovery(v1::GetStatusResponse& response) const;
  absl::StatusOr<std::shared_ptr<const model::CompiledCatalogue>> CatalogueOfVersion(int32_t version) const;

  const Rooms rooms_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_OPERATOR_RPC_H_
