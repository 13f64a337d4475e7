// SPDX-License-Identifier: Apache-2.0
// Sealing over the real port, and what no consent is needed for.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "google/protobuf/empty.pb.h"
#include "tests/support/daemon_process.h"
#include "tests/support/second_person.h"
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
using Rights = v1::RightsService::Stub;

google::type::Date InDays(const absl::Time now, int days) {
  const absl::CivilDay day(absl::ToCivilDay(now + absl::Hours(24) * days, absl::FixedTimeZone(19800)));
  google::type::Date date;
  date.set_year(static_cast<int>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

class RightsTest : public ::testing::Test {
 protected:
  v1::Member Create(bool counted) {
    v1::CreateMemberRequest request;
    *request.mutable_member() = tests::SomeMember();
    if (counted) *request.add_consents() = tests::CountedConsent();
    v1::Member member;
    EXPECT_THAT(caseworker_.Call(*caseworker_.members, &Members::CreateMember, request, &member), IsOk());
    return member;
  }
  absl::Status Seal(const NodeClient& client, const std::string& name, int days,
                    v1::LegalReason reason = v1::LEGAL_REASON_OPEN_CASE) {
    v1::SealMemberRequest request;
    request.set_name(name);
    *request.mutable_until_date() = InDays(node_.clock().Now(), days);
    request.set_reason(reason);
    return client.Call(*client.rights, &Rights::SealMember, request, &sealed_);
  }
  absl::Status Unseal(const NodeClient& client, const std::string& name, const std::string& permit = "") {
    v1::UnsealMemberRequest request;
    request.set_name(name);
    request.set_permit(permit);
    google::protobuf::Empty empty;
    return client.Call(*client.rights, &Rights::UnsealMember, request, &empty);
  }
  // A second person's yes to unsealing her as she stands.
  std::string PermitToUnseal(const std::string& name, const NodeClient& second) {
    return tests::PermitFor(Unseal(steward_, name), steward_, second);
  }
  absl::Status Get(const NodeClient& client, const std::string& name) {
    v1::GetMemberRequest request;
    request.set_name(name);
    v1::Member member;
    return client.Call(*client.members, &Members::GetMember, request, &member);
  }
  absl::StatusOr<v1::Service> CreateService(const std::string& parent, const std::string& request_id = "") {
    v1::CreateServiceRequest request;
    request.set_parent(parent);
    request.set_request_id(request_id);
    *request.mutable_service() = tests::SomeService();
    v1::Service made;
    const absl::Status status = caseworker_.Call(*caseworker_.casework, &Casework::CreateService, request, &made);
    if (!status.ok()) return status;
    return made;
  }
  absl::StatusOr<v1::ImportRecordsResponse> ImportUnder(const std::string& member) {
    const NodeClient client = node_.Operator();
    grpc::ClientContext context;
    client.Prepare(context);
    v1::ImportRecordsResponse response;
    const auto stream = client.operators->ImportRecords(&context, &response);
    v1::ImportRecordsRequest request;
    request.set_mapping_id("test");
    v1::ImportRow& row = *request.add_rows();
    row.set_line(1);
    row.set_row_digest(std::string(AsText(Sha256("row"))));
    row.set_member_name(member);
    *row.add_services() = tests::SomeService();
    stream->Write(request);
    stream->WritesDone();
    const absl::Status status = NodeClient::Translate(stream->Finish());
    if (!status.ok()) return status;
    return response;
  }

  NodeUnderTest node_;
  const NodeClient steward_ = node_.Steward();
  const NodeClient caseworker_ = node_.Caseworker();
  v1::SealedMember sealed_;
};

const auto kSealedProblem = HasProblem(StatusCode::kFailedPrecondition, Reason::kSealed);

TEST_F(RightsTest, EveryDoorToASealedMemberIsShut) {
  const v1::Member member = Create(true);
  const std::string request_id = "6f1d6c1e-3a7b-4c8e-9f2a-0123456789ab";
  ASSERT_THAT(CreateService(member.name(), request_id), IsOk());
  const NodeClient herself = node_.Client(tests::TokenFor(steward_, v1::ROLE_MEMBER, member.name()));
  ASSERT_THAT(Get(herself, member.name()), IsOk());
  ASSERT_THAT(Seal(steward_, member.name(), 10), IsOk());
  EXPECT_EQ(sealed_.name(), absl::StrCat(member.name(), "/sealedState"));
  EXPECT_THAT(Get(caseworker_, member.name()), kSealedProblem);
  EXPECT_THAT(Get(herself, member.name()), kSealedProblem);
  EXPECT_THAT(CreateService(member.name()), kSealedProblem);
  EXPECT_THAT(CreateService(member.name(), request_id), kSealedProblem) << "a repeat reads nothing either";
  v1::ListServicesRequest list;
  list.set_parent(member.name());
  v1::ListServicesResponse services;
  EXPECT_THAT(caseworker_.Call(*caseworker_.casework, &Casework::ListServices, list, &services), kSealedProblem);
  v1::DeleteMemberRequest erase;
  erase.set_name(member.name());
  erase.set_etag(member.etag());
  google::protobuf::Empty empty;
  EXPECT_THAT(caseworker_.Call(*caseworker_.members, &Members::DeleteMember, erase, &empty), kSealedProblem);
  v1::PreviewErasureRequest preview;
  preview.set_member(member.name());
  v1::ErasureReceipt receipt;
  EXPECT_THAT(caseworker_.Call(*caseworker_.backups, &v1::BackupService::Stub::PreviewErasure, preview, &receipt),
              kSealedProblem);
  v1::CreateTokenRequest token;
  token.mutable_token()->set_title("another");
  token.mutable_token()->set_role(v1::ROLE_MEMBER);
  token.mutable_token()->set_member(member.name());
  v1::CreateTokenResponse made;
  EXPECT_THAT(steward_.Call(*steward_.access, &v1::AccessService::Stub::CreateToken, token, &made), kSealedProblem);
  const auto imported = ImportUnder(member.name());
  ASSERT_THAT(imported, IsOk());
  ASSERT_EQ(imported->refused_rows_size(), 1);
  EXPECT_EQ(imported->refused_rows(0).reason(), "SEALED");
  v1::ListMembersResponse members;
  ASSERT_THAT(caseworker_.Call(*caseworker_.members, &Members::ListMembers, v1::ListMembersRequest(), &members),
              IsOk());
  EXPECT_EQ(members.members_size(), 0);
}

TEST_F(RightsTest, ASealHasARightDateAndReasonAndCanOnlyBeMadeLonger) {
  const v1::Member member = Create(false);
  const auto invalid = HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField);
  EXPECT_THAT(Seal(steward_, member.name(), -1), invalid);
  EXPECT_THAT(Seal(steward_, member.name(), 366 * 51), invalid);
  EXPECT_THAT(Seal(steward_, member.name(), 10, v1::LEGAL_REASON_UNSPECIFIED), invalid);
  EXPECT_THAT(Seal(steward_, "members/aaaaaaaaaaaaaaaaaaaaaaaaaa", 10),
              HasProblem(StatusCode::kNotFound, Reason::kNotFound));
  EXPECT_THAT(Seal(caseworker_, member.name(), 10), HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
  EXPECT_THAT(Get(caseworker_, member.name()), IsOk());
  ASSERT_THAT(Seal(steward_, member.name(), 10), IsOk());
  EXPECT_THAT(Seal(steward_, member.name(), 9), invalid);
  ASSERT_THAT(Seal(steward_, member.name(), 30), IsOk());
  EXPECT_EQ(sealed_.until_date().SerializeAsString(), InDays(node_.clock().Now(), 30).SerializeAsString());
  v1::ListSealedMembersResponse listed;
  ASSERT_THAT(steward_.Call(*steward_.rights, &Rights::ListSealedMembers, v1::ListSealedMembersRequest(), &listed),
              IsOk());
  EXPECT_EQ(listed.sealed_members_size(), 1);
}

const auto kPermitProblem = HasProblem(StatusCode::kPermissionDenied, Reason::kPermitNeeded);

TEST_F(RightsTest, TwoPeopleUnsealHer) {
  const v1::Member member = Create(false);
  ASSERT_THAT(Seal(steward_, member.name(), 100), IsOk());
  const NodeClient second = node_.Client(tests::TokenFor(steward_, v1::ROLE_STEWARD));
  const absl::Status refusal = Unseal(steward_, member.name());
  EXPECT_THAT(refusal, kPermitProblem);
  const v1::CreatePermitRequest wish = tests::PermitWish(refusal);
  EXPECT_EQ(wish.permit().kind(), v1::PERMIT_KIND_UNSEAL);
  EXPECT_EQ(wish.permit().subject(), member.name());
  v1::Permit asked;
  ASSERT_THAT(steward_.Call(*steward_.permits, &v1::PermitService::Stub::CreatePermit, wish, &asked), IsOk());
  EXPECT_THAT(Unseal(steward_, member.name(), asked.name()), kPermitProblem) << "one person's yes stays one";
  EXPECT_THAT(Unseal(second, member.name(), asked.name()), kPermitProblem) << "whoever asked takes the step";
  EXPECT_THAT(Get(caseworker_, member.name()), kSealedProblem);
  const std::string permit = PermitToUnseal(member.name(), second);
  ASSERT_THAT(Unseal(steward_, member.name(), permit), IsOk());
  EXPECT_THAT(Get(caseworker_, member.name()), IsOk());
  EXPECT_THAT(Unseal(steward_, member.name(), permit), HasProblem(StatusCode::kNotFound, Reason::kNotFound));
}

TEST_F(RightsTest, WhoeverIsAloneUnsealsNobody) {
  const v1::Member member = Create(false);
  ASSERT_THAT(Seal(steward_, member.name(), 100), IsOk());
  EXPECT_THAT(Unseal(steward_, member.name()), kPermitProblem);
  EXPECT_THAT(Get(caseworker_, member.name()), kSealedProblem);
}

TEST_F(RightsTest, AYesForOneSealIsNoneForAnother) {
  const v1::Member member = Create(false), other = Create(false);
  ASSERT_THAT(Seal(steward_, member.name(), 100), IsOk());
  ASSERT_THAT(Seal(steward_, other.name(), 100), IsOk());
  const NodeClient second = node_.Client(tests::TokenFor(steward_, v1::ROLE_STEWARD));
  const std::string shorter = PermitToUnseal(member.name(), second);
  EXPECT_THAT(Unseal(steward_, other.name(), shorter), kPermitProblem);
  ASSERT_THAT(Seal(steward_, member.name(), 200), IsOk());
  EXPECT_THAT(Unseal(steward_, member.name(), shorter), kPermitProblem) << "of the shorter time";
  const std::string one = PermitToUnseal(member.name(), second), two = PermitToUnseal(member.name(), second);
  ASSERT_THAT(Unseal(steward_, member.name(), one), IsOk());
  node_.clock().Advance(absl::Seconds(1));
  ASSERT_THAT(Seal(steward_, member.name(), 200), IsOk());
  EXPECT_THAT(Unseal(steward_, member.name(), two), kPermitProblem) << "of the seal before";
}

TEST_F(RightsTest, TheDailyRunErasesHerWhenHerTimeIsOver) {
  const v1::Member member = Create(true), other = Create(true);
  ASSERT_THAT(Seal(steward_, member.name(), 3), IsOk());
  node_.clock().Advance(absl::Hours(24 * 4));
  node_.Restart();  // the first look of a day comes with the start
  const NodeClient caseworker = node_.Caseworker();
  // The look has a thread of its own.
  EXPECT_TRUE(tests::Eventually(absl::Seconds(60),
                                [&] { return HasReason(Get(caseworker, member.name()), Reason::kNotFound); }));
  EXPECT_THAT(Get(caseworker, other.name()), IsOk());
}

// Whoever does not want to be counted, or takes it back, gets every service all the same: nobody is asked for the
// consent to be counted but the tallies.
TEST_F(RightsTest, NoServiceIsRefusedForLackOfTheCountingConsent) {
  v1::Consent withdrawal;
  withdrawal.set_purpose(v1::CONSENT_PURPOSE_BE_COUNTED);
  withdrawal.set_decision(v1::CONSENT_DECISION_WITHDRAWN);
  *withdrawal.mutable_decision_date() = InDays(node_.clock().Now(), 0);
  const v1::Member never = Create(false), withdrawn = Create(true);
  v1::CreateConsentRequest take_back;
  take_back.set_parent(withdrawn.name());
  *take_back.mutable_consent() = withdrawal;
  v1::Consent consent;
  ASSERT_THAT(caseworker_.Call(*caseworker_.members, &Members::CreateConsent, take_back, &consent), IsOk());
  for (const v1::Member& member : {never, withdrawn}) {
    const auto service = CreateService(member.name());
    ASSERT_THAT(service, IsOk());
    v1::UpdateServiceRequest update;
    *update.mutable_service() = *service;
    update.mutable_service()->set_notes("Another note");
    update.mutable_update_mask()->add_paths("notes");
    v1::Service updated;
    EXPECT_THAT(caseworker_.Call(*caseworker_.casework, &Casework::UpdateService, update, &updated), IsOk());
    v1::GetServiceRequest get;
    get.set_name(service->name());
    EXPECT_THAT(caseworker_.Call(*caseworker_.casework, &Casework::GetService, get, &updated), IsOk());
    v1::ListServicesRequest list;
    list.set_parent(member.name());
    v1::ListServicesResponse services;
    EXPECT_THAT(caseworker_.Call(*caseworker_.casework, &Casework::ListServices, list, &services), IsOk());
    EXPECT_EQ(services.services_size(), 1);
    v1::CreateAssessmentRequest assess;
    assess.set_parent(member.name());
    *assess.mutable_assessment() = tests::SomeAssessment();
    v1::Assessment assessment;
    EXPECT_THAT(caseworker_.Call(*caseworker_.casework, &Casework::CreateAssessment, assess, &assessment), IsOk());
    v1::UpdateMemberRequest edit;
    *edit.mutable_member() = member;
    edit.mutable_update_mask()->add_paths("details.contact");
    v1::Member edited;
    EXPECT_THAT(caseworker_.Call(*caseworker_.members, &Members::UpdateMember, edit, &edited), IsOk());
    const auto imported = ImportUnder(member.name());
    ASSERT_THAT(imported, IsOk());
    EXPECT_EQ(imported->refused_rows_size(), 0);
  }
}

}  // namespace
}  // namespace aangan::node
