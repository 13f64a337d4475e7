// SPDX-License-Identifier: Apache-2.0
// The rpcs of a node that apps call: see node_client.h.
#include "client/node_client.h"

#include <utility>

#include "aangan/node/v1/casework.grpc.pb.h"
#include "aangan/node/v1/members.grpc.pb.h"
#include "aangan/node/v1/releases.grpc.pb.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/status.h"
#include "grpcpp/generic/generic_stub.h"

namespace aangan::client {
namespace {

using google::protobuf::Message;
using node::v1::CaseworkService;
using node::v1::MemberService;
using node::v1::ReleaseService;

// The request with a request_id: its own, or a new one.
template <typename Request>
const Request& Numbered(Request& request) {
  if (request.request_id().empty()) request.set_request_id(NewRequestId());
  return request;
}

}  // namespace

struct NodeClient::Stubs {
  std::unique_ptr<MemberService::Stub> members;
  std::unique_ptr<CaseworkService::Stub> casework;
  std::unique_ptr<ReleaseService::Stub> releases;
};

NodeClient::NodeClient(std::unique_ptr<Channel> channel, absl::Duration deadline)
    : channel_(std::move(channel)),
      deadline_(deadline),
      stubs_(new Stubs{MemberService::NewStub(channel_->grpc()), CaseworkService::NewStub(channel_->grpc()),
                       ReleaseService::NewStub(channel_->grpc())}) {}
NodeClient::~NodeClient() = default;

absl::StatusOr<std::unique_ptr<NodeClient>> NodeClient::Open(const Endpoint& endpoint, absl::Duration deadline) {
  ASSIGN_OR_RETURN(auto channel, Channel::Open(endpoint));
  return std::unique_ptr<NodeClient>(new NodeClient(std::move(channel), deadline));
}

absl::StatusOr<std::unique_ptr<Message>> NodeClient::Call(const google::protobuf::MethodDescriptor& method,
                                                          const Message& request) const {
  grpc::ClientContext context;
  channel_->Prepare(context, deadline_);
  std::unique_ptr<Message> response(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(method.output_type())->New());
  grpc::Status status;
  absl::Notification answered;
  grpc::TemplatedGenericStub<Message, Message> stub(channel_->grpc());
  stub.UnaryCall(&context, absl::StrCat("/", method.service()->full_name(), "/", method.name()), {}, &request,
                 response.get(), [&](grpc::Status end) {
                   status = std::move(end);
                   answered.Notify();
                 });
  answered.WaitForNotification();
  if (!status.ok()) return Channel::FromGrpc(status);
  return response;
}

absl::StatusOr<node::v1::Member> NodeClient::CreateMember(node::v1::CreateMemberRequest request) const {
  return channel_->Call(stubs_->members.get(), &MemberService::Stub::CreateMember, Numbered(request), deadline_);
}
absl::StatusOr<node::v1::Member> NodeClient::GetMember(const node::v1::GetMemberRequest& request) const {
  return channel_->Call(stubs_->members.get(), &MemberService::Stub::GetMember, request, deadline_);
}
absl::StatusOr<node::v1::ListMembersResponse> NodeClient::ListMembers(
    const node::v1::ListMembersRequest& request) const {
  return channel_->Call(stubs_->members.get(), &MemberService::Stub::ListMembers, request, deadline_);
}
absl::StatusOr<node::v1::SearchMembersResponse> NodeClient::SearchMembers(
    const node::v1::SearchMembersRequest& request) const {
  return channel_->Call(stubs_->members.get(), &MemberService::Stub::SearchMembers, request, deadline_);
}
absl::StatusOr<node::v1::Member> NodeClient::UpdateMember(node::v1::UpdateMemberRequest request) const {
  return channel_->Call(stubs_->members.get(), &MemberService::Stub::UpdateMember, Numbered(request), deadline_);
}
absl::Status NodeClient::DeleteMember(node::v1::DeleteMemberRequest request) const {
  return channel_->Call(stubs_->members.get(), &MemberService::Stub::DeleteMember, Numbered(request), deadline_)
      .status();
}
absl::StatusOr<node::v1::Consent> NodeClient::CreateConsent(node::v1::CreateConsentRequest request) const {
  return channel_->Call(stubs_->members.get(), &MemberService::Stub::CreateConsent, Numbered(request), deadline_);
}
absl::StatusOr<node::v1::Consent> NodeClient::GetConsent(const node::v1::GetConsentRequest& request) const {
  return channel_->Call(stubs_->members.get(), &MemberService::Stub::GetConsent, request, deadline_);
}
absl::StatusOr<node::v1::ListConsentsResponse> NodeClient::ListConsents(
    const node::v1::ListConsentsRequest& request) const {
  return channel_->Call(stubs_->members.get(), &MemberService::Stub::ListConsents, request, deadline_);
}

absl::StatusOr<node::v1::Service> NodeClient::CreateService(node::v1::CreateServiceRequest request) const {
  return channel_->Call(stubs_->casework.get(), &CaseworkService::Stub::CreateService, Numbered(request), deadline_);
}
absl::StatusOr<node::v1::Service> NodeClient::GetService(const node::v1::GetServiceRequest& request) const {
  return channel_->Call(stubs_->casework.get(), &CaseworkService::Stub::GetService, request, deadline_);
}
absl::StatusOr<node::v1::ListServicesResponse> NodeClient::ListServices(
    const node::v1::ListServicesRequest& request) const {
  return channel_->Call(stubs_->casework.get(), &CaseworkService::Stub::ListServices, request, deadline_);
}
absl::StatusOr<node::v1::Service> NodeClient::UpdateService(node::v1::UpdateServiceRequest request) const {
  return channel_->Call(stubs_->casework.get(), &CaseworkService::Stub::UpdateService, Numbered(request), deadline_);
}
absl::Status NodeClient::DeleteService(node::v1::DeleteServiceRequest request) const {
  return channel_->Call(stubs_->casework.get(), &CaseworkService::Stub::DeleteService, Numbered(request), deadline_)
      .status();
}
absl::StatusOr<node::v1::Assessment> NodeClient::CreateAssessment(node::v1::CreateAssessmentRequest request) const {
  return channel_->Call(stubs_->casework.get(), &CaseworkService::Stub::CreateAssessment, Numbered(request), deadline_);
}
absl::StatusOr<node::v1::Assessment> NodeClient::GetAssessment(const node::v1::GetAssessmentRequest& request) const {
  return channel_->Call(stubs_->casework.get(), &CaseworkService::Stub::GetAssessment, request, deadline_);
}
absl::StatusOr<node::v1::ListAssessmentsResponse> NodeClient::ListAssessments(
    const node::v1::ListAssessmentsRequest& request) const {
  return channel_->Call(stubs_->casework.get(), &CaseworkService::Stub::ListAssessments, request, deadline_);
}
absl::StatusOr<node::v1::Assessment> NodeClient::UpdateAssessment(node::v1::UpdateAssessmentRequest request) const {
  return channel_->Call(stubs_->casework.get(), &CaseworkService::Stub::UpdateAssessment, Numbered(request), deadline_);
}
absl::Status NodeClient::DeleteAssessment(node::v1::DeleteAssessmentRequest request) const {
  return channel_->Call(stubs_->casework.get(), &CaseworkService::Stub::DeleteAssessment, Numbered(request), deadline_)
      .status();
}

absl::StatusOr<node::v1::Release> NodeClient::GetRelease(const node::v1::GetReleaseRequest& request) const {
  return channel_->Call(stubs_->releases.get(), &ReleaseService::Stub::GetRelease, request, deadline_);
}
absl::StatusOr<node::v1::ListReleasesResponse> NodeClient::ListReleases(
    const node::v1::ListReleasesRequest& request) const {
  return channel_->Call(stubs_->releases.get(), &ReleaseService::Stub::ListReleases, request, deadline_);
}
absl::StatusOr<node::v1::PreviewReleaseResponse> NodeClient::PreviewRelease(
    const node::v1::PreviewReleaseRequest& request) const {
  return channel_->Call(stubs_->releases.get(), &ReleaseService::Stub::PreviewRelease, request, deadline_);
}
absl::StatusOr<node::v1::Release> NodeClient::ApproveRelease(const node::v1::ApproveReleaseRequest& request) const {
  return channel_->Call(stubs_->releases.get(), &ReleaseService::Stub::ApproveRelease, request, deadline_);
}
absl::StatusOr<node::v1::Release> NodeClient::RefuseRelease(const node::v1::RefuseReleaseRequest& request) const {
  return channel_->Call(stubs_->releases.get(), &ReleaseService::Stub::RefuseRelease, request, deadline_);
}

}  // namespace aangan::client
