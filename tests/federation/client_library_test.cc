// SPDX-License-Identifier: Apache-2.0
// The client library against a real node and a real federation over TLS: each of its calls, and what an app sees when a
// call is refused, when a token is wrong, when an authority is another's, and when nobody is there.
#include <gtest/gtest.h>

#include <fstream>

#include "aangan/node/v1/grievances.pb.h"
#include "base/digest.h"
#include "client/federation_client.h"
#include "client/node_client.h"
#include "client/write_queue.h"
#include "tests/support/daemon_process.h"
#include "tests/support/lone_federation.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using client::Endpoint;
using client::FederationClient;
using client::NodeClient;
using tests::DaemonProcess;
using tests::HasProblem;
using tests::IsOk;

// "members/{m}" as the request wants it.
template <typename Request>
Request Named(const std::string& name) {
  Request request;
  request.set_name(name);
  return request;
}
template <typename Request>
Request Below(const std::string& parent) {
  Request request;
  request.set_parent(parent);
  return request;
}

class OfANode : public ::testing::Test {
 protected:
  OfANode() : node_(DaemonProcess::Start(tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder_.path()))) {
    if (node_ == nullptr) return;
    steward_ = {node_->address("grpc"), data_ + "/tls/authority.pem", "", "", data_ + "/steward.token"};
    caseworker_ = steward_;
    caseworker_.token_file = folder_ / "token";
    std::ofstream(caseworker_.token_file) << tests::TokenFor(
        tests::NodeClient::OfFolder(steward_.address, data_, "steward.token"), node::v1::ROLE_CASEWORKER);
  }
  std::unique_ptr<NodeClient> Open(const Endpoint& endpoint, absl::Duration deadline = absl::Seconds(30)) const {
    auto client = NodeClient::Open(endpoint, deadline);
    EXPECT_THAT(client, IsOk());
    return client.ok() ? *std::move(client) : nullptr;
  }
  static node::v1::Member Enrol(const NodeClient& client) {
    node::v1::CreateMemberRequest request;
    *request.mutable_member() = tests::SomeMember();
    const auto member = client.CreateMember(request);
    EXPECT_THAT(member, IsOk());
    return member.value_or(node::v1::Member());
  }

  const tests::TempDir folder_;
  const std::string data_ = folder_ / "data";
  const std::unique_ptr<DaemonProcess> node_;
  Endpoint steward_, caseworker_;
};

TEST_F(OfANode, MembersAndConsents) {
  const auto app = Open(caseworker_);
  ASSERT_NE(app, nullptr);
  const node::v1::Member member = Enrol(*app);
  EXPECT_EQ(app->GetMember(Named<node::v1::GetMemberRequest>(member.name()))->details().full_name(), "A Name");
  EXPECT_EQ(app->ListMembers({})->members_size(), 1);
  node::v1::SearchMembersRequest search;
  search.set_query("name");
  EXPECT_EQ(app->SearchMembers(search)->members_size(), 1);
  node::v1::UpdateMemberRequest update;
  *update.mutable_member() = member;
  update.mutable_member()->set_birth_year(1990);
  update.mutable_update_mask()->add_paths("birth_year");
  const auto updated = app->UpdateMember(update);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->birth_year(), 1990);
  EXPECT_THAT(app->UpdateMember(update), HasProblem(absl::StatusCode::kAborted, Reason::kStaleEtag));
  auto consent = Below<node::v1::CreateConsentRequest>(member.name());
  *consent.mutable_consent() = tests::CountedConsent();
  const auto given = app->CreateConsent(consent);
  ASSERT_THAT(given, IsOk());
  EXPECT_THAT(app->GetConsent(Named<node::v1::GetConsentRequest>(given->name())), IsOk());
  EXPECT_EQ(app->ListConsents(Below<node::v1::ListConsentsRequest>(member.name()))->consents_size(), 1);
  auto removal = Named<node::v1::DeleteMemberRequest>(member.name());
  removal.set_etag(member.etag());
  EXPECT_THAT(app->DeleteMember(removal), HasProblem(absl::StatusCode::kAborted, Reason::kStaleEtag));
  removal.set_etag(app->GetMember(Named<node::v1::GetMemberRequest>(member.name()))->etag());
  EXPECT_THAT(app->DeleteMember(removal), IsOk());
}

