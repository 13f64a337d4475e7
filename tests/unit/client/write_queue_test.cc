// SPDX-License-Identifier: Apache-2.0
// The queue of writes: order, request ids, what waits for what, how a refused write is resolved, and that a file says
// the same after it was opened anew at any point. The node is a function here; tests/federation has real ones.
#include "client/write_queue.h"

#include <fstream>

#include "aangan/federation/v1/figures.pb.h"
#include "aangan/node/v1/access.pb.h"
#include "aangan/node/v1/casework.pb.h"
#include "aangan/node/v1/grievances.pb.h"
#include "aangan/node/v1/members.pb.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/channel.h"
#include "gmock/gmock.h"
#include "model/names.h"
#include "tests/unit/client/write_queue_fixture.h"

namespace aangan::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(WriteQueueTest, SendsInOrderOnceAndIsEmptyThen) {
  for (const char* label : {"1", "2", "3"}) Add(NewMember(label));
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  EXPECT_THAT(node_.labels, ElementsAre("1", "2", "3"));
  EXPECT_THAT(queue_->Writes(), IsEmpty());
  Reopen();
  EXPECT_THAT(queue_->Writes(), IsEmpty());
}

TEST_F(WriteQueueTest, AWriteWithoutALinkStaysAndComesAgainWithTheSameRequestId) {
  Add(NewMember("1"));
  for (const auto code :
       {absl::StatusCode::kUnavailable, absl::StatusCode::kDeadlineExceeded, absl::StatusCode::kUnauthenticated,
        absl::StatusCode::kResourceExhausted, absl::StatusCode::kInternal, absl::StatusCode::kUnimplemented}) {
    node_.link = Problem(code, Reason::kNoLink, "no");
    EXPECT_EQ(queue_->Send(node_.sender()).code(), code);
    Reopen();
  }
  // A middle box that answers for the node has no reason of ours, and a wrong token is no fault of the write.
  node_.link = absl::NotFoundError("captive portal");
  EXPECT_EQ(queue_->Send(node_.sender()).code(), absl::StatusCode::kNotFound);
  node_.link = Problem(absl::StatusCode::kPermissionDenied, Reason::kNotAllowed, "no");
  EXPECT_EQ(queue_->Send(node_.sender()).code(), absl::StatusCode::kPermissionDenied);
  ASSERT_EQ(queue_->Writes().size(), 1u);
  EXPECT_THAT(queue_->Writes()[0].refusal, IsOk());
  node_.link = absl::OkStatus();
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  const auto& first = node_.Got<node::v1::CreateMemberRequest>(0);
  const auto& last = node_.Got<node::v1::CreateMemberRequest>(node_.requests.size() - 1);
  EXPECT_EQ(first.request_id().size(), 36u);
  EXPECT_EQ(first.SerializeAsString(), last.SerializeAsString());
}

TEST_F(WriteQueueTest, ARecordMadeOfflineHasItsNameAtOnce) {
  const auto member = Add(NewMember("1"));
  EXPECT_THAT(model::ParseRecordName(model::RecordKind::kMember, member.resource, "name"), IsOk());
  const auto service = Add(NewService("2", member.resource));
  EXPECT_THAT(model::ParseRecordName(model::RecordKind::kService, service.resource, "name"), IsOk());
  EXPECT_TRUE(absl::StartsWith(service.resource, member.resource + "/services/"));
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  EXPECT_EQ("members/" + node_.Got<node::v1::CreateMemberRequest>(0).member_id(), member.resource);
  EXPECT_EQ(node_.Got<node::v1::CreateServiceRequest>(1).parent(), member.resource);
}

TEST_F(WriteQueueTest, EtagsFollowAPersonsOwnChanges) {
  const auto member = Add(NewMember("1"));
  Add(Change("2", member.resource));
  Add(Change("3", member.resource));
  Add(Change("a", kMember, "read"));
  Add(Change("b", kMember, "read"));
  Add(Change("c", kMember, "read elsewhere"));
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  std::vector<std::string> etags;
  for (size_t i = 1; i < 6; ++i) etags.push_back(node_.Got<node::v1::UpdateMemberRequest>(i).member().etag());
  EXPECT_THAT(etags, ElementsAre("etag-1", "etag-2", "read", "etag-4", "read elsewhere"));
}

