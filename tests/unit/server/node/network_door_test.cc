// SPDX-License-Identifier: Apache-2.0
// The node's port as callers meet it: records in and out, and every wrong call a clear error that changes nothing.
#include <gtest/gtest.h>

#include <set>

#include "google/protobuf/empty.pb.h"
#include "google/rpc/status.pb.h"
#include "server/node/enrolment.h"
#include "server/node/own_authority.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/node/node_under_test.h"

namespace aangan::node {
namespace {

using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;
using tests::NodeClient;
using Members = v1::MemberService::Stub;
using Casework = v1::CaseworkService::Stub;

class NetworkDoor : public ::testing::Test {
 protected:
  v1::Member Create(const NodeClient& client, const v1::CreateMemberRequest& request) {
    v1::Member member;
    EXPECT_THAT(client.Call(*client.members, &Members::CreateMember, request, &member), IsOk());
    return member;
  }
  v1::Member Create(const NodeClient& client) {
    v1::CreateMemberRequest request;
    *request.mutable_member() = tests::SomeMember();
    return Create(client, request);
  }
  v1::Member Get(const NodeClient& client, const std::string& name) {
    v1::GetMemberRequest request;
    request.set_name(name);
    v1::Member member;
    EXPECT_THAT(client.Call(*client.members, &Members::GetMember, request, &member), IsOk());
    return member;
  }
  absl::Status Update(const NodeClient& client, const v1::Member& member, const std::string& path) {
    v1::UpdateMemberRequest request;
    *request.mutable_member() = member;
    request.mutable_update_mask()->add_paths(path);
    v1::Member updated;
    return client.Call(*client.members, &Members::UpdateMember, request, &updated);
  }
  absl::Status CreateService(const NodeClient& client, const std::string& parent, const v1::Service& service) {
    v1::CreateServiceRequest request;
    request.set_parent(parent);
    *request.mutable_service() = service;
    v1::Service created;
    return client.Call(*client.casework, &Casework::CreateService, request, &created);
  }

