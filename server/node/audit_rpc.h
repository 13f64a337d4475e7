// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.AuditService: who did what to which record and when. Entries hold names of resources, never values.
// Threads: thread-safe. Errors: as in audit.proto.
#ifndef AANGAN_SERVER_NODE_AUDIT_RPC_H_
#define AANGAN_SERVER_NODE_AUDIT_RPC_H_

#include <map>
#include <string>

#include "aangan/node/v1/audit.pb.h"
#include "absl/status/statusor.h"
#include "server/node/audit_heads.h"
#include "server/node/exposure_reports.h"
#include "server/node/member_rpc.h"
#include "server/node/permit_book.h"
#include "server/shared/door.h"

namespace aangan::node {

v1::AuditEntry EntryMessage(const storage::node::AuditEntry& entry);

class AuditRpc {
 public:
  // All outlive it.
  AuditRpc(const ExposureReports::Rooms& rooms, PermitBook* permits)
      : rooms_(rooms.records), heads_(rooms.heads), reports_(rooms), permits_(permits) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  void ListAuditEntries(server::CallPtr call, v1::ListAuditEntriesRequest request,
                        server::Done<v1::ListAuditEntriesResponse> done);
  absl::StatusOr<v1::AuditHead> GetAuditHead(const server::Call& call, const v1::GetAuditHeadRequest& request);
  absl::StatusOr<v1::VerifyAuditResponse> VerifyAudit(const server::Call& call, const v1::VerifyAuditRequest& request);
  void ExportAudit(server::CallPtr call, v1::ExportAuditRequest request, server::Done<v1::ExportAuditResponse> done);
  void ReportTokenExposure(server::CallPtr call, v1::ReportTokenExposureRequest request,
                           server::Done<v1::ReportTokenExposureResponse> done);
  void ReportNodeExposure(server::CallPtr call, v1::ReportNodeExposureRequest request,
                          server::Done<v1::NodeExposure> done);

  const RecordRooms rooms_;
  const AuditHeads heads_;
  const ExposureReports reports_;
  PermitBook* const permits_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_AUDIT_RPC_H_