TEST_F(WriteQueueTest, EtagsFollowOverACrash) {
  const auto member = Add(NewMember("1"));
  Add(Change("2", member.resource));
  bool away = false;
  const auto once = [&](const MethodDescriptor& method, const Message& request) {
    if (std::exchange(away, true)) return absl::StatusOr<std::unique_ptr<Message>>(absl::UnavailableError("away"));
    return node_.Call(method, request);
  };
  EXPECT_EQ(queue_->Send(once).code(), absl::StatusCode::kUnavailable);
  Reopen();
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  EXPECT_EQ(node_.Got<node::v1::UpdateMemberRequest>(1).member().etag(), "etag-1");
}

TEST_F(WriteQueueTest, ARefusedWriteIsSetAsideAndWhatDependsOnItWaits) {
  const auto member = Add(NewMember("create"));
  Add(NewService("below", member.resource));
  Add(Change("same", member.resource));
  Add(NewMember("other"));
  Add(Change("conflict", kMember, "old"));
  Add(Change("after conflict", kMember, "old"));
  Add(NewService("of the conflict's member", kMember));
  node_.refusals["create"] =
      Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "no").Field("member.gender", "must be a code");
  node_.refusals["conflict"] = Conflict();
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  EXPECT_THAT(node_.labels, ElementsAre("create", "other", "conflict", "of the conflict's member"));
  const auto check = [&] {
    const auto writes = queue_->Writes();
    ASSERT_EQ(writes.size(), 5u);
    EXPECT_THAT(writes[0].refusal, HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField));
    EXPECT_EQ(writes[0].method, "aangan.node.v1.MemberService.CreateMember");
    EXPECT_EQ(writes[0].resource, member.resource);
    EXPECT_THAT(writes[1].refusal, IsOk());
    EXPECT_THAT(writes[2].refusal, IsOk());
    EXPECT_THAT(writes[3].refusal, HasProblem(absl::StatusCode::kAborted, Reason::kStaleEtag));
    EXPECT_THAT(writes[4].refusal, IsOk());
  };
  check();
  Reopen();
  check();
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  EXPECT_EQ(node_.labels.size(), 4u) << "nothing is asked twice";
}

TEST_F(WriteQueueTest, AReplacedWriteKeepsItsPlaceAndWhatWaitedFollows) {
  const auto member = Add(NewMember("create"));
  Add(NewService("below", member.resource));
  Add(NewMember("later"));
  node_.refusals["create"] = Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "no");
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  const uint64_t sequence = queue_->Writes()[0].sequence;
  auto request = queue_->Request(sequence);
  ASSERT_THAT(request, IsOk());
  auto& corrected = dynamic_cast<node::v1::CreateMemberRequest&>(**request);
  const std::string request_id = corrected.request_id();
  corrected.mutable_member()->mutable_details()->set_notes("corrected");
  EXPECT_THAT(queue_->Replace(sequence, Change("wrong rpc", member.resource)),
              HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField));
  EXPECT_THAT(queue_->Replace(sequence, corrected), IsOk());
  EXPECT_THAT(queue_->Replace(sequence, corrected),
              HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
  Reopen();
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  EXPECT_THAT(node_.labels, ElementsAre("create", "later", "corrected", "below"));
  EXPECT_NE(node_.Got<node::v1::CreateMemberRequest>(2).request_id(), request_id);
  EXPECT_THAT(queue_->Writes(), IsEmpty());
}

