// SPDX-License-Identifier: Apache-2.0
// The reports of a breach: what the log says of a lost token or of the node's own computer, put together with what the
// node knows of it now. No report is made of a log whose chain does not hold.
// Threads: thread-safe. Errors: INVALID_ARGUMENT (INVALID_FIELD, BAD_PAGE_TOKEN); NOT_FOUND; those of AuditHeads::Sign.
#ifndef AANGAN_SERVER_NODE_EXPOSURE_REPORTS_H_
#define AANGAN_SERVER_NODE_EXPOSURE_REPORTS_H_

#include <string>

#include "aangan/node/v1/audit.pb.h"
#include "absl/status/statusor.h"
#include "server/node/audit_heads.h"
#include "server/node/exposure.h"
#include "server/node/grant_book.h"
#include "server/node/member_rpc.h"
#include "server/node/token_book.h"
#include "server/shared/door.h"

namespace aangan::node {

class ExposureReports {
 public:
  // All outlive it.
  struct Rooms {
    RecordRooms records;
    AuditHeads heads;
    const TokenBook* tokens = nullptr;
    const GrantBook* grants = nullptr;
    std::string data;  // the node's folder
  };
  explicit ExposureReports(const Rooms& rooms) : rooms_(rooms) {}

  absl::StatusOr<v1::ReportTokenExposureResponse> OfToken(const server::Call& call,
                                                          const v1::ReportTokenExposureRequest& request) const;
  absl::StatusOr<v1::NodeExposure> OfNode(const v1::ReportNodeExposureRequest& request) const;

 private:
  void AddAccess(const std::string& token_id, const ExposureSpan& span,
                 v1::ReportTokenExposureResponse& response) const;
  absl::Status AddMembers(const server::Call& call, const v1::ReportTokenExposureRequest& request,
                          const TokenExposure& exposure, v1::ReportTokenExposureResponse& response) const;
  absl::StatusOr<v1::ExposedMemberState> StateOf(const model::Id& member) const;

  const Rooms rooms_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_EXPOSURE_REPORTS_H_
