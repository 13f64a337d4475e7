// SPDX-License-Identifier: Apache-2.0
// The second person of a test.
#include "tests/support/second_person.h"

#include "base/check.h"
#include "base/digest.h"
#include "google/rpc/error_details.pb.h"

namespace aangan::tests {

using node::v1::PermitService;

node::v1::CreatePermitRequest PermitWish(const absl::Status& refusal) {
  const auto payload = refusal.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  google::rpc::ErrorInfo info;
  AANGAN_CHECK(payload.has_value() && info.ParseFromString(std::string(*payload)));
  node::v1::PermitKind kind = node::v1::PERMIT_KIND_UNSPECIFIED;
  AANGAN_CHECK(node::v1::PermitKind_Parse(info.metadata().at("kind"), &kind));
  node::v1::CreatePermitRequest wish;
  wish.mutable_permit()->set_kind(kind);
  wish.mutable_permit()->set_subject(info.metadata().at("subject"));
  wish.mutable_permit()->set_request_digest(FromHex(info.metadata().at("digest")).value());
  return wish;
}

std::string PermitFor(const absl::Status& refusal, const NodeClient& asker, const NodeClient& second) {
  node::v1::Permit permit;
  AANGAN_CHECK(asker.Call(*asker.permits, &PermitService::Stub::CreatePermit, PermitWish(refusal), &permit).ok());
  node::v1::ApprovePermitRequest approve;
  approve.set_name(permit.name());
  AANGAN_CHECK(second.Call(*second.permits, &PermitService::Stub::ApprovePermit, approve, &permit).ok());
  return permit.name();
}

}  // namespace aangan::tests