TEST_F(WriteQueueTest, ADroppedWriteIsGoneAndWhatWaitedFollows) {
  const auto first = Add(Change("conflict", kMember, "old"));
  Add(Change("after", kMember, "new"));
  node_.refusals["conflict"] = Conflict();
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  EXPECT_THAT(queue_->Drop(first.sequence), IsOk());
  EXPECT_THAT(queue_->Drop(first.sequence), HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
  Reopen();
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  EXPECT_THAT(node_.labels, ElementsAre("conflict", "after"));
}

TEST_F(WriteQueueTest, TheSameRequestAgainIsTheSameWriteAndAnotherContentIsRefused) {
  auto request = NewMember("1");
  request.set_request_id(NewRequestId());
  const auto added = Add(request);
  Reopen();
  const auto again = Add(request);
  EXPECT_EQ(again.sequence, added.sequence);
  EXPECT_EQ(again.resource, added.resource);
  request.mutable_member()->set_gender("woman");
  EXPECT_THAT(queue_->Add(request), HasProblem(absl::StatusCode::kInvalidArgument, Reason::kRequestIdReused));
  EXPECT_EQ(queue_->Writes().size(), 1u);
}

TEST_F(WriteQueueTest, SequencesAreNeverUsedAgain) {
  EXPECT_EQ(Add(NewMember("1")).sequence, 1u);
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  Reopen();
  EXPECT_EQ(Add(NewMember("2")).sequence, 2u);
}

TEST_F(WriteQueueTest, WhatCanNotWaitIsRefusedWithTheFieldAndTheWayOut) {
  for (const Message* request : std::initializer_list<const Message*>{
           &node::v1::GetMemberRequest::default_instance(), &node::v1::CreateTokenRequest::default_instance(),
           &node::v1::Member::default_instance(), &federation::v1::ListFiguresRequest::default_instance(),
           &node::v1::UpdateMemberRequest::default_instance(), &node::v1::DeleteMemberRequest::default_instance(),
           &node::v1::CreateServiceRequest::default_instance()}) {
    EXPECT_THAT(queue_->Add(*request), HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField));
  }
  EXPECT_THAT(queue_->Add(NewMember(std::string(300 << 10, 'x'))),
              HasProblem(absl::StatusCode::kInvalidArgument, Reason::kTooLarge));
  EXPECT_THAT(queue_->Writes(), IsEmpty());
}

TEST_F(WriteQueueTest, EveryWriteOfTheApiThatHasARequestIdCanWait) {
  node::v1::AnswerGrievanceRequest answer;
  answer.set_name(kMember + "/grievances/" + std::string(26, 'b'));
  answer.set_etag("read");
  EXPECT_EQ(Add(answer).resource, answer.name());
  node::v1::DeleteServiceRequest removal;
  removal.set_name(kMember + "/services/" + std::string(26, 'c'));
  removal.set_etag("read");
  EXPECT_EQ(Add(removal).resource, removal.name());
  node::v1::CreateConsentRequest consent;
  consent.set_parent(kMember);
  EXPECT_TRUE(absl::StartsWith(Add(consent).resource, kMember + "/consents/"));
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  EXPECT_EQ(node_.Got<node::v1::AnswerGrievanceRequest>(0).etag(), "read");
}

TEST_F(WriteQueueTest, ArrivedWritesLeaveTheFileAlthoughOthersStay) {
  node_.refusals["stays"] = Conflict();
  Add(Change("stays", kMember, "old"));
  for (int i = 0; i < 30; ++i) Add(NewMember(std::string(100 << 10, 'x')));
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  std::ifstream file(path_, std::ios::ate | std::ios::binary);
  EXPECT_LT(file.tellg(), 1'200'000);
  Reopen();
  ASSERT_EQ(queue_->Writes().size(), 1u);
  EXPECT_THAT(queue_->Writes()[0].refusal, HasProblem(absl::StatusCode::kAborted, Reason::kStaleEtag));
}

TEST_F(WriteQueueTest, AFullQueueTakesNoMoreAndDrains) {
  const auto large = NewMember(std::string(250 << 10, 'x'));
  size_t added = 0;
  absl::Status full;
  while (added < 300 && full.ok()) {
    full = queue_->Add(large).status();
    if (full.ok()) ++added;
  }
  EXPECT_THAT(full, HasProblem(absl::StatusCode::kResourceExhausted, Reason::kTooMany));
  EXPECT_GT(added, 250u);
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  EXPECT_EQ(node_.requests.size(), added);
  Add(large);
}

TEST_F(WriteQueueTest, ManyRefusalsMakeNoMoreWorkThanOthers) {
  node_.refusals["conflict"] = Conflict();
  for (int i = 0; i < 40; ++i) {
    const auto refused = Add(Change("conflict", absl::StrCat("members/", i), "old"));
    EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
    auto again = Change("conflict", absl::StrCat("members/", i), "old");
    again.mutable_member()->mutable_details()->set_contact(std::string(100 << 10, 'x'));
    EXPECT_THAT(queue_->Replace(refused.sequence, again), IsOk());
  }
  Reopen();
  EXPECT_EQ(queue_->Writes().size(), 40u);
  std::ifstream file(path_, std::ios::ate | std::ios::binary);
  EXPECT_LT(file.tellg(), 9'000'000);
}

}  // namespace
}  // namespace aangan::client