TEST_F(OfANode, ServicesAndAssessments) {
  const auto app = Open(caseworker_);
  ASSERT_NE(app, nullptr);
  const std::string member = Enrol(*app).name();
  auto service = Below<node::v1::CreateServiceRequest>(member);
  *service.mutable_service() = tests::SomeService();
  const auto received = app->CreateService(service);
  ASSERT_THAT(received, IsOk());
  EXPECT_EQ(app->GetService(Named<node::v1::GetServiceRequest>(received->name()))->provider(), "A provider");
  EXPECT_EQ(app->ListServices(Below<node::v1::ListServicesRequest>(member))->services_size(), 1);
  node::v1::UpdateServiceRequest change;
  *change.mutable_service() = *received;
  change.mutable_service()->set_notes("Changed");
  change.mutable_update_mask()->add_paths("notes");
  const auto changed = app->UpdateService(change);
  ASSERT_THAT(changed, IsOk());
  auto removal = Named<node::v1::DeleteServiceRequest>(received->name());
  removal.set_etag(changed->etag());
  EXPECT_THAT(app->DeleteService(removal), IsOk());
  auto assessment = Below<node::v1::CreateAssessmentRequest>(member);
  *assessment.mutable_assessment() = tests::SomeAssessment();
  const auto assessed = app->CreateAssessment(assessment);
  ASSERT_THAT(assessed, IsOk());
  EXPECT_EQ(app->GetAssessment(Named<node::v1::GetAssessmentRequest>(assessed->name()))->score(), 7);
  EXPECT_EQ(app->ListAssessments(Below<node::v1::ListAssessmentsRequest>(member))->assessments_size(), 1);
  node::v1::UpdateAssessmentRequest correction;
  *correction.mutable_assessment() = *assessed;
  correction.mutable_assessment()->set_score(9);
  correction.mutable_update_mask()->add_paths("score");
  const auto corrected = app->UpdateAssessment(correction);
  ASSERT_THAT(corrected, IsOk());
  auto end = Named<node::v1::DeleteAssessmentRequest>(assessed->name());
  end.set_etag(corrected->etag());
  EXPECT_THAT(app->DeleteAssessment(end), IsOk());
}

TEST_F(OfANode, Releases) {
  const auto app = Open(steward_);
  ASSERT_NE(app, nullptr);
  EXPECT_EQ(app->ListReleases({})->releases_size(), 0);
  const std::string name = "releases/2025Q1";
  EXPECT_EQ(app->GetRelease(Named<node::v1::GetReleaseRequest>(name)).status().code(), absl::StatusCode::kNotFound);
  // A node of no federation has no release to speak of; what matters is that the answer is the node's own.
  for (const absl::Status& status : {app->PreviewRelease(Named<node::v1::PreviewReleaseRequest>(name)).status(),
                                     app->ApproveRelease(Named<node::v1::ApproveReleaseRequest>(name)).status(),
                                     app->RefuseRelease(Named<node::v1::RefuseReleaseRequest>(name)).status()}) {
    EXPECT_FALSE(ReasonOf(status).empty()) << status;
  }
}

TEST_F(OfANode, AWriteIsTakenOnceUnderItsRequestId) {
  const auto app = Open(caseworker_);
  ASSERT_NE(app, nullptr);
  node::v1::CreateMemberRequest request;
  *request.mutable_member() = tests::SomeMember();
  request.set_request_id(client::NewRequestId());
  const auto first = app->CreateMember(request);
  const auto again = app->CreateMember(request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->name(), again->name());
  request.clear_request_id();  // then each call is a write of its own
  EXPECT_NE(app->CreateMember(request)->name(), app->CreateMember(request)->name());
}