  NodeUnderTest node_;
};

TEST_F(NetworkDoor, AMemberComesOutAsSheWentIn) {
  const NodeClient client = node_.Caseworker();
  v1::Member created = Create(client);
  EXPECT_EQ(created.name().size(), std::string("members/").size() + 26);
  EXPECT_EQ(created.etag(), "v1");
  v1::Member read = Get(client, created.name());
  EXPECT_EQ(read.SerializeAsString(), created.SerializeAsString());
  v1::Member expected = tests::SomeMember();
  EXPECT_EQ(read.details().full_name(), expected.details().full_name());
  EXPECT_EQ(read.gender(), "woman");
  EXPECT_EQ(read.exploitation_type(), "unknown");
}

TEST_F(NetworkDoor, PagesHoldEveryMemberOnce) {
  const NodeClient client = node_.Caseworker();
  std::set<std::string> made, seen;
  for (int i = 0; i < 5; ++i) made.insert(Create(client).name());
  v1::ListMembersRequest request;
  request.set_page_size(2);
  for (int pages = 0; pages < 4; ++pages) {
    v1::ListMembersResponse response;
    ASSERT_THAT(client.Call(*client.members, &Members::ListMembers, request, &response), IsOk());
    EXPECT_LE(response.members_size(), 2);
    for (const v1::Member& member : response.members()) EXPECT_TRUE(seen.insert(member.name()).second);
    request.set_page_token(response.next_page_token());
    if (response.next_page_token().empty()) break;
  }
  EXPECT_EQ(seen, made);
}

TEST_F(NetworkDoor, APageTokenIsOfItsCallerAndItsList) {
  const NodeClient client = node_.Caseworker();
  for (int i = 0; i < 3; ++i) Create(client);
  v1::ListMembersRequest request;
  request.set_page_size(1);
  v1::ListMembersResponse response;
  ASSERT_THAT(client.Call(*client.members, &Members::ListMembers, request, &response), IsOk());
  request.set_page_token(response.next_page_token());
  const NodeClient other = node_.Caseworker();
  EXPECT_THAT(other.Call(*other.members, &Members::ListMembers, request, &response),
              HasProblem(StatusCode::kInvalidArgument, Reason::kBadPageToken));
  request.set_page_token("made up");
  EXPECT_THAT(client.Call(*client.members, &Members::ListMembers, request, &response),
              HasProblem(StatusCode::kInvalidArgument, Reason::kBadPageToken));
  request.clear_page_token();
  request.set_page_size(-1);
  EXPECT_THAT(client.Call(*client.members, &Members::ListMembers, request, &response),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
}

TEST_F(NetworkDoor, AStaleEtagChangesNothing) {
  const NodeClient client = node_.Caseworker();
  v1::Member first = Create(client);
  v1::Member mine = first;
  mine.set_birth_year(1990);
  ASSERT_THAT(Update(client, mine, "birth_year"), IsOk());
  v1::Member theirs = first;
  theirs.set_birth_year(1980);
  EXPECT_THAT(Update(client, theirs, "birth_year"), HasProblem(StatusCode::kAborted, Reason::kStaleEtag));
  EXPECT_EQ(Get(client, first.name()).birth_year(), 1990);
}

TEST_F(NetworkDoor, AMissingEtagIsRefused) {
  const NodeClient client = node_.Caseworker();
  v1::Member member = Create(client);
  member.clear_etag();
  EXPECT_THAT(Update(client, member, "birth_year"), HasProblem(StatusCode::kInvalidArgument, Reason::kMissingEtag));
  v1::DeleteMemberRequest request;
  request.set_name(member.name());
  google::protobuf::Empty empty;
  EXPECT_THAT(client.Call(*client.members, &Members::DeleteMember, request, &empty),
              HasProblem(StatusCode::kInvalidArgument, Reason::kMissingEtag));
  EXPECT_EQ(Get(client, member.name()).etag(), "v1");
}

TEST_F(NetworkDoor, OnlyTheFieldsOfTheMaskChange) {
  const NodeClient client = node_.Caseworker();
  v1::Member member = Create(client);
  member.set_birth_year(1985);
  member.mutable_details()->set_contact("somewhere");
  member.mutable_details()->clear_notes();
  ASSERT_THAT(Update(client, member, "details.contact"), IsOk());
  const v1::Member after = Get(client, member.name());
  EXPECT_EQ(after.birth_year(), 1998);
  EXPECT_EQ(after.details().contact(), "somewhere");
  EXPECT_EQ(after.details().notes(), "A note");
  EXPECT_THAT(Update(client, after, "no_such_field"), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
}

TEST_F(NetworkDoor, ADeletedMemberIsGoneAndHerIdStaysRefused) {
  const NodeClient client = node_.Caseworker();
  const v1::Member member = Create(client);
  v1::DeleteMemberRequest request;
  request.set_name(member.name());
  request.set_etag(member.etag());
  google::protobuf::Empty empty;
  ASSERT_THAT(client.Call(*client.members, &Members::DeleteMember, request, &empty), IsOk());
  v1::GetMemberRequest get;
  get.set_name(member.name());
  v1::Member read;
  EXPECT_THAT(client.Call(*client.members, &Members::GetMember, get, &read),
              HasProblem(StatusCode::kNotFound, Reason::kNotFound));
  v1::CreateMemberRequest again;
  *again.mutable_member() = tests::SomeMember();
  again.set_member_id(member.name().substr(8));
  EXPECT_THAT(client.Call(*client.members, &Members::CreateMember, again, &read),
              HasProblem(StatusCode::kAlreadyExists, Reason::kErasedId));
}

TEST_F(NetworkDoor, ARepeatWithTheSameRequestIdMakesOneRecord) {
  const NodeClient client = node_.Caseworker();
  v1::CreateMemberRequest request;
  *request.mutable_member() = tests::SomeMember();
  request.set_request_id("0b5f3f6e-3a1c-4e1f-9c53-0e8a4ad3b111");
  const std::string first = Create(client, request).name();
  EXPECT_EQ(Create(client, request).name(), first);
  request.mutable_member()->set_birth_year(1970);
  v1::Member member;
  EXPECT_THAT(client.Call(*client.members, &Members::CreateMember, request, &member),
              HasProblem(StatusCode::kInvalidArgument, Reason::kRequestIdReused));
  request.set_request_id("not a uuid");
  EXPECT_THAT(client.Call(*client.members, &Members::CreateMember, request, &member),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
}

// Whose answer was lost sends again, and goes on from the etag that comes: not over somebody else's change.
TEST_F(NetworkDoor, ARepeatBringsTheEtagOfTheFirstSoThatNobodysChangeIsLost) {
  const NodeClient client = node_.Caseworker();
  v1::CreateMemberRequest request;
  *request.mutable_member() = tests::SomeMember();
  request.set_request_id("0b5f3f6e-3a1c-4e1f-9c53-0e8a4ad3b222");
  v1::Member made = Create(client, request);
  const std::string first_etag = made.etag();
  made.set_birth_year(1971);
  ASSERT_THAT(Update(client, made, "birth_year"), IsOk());
  v1::Member repeated = Create(client, request);
  EXPECT_EQ(repeated.etag(), first_etag);
  EXPECT_EQ(repeated.birth_year(), 1971);
  repeated.set_birth_year(1972);
  EXPECT_THAT(Update(client, repeated, "birth_year"), HasProblem(StatusCode::kAborted, Reason::kStaleEtag));
}

TEST_F(NetworkDoor, UnknownCodesAndFutureDaysAreRefused) {
  const NodeClient client = node_.Caseworker();
  const v1::Member member = Create(client);
  v1::Service service = tests::SomeService();
  service.set_type("magic");
  EXPECT_THAT(CreateService(client, member.name(), service),
              HasProblem(StatusCode::kInvalidArgument, Reason::kUnknownCode));
  service = tests::SomeService();
  service.mutable_received_date()->set_year(2190);
  EXPECT_THAT(CreateService(client, member.name(), service),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  service = tests::SomeService();
  service.mutable_received_date()->set_month(13);
  EXPECT_THAT(CreateService(client, member.name(), service),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  v1::ListServicesRequest list;
  list.set_parent(member.name());
  v1::ListServicesResponse services;
  ASSERT_THAT(client.Call(*client.casework, &Casework::ListServices, list, &services), IsOk());
  EXPECT_EQ(services.services_size(), 0);
}

TEST_F(NetworkDoor, AServiceForAMissingMemberIsNotFound) {
  const NodeClient client = node_.Caseworker();
  EXPECT_THAT(CreateService(client, "members/aaaaaaaaaaaaaaaaaaaaaaaaaa", tests::SomeService()),
              HasProblem(StatusCode::kNotFound, Reason::kNotFound));
  EXPECT_THAT(CreateService(client, "members/unreadable", tests::SomeService()),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
}

TEST_F(NetworkDoor, WithoutATokenOrWithAWrongOneNobodyEnters) {
  v1::ListMembersRequest request;
  v1::ListMembersResponse response;
  const NodeClient nobody = node_.Client("");
  EXPECT_THAT(nobody.Call(*nobody.members, &Members::ListMembers, request, &response),
              HasProblem(StatusCode::kUnauthenticated, Reason::kNoCredential));
  const NodeClient stranger = node_.Client("aangan-" + std::string(26, 'a') + "-" + std::string(52, 'b'));
  EXPECT_THAT(stranger.Call(*stranger.members, &Members::ListMembers, request, &response),
              HasProblem(StatusCode::kUnauthenticated, Reason::kBadToken));
  const NodeClient wrong_role = node_.Operator();
  EXPECT_THAT(wrong_role.Call(*wrong_role.members, &Members::ListMembers, request, &response),
              HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
}

TEST_F(NetworkDoor, AnEndedOrExpiredTokenIsRefusedFromTheNextCallOn) {
  const NodeClient steward = node_.Steward();
  const NodeClient client = node_.Caseworker();
  Create(client);
  v1::ListTokensRequest list;
  v1::ListTokensResponse tokens;
  ASSERT_THAT(steward.Call(*steward.access, &v1::AccessService::Stub::ListTokens, list, &tokens), IsOk());
  google::protobuf::Empty empty;
  for (const v1::Token& token : tokens.tokens()) {
    if (token.role() != v1::ROLE_CASEWORKER) continue;
    v1::DeleteTokenRequest end;
    end.set_name(token.name());
    ASSERT_THAT(steward.Call(*steward.access, &v1::AccessService::Stub::DeleteToken, end, &empty), IsOk());
  }
  v1::ListMembersRequest request;
  v1::ListMembersResponse response;
  EXPECT_THAT(client.Call(*client.members, &Members::ListMembers, request, &response),
              HasProblem(StatusCode::kUnauthenticated, Reason::kBadToken));
  const NodeClient short_lived = node_.Caseworker();
  ASSERT_THAT(short_lived.Call(*short_lived.members, &Members::ListMembers, request, &response), IsOk());
  node_.clock().Advance(absl::Hours(24 * 91));
  EXPECT_THAT(short_lived.Call(*short_lived.members, &Members::ListMembers, request, &response),
              HasProblem(StatusCode::kUnauthenticated, Reason::kBadToken));
}

TEST_F(NetworkDoor, AMemberReadsHerOwnRecordAlone) {
  const NodeClient caseworker = node_.Caseworker();
  const v1::Member hers = Create(caseworker);
  const v1::Member other = Create(caseworker);
  const NodeClient member = node_.Client(tests::TokenFor(node_.Steward(), v1::ROLE_MEMBER, hers.name()));
  EXPECT_EQ(Get(member, hers.name()).name(), hers.name());
  v1::GetMemberRequest request;
  request.set_name(other.name());
  v1::Member read;
  EXPECT_THAT(member.Call(*member.members, &Members::GetMember, request, &read),
              HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
  v1::ListServicesRequest list;
  list.set_parent(other.name());
  v1::ListServicesResponse services;
  EXPECT_THAT(member.Call(*member.casework, &Casework::ListServices, list, &services),
              HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
}

TEST_F(NetworkDoor, AStrangersCertificateDoesNotGetThrough) {
  const tests::TempDir folder;
  SystemRandom random;
  const SystemClock clock;
  const auto stranger = OpenOwnAuthority(folder / "tls", clock, random);
  ASSERT_TRUE(stranger.ok());
  const std::string authority = tests::ReadAll(node_.data() + "/tls/authority.pem");
  const std::string token = tests::ReadAll(node_.data() + "/operator.token");
  v1::GetStatusRequest request;
  v1::GetStatusResponse response;
  // A certificate that our authority did not sign, shown to the node.
  const NodeClient shown(tests::OpenChannel(node_.address(), {authority, stranger->certificate_pem, stranger->key_pem}),
                         token);
  EXPECT_EQ(shown.Call(*shown.operators, &v1::OperatorService::Stub::GetStatus, request, &response).code(),
            StatusCode::kUnavailable);
  // A client that trusts another authority does not talk to this node.
  const NodeClient other(tests::OpenChannel(node_.address(), {stranger->authority_pem, "", ""}), token);
  EXPECT_EQ(other.Call(*other.operators, &v1::OperatorService::Stub::GetStatus, request, &response).code(),
            StatusCode::kUnavailable);
}

TEST_F(NetworkDoor, AZippedMessageIsRefused) {
  const NodeClient client = node_.Caseworker();
  grpc::ClientContext context;
  client.Prepare(context);
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  v1::CreateMemberRequest request;
  *request.mutable_member() = tests::SomeMember();
  request.mutable_member()->mutable_details()->set_notes(std::string(3000, 'z'));
  v1::Member member;
  const grpc::Status status = client.members->CreateMember(&context, request, &member);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << status.error_message();
  v1::ListMembersResponse response;
  ASSERT_THAT(client.Call(*client.members, &Members::ListMembers, v1::ListMembersRequest(), &response), IsOk());
  EXPECT_EQ(response.members_size(), 0);
}

TEST_F(NetworkDoor, ErrorsStaySmallAndRepeatNoValue) {
  const NodeClient client = node_.Caseworker();
  const std::string canary = "canary-7f3a";
  v1::CreateMemberRequest request;
  v1::Member& member = *request.mutable_member();
  member.set_gender(canary);
  member.set_exploitation_type(canary);
  member.set_enrolment_quarter(canary);
  member.set_home_state(canary);
  member.set_home_district(canary);
  for (int i = 0; i < 200; ++i) member.mutable_details()->add_other_names(canary + std::string(300, 'x'));
  grpc::ClientContext context;
  client.Prepare(context);
  v1::Member created;
  const grpc::Status status = client.members->CreateMember(&context, request, &created);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_LE(status.error_details().size(), 4096u);
  EXPECT_FALSE(status.error_details().empty());
  EXPECT_EQ((status.error_message() + status.error_details()).find(canary), std::string::npos);
}

}  // namespace
}  // namespace aangan::node
