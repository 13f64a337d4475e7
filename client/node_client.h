// SPDX-License-Identifier: Apache-2.0
// What an app calls a collective's node with: members, consents, casework, releases. docs/CLIENTS.md is its guide.
//
//   auto node = NodeClient::Open({"node.example:7401", "authority.pem", "", "", "token"});
//   if (!node.ok()) return node.status();
//   auto member = (*node)->CreateMember(request);
//
// Promises: TLS verified against the node's own authority; the token on every call; a deadline on every call; reads and
// writes with a request_id are repeated by gRPC on UNAVAILABLE alone (client/retries.h). A write whose request_id is
// empty gets one here, once, which all repeats of that call carry. Who repeats a call by hand after an error sets
// request_id before the first try (NewRequestId) and keeps it; client/write_queue does so.
// Each method is the rpc of its name; its request and answer are described in proto/aangan/node/v1.
// Errors: what the node says, with google.rpc.ErrorInfo and BadRequest as payloads (base/problem.h: ReasonOf);
// UNAVAILABLE when the node can't be reached; DEADLINE_EXCEEDED, after which a write may have taken effect.
// Threads: thread-safe. A call blocks its thread.
#ifndef AANGAN_CLIENT_NODE_CLIENT_H_
#define AANGAN_CLIENT_NODE_CLIENT_H_

#include <memory>

#include "aangan/node/v1/casework.pb.h"
#include "aangan/node/v1/members.pb.h"
#include "aangan/node/v1/releases.pb.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/channel.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace aangan::client {

class NodeClient {
 public:
  // `deadline` is of one call with all its retries; a node ends unary calls after 30 s.
  static absl::StatusOr<std::unique_ptr<NodeClient>> Open(const Endpoint& endpoint,
                                                          absl::Duration deadline = absl::Seconds(30));
  ~NodeClient();

  // Members and their consents.
  absl::StatusOr<node::v1::Member> CreateMember(node::v1::CreateMemberRequest request) const;
  absl::StatusOr<node::v1::Member> GetMember(const node::v1::GetMemberRequest& request) const;
  absl::StatusOr<node::v1::ListMembersResponse> ListMembers(const node::v1::ListMembersRequest& request) const;
  absl::StatusOr<node::v1::SearchMembersResponse> SearchMembers(const node::v1::SearchMembersRequest& request) const;
  absl::StatusOr<node::v1::Member> UpdateMember(node::v1::UpdateMemberRequest request) const;
  absl::Status DeleteMember(node::v1::DeleteMemberRequest request) const;
  absl::StatusOr<node::v1::Consent> CreateConsent(node::v1::CreateConsentRequest request) const;
  absl::StatusOr<node::v1::Consent> GetConsent(const node::v1::GetConsentRequest& request) const;
  absl::StatusOr<node::v1::ListConsentsResponse> ListConsents(const node::v1::ListConsentsRequest& request) const;

  // Services and assessments.
  absl::StatusOr<node::v1::Service> CreateService(node::v1::CreateServiceRequest request) const;
  absl::StatusOr<node::v1::Service> GetService(const node::v1::GetServiceRequest& request) const;
  absl::StatusOr<node::v1::ListServicesResponse> ListServices(const node::v1::ListServicesRequest& request) const;
  absl::StatusOr<node::v1::Service> UpdateService(node::v1::UpdateServiceRequest request) const;
  absl::Status DeleteService(node::v1::DeleteServiceRequest request) const;
  absl::StatusOr<node::v1::Assessment> CreateAssessment(node::v1::CreateAssessmentRequest request) const;
  absl::StatusOr<node::v1::Assessment> GetAssessment(const node::v1::GetAssessmentRequest& request) const;
  absl::StatusOr<node::v1::ListAssessmentsResponse> ListAssessments(
      const node::v1::ListAssessmentsRequest& request) const;
  absl::StatusOr<node::v1::Assessment> UpdateAssessment(node::v1::UpdateAssessmentRequest request) const;
  absl::Status DeleteAssessment(node::v1::DeleteAssessmentRequest request) const;

  // Releases: what would leave the node, and the collective's word on it. Not repeated, as they carry no request_id.
  absl::StatusOr<node::v1::Release> GetRelease(const node::v1::GetReleaseRequest& request) const;
  absl::StatusOr<node::v1::ListReleasesResponse> ListReleases(const node::v1::ListReleasesRequest& request) const;
  absl::StatusOr<node::v1::PreviewReleaseResponse> PreviewRelease(const node::v1::PreviewReleaseRequest& request) const;
  absl::StatusOr<node::v1::Release> ApproveRelease(const node::v1::ApproveReleaseRequest& request) const;
  absl::StatusOr<node::v1::Release> RefuseRelease(const node::v1::RefuseReleaseRequest& request) const;

  // Any unary rpc of the node by its descriptor, with the request as it is; for WriteQueue::Send.
  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Call(const google::protobuf::MethodDescriptor& method,
                                                                  const google::protobuf::Message& request) const;

 private:
  struct Stubs;
  NodeClient(std::unique_ptr<Channel> channel, absl::Duration deadline);

  const std::unique_ptr<Channel> channel_;
  const absl::Duration deadline_;
  const std::unique_ptr<const Stubs> stubs_;
};

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_NODE_CLIENT_H_