TEST_F(OfANode, AQueueSaysWhichWriteTheNodeDoesNotLetThrough) {
  const auto app = Open(caseworker_);
  ASSERT_NE(app, nullptr);
  const std::string key(client::kQueueKeyBytes, 'k');
  const auto queue = client::WriteQueue::Open(folder_ / "queue", AsBytes(key));
  ASSERT_THAT(queue, IsOk());
  const node::v1::Member enrolled = Enrol(*app);
  const std::string& member = enrolled.name();
  // A caseworker may not answer grievances. Behind it the longest note that the queue takes, which a node refuses by
  // its own rule, and a service.
  node::v1::AnswerGrievanceRequest answer;
  answer.set_name(member + "/grievances/" + std::string(26, 'b'));
  answer.set_etag("read");
  node::v1::UpdateMemberRequest longest;
  longest.mutable_member()->set_name(member);
  longest.mutable_member()->set_etag(enrolled.etag());
  longest.mutable_update_mask()->add_paths("details.notes");
  longest.mutable_member()->mutable_details()->set_notes(std::string(client::kQueuedRequestBytesMax - 300, 'x'));
  auto service = Below<node::v1::CreateServiceRequest>(member);
  *service.mutable_service() = tests::SomeService();
  for (const google::protobuf::Message* write :
       std::initializer_list<const google::protobuf::Message*>{&answer, &longest, &service}) {
    ASSERT_THAT((*queue)->Add(*write), IsOk());
  }
  const auto send = [&] {
    return (*queue)->Send([&](const auto& method, const auto& request) { return app->Call(method, request); });
  };
  const absl::Status stopped = send();
  EXPECT_THAT(stopped, HasProblem(absl::StatusCode::kPermissionDenied, Reason::kNotAllowed));
  EXPECT_THAT(std::string(stopped.message()),
              ::testing::HasSubstr("write 1 (aangan.node.v1.GrievanceService.AnswerGrievance)"));
  EXPECT_EQ((*queue)->Writes().at(0).stop, stopped);
  EXPECT_THAT((*queue)->Drop(1), IsOk());
  EXPECT_THAT(send(), IsOk());
  ASSERT_EQ((*queue)->Writes().size(), 1u);
  EXPECT_THAT((*queue)->Writes()[0].refusal, HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField));
  EXPECT_EQ(app->ListServices(Below<node::v1::ListServicesRequest>(member))->services_size(), 1);
}

TEST_F(OfANode, WhatKeepsAnAppOutIsSaid) {
  Endpoint endpoint = caseworker_;
  endpoint.token_file = folder_ / "wrong";
  std::ofstream(endpoint.token_file) << "no such token";
  EXPECT_THAT(Open(endpoint)->ListMembers({}), HasProblem(absl::StatusCode::kUnauthenticated, Reason::kBadToken));
  endpoint = caseworker_;
  endpoint.authority_file = folder_ / "other/tls/authority.pem";
  const auto other = DaemonProcess::Start(tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder_.path(), "other"));
  ASSERT_NE(other, nullptr);
  EXPECT_EQ(Open(endpoint)->ListMembers({}).status().code(), absl::StatusCode::kUnavailable)
      << "another node's authority";
  ASSERT_EQ(node_->Stop(), 0);
  EXPECT_EQ(Open(caseworker_, absl::Seconds(5))->ListMembers({}).status().code(), absl::StatusCode::kUnavailable);
}

TEST(OfAFederation, FiguresAndRounds) {
  const tests::TempDir folder;
  const auto federation = DaemonProcess::Start(tests::LoneFederation(AANGAN_FEDERATION_UNDER_TEST, folder.path()));
  ASSERT_NE(federation, nullptr);
  const std::string staff = folder / "federation/staff/";
  const auto app = FederationClient::Open({federation->address("grpc"), staff + "authority.pem",
                                           staff + "certificate.pem", staff + "key.pem", staff + "token"});
  ASSERT_THAT(app, IsOk());
  const std::string roster = "rosters/india";
  namespace fed = federation::v1;
  EXPECT_EQ((*app)->ListRounds(Below<fed::ListRoundsRequest>(roster))->rounds_size(), 0);
  EXPECT_EQ((*app)->ListNationalReleases(Below<fed::ListNationalReleasesRequest>(roster))->national_releases_size(), 0);
  EXPECT_EQ((*app)->ListFigures(Below<fed::ListFiguresRequest>(roster))->figures_size(), 0);
  for (const absl::Status& status :
       {(*app)->GetRound(Named<fed::GetRoundRequest>(roster + "/rounds/2025Q1")).status(),
        (*app)->GetNationalRelease(Named<fed::GetNationalReleaseRequest>(roster + "/releases/2025Q1")).status(),
        (*app)
            ->ExportNationalRelease(Named<fed::ExportNationalReleaseRequest>(roster + "/releases/2025Q1"))
            .status()}) {
    EXPECT_THAT(status, HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
  }
  // Without a release or a catalogue there is nothing to add up and nothing to explain, and both say so or are empty.
  for (const absl::Status& status : {(*app)->ListTotals(Below<fed::ListTotalsRequest>(roster)).status(),
                                     (*app)->ListIndicators(Below<fed::ListIndicatorsRequest>(roster)).status()}) {
    EXPECT_TRUE(status.ok() || !ReasonOf(status).empty()) << status;
  }
}

}  // namespace
}  // namespace aangan
