// SPDX-License-Identifier: Apache-2.0
// The audit log at the door: what a member reads in it; heads, what is done to a log behind the node's back, and the
// export.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/audit_chain.h"
#include "tests/support/canaries.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/node/audit_under_test.h"

namespace aangan::node {
namespace {

using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;
using tests::NodeClient;
using Audit = v1::AuditService::Stub;
using Casework = v1::CaseworkService::Stub;
using Members = v1::MemberService::Stub;

TEST_F(AuditTest, AMemberSeesWhoOpenedHerRecordAndWhen) {
  const v1::Member one = Create();
  const v1::Member two = Create();
  const NodeClient other = node_.Caseworker();
  v1::GetMemberRequest get;
  get.set_name(one.name());
  Must(other, *other.members, &Members::GetMember, get);
  Must(other, *other.members, &Members::ListMembers, v1::ListMembersRequest());
  v1::ListServicesRequest services;
  services.set_parent(one.name());
  Must(other, *other.casework, &Casework::ListServices, services);
  const NodeClient herself = node_.Client(tests::TokenFor(steward_, v1::ROLE_MEMBER, one.name()));
  Must(herself, *herself.members, &Members::GetMember, get);

  const std::vector<v1::AuditEntry> log = EntriesOf(herself, one.name());
  ASSERT_EQ(log.size(), 6u);  // her own reading, three of the other, her record and its consent made
  EXPECT_EQ(log[0].action(), v1::AUDIT_ACTION_READ);
  EXPECT_EQ(log[0].resource(), one.name());
  EXPECT_NE(log[0].actor(), log[1].actor());
  EXPECT_EQ(log[1].action(), v1::AUDIT_ACTION_LISTED);
  EXPECT_EQ(log[1].resource(), one.name() + "/services");
  EXPECT_EQ(log[2].action(), v1::AUDIT_ACTION_LISTED);
  EXPECT_EQ(log[2].resource(), one.name());
  EXPECT_EQ(log[3].action(), v1::AUDIT_ACTION_READ);
  EXPECT_EQ(log[3].actor(), log[1].actor());
  EXPECT_EQ(log[3].actor().rfind("tokens/", 0), 0u);
  EXPECT_NE(log[5].actor(), log[3].actor());
  EXPECT_EQ(log[3].time().seconds(), absl::ToUnixSeconds(node_.clock().Now()));
  // Looking at her log is in it as well, and what happens to others is not.
  EXPECT_EQ(EntriesOf(herself, one.name()).front().resource(), one.name() + "/auditEntries");
  for (const v1::AuditEntry& entry : EntriesOf(steward_, two.name()))
    EXPECT_EQ(entry.resource().rfind(two.name(), 0), 0u);
  v1::ListAuditEntriesRequest others;
  others.set_member(two.name());
  v1::ListAuditEntriesResponse page;
  EXPECT_THAT(herself.Call(*herself.audit, &Audit::ListAuditEntries, others, &page),
              HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
}

TEST_F(AuditTest, ARepeatedWriteThatShowsTheRecordIsAReading) {
  v1::CreateMemberRequest request;
  *request.mutable_member() = tests::SomeMember();
  request.set_request_id("0b5f3f6e-3a1c-4e1f-9c53-0e8a4ad3b222");
  const v1::Member made = Must(caseworker_, *caseworker_.members, &Members::CreateMember, request);
  Must(caseworker_, *caseworker_.members, &Members::CreateMember, request);
  const std::vector<v1::AuditEntry> log = EntriesOf(steward_, made.name());
  ASSERT_EQ(log.size(), 2u);
  EXPECT_EQ(log[0].action(), v1::AUDIT_ACTION_READ);
  EXPECT_EQ(log[1].action(), v1::AUDIT_ACTION_CREATED);
}

TEST_F(AuditTest, WhatShowsNothingLeavesNothing) {
  const v1::Member member = Create();
  Erase(member);
  const int64_t before = Head().entries();
  v1::GetMemberRequest get;
  get.set_name(member.name());
  v1::Member read;
  EXPECT_THAT(caseworker_.Call(*caseworker_.members, &Members::GetMember, get, &read),
              HasProblem(StatusCode::kNotFound, Reason::kNotFound));
  const NodeClient operating = node_.Operator();
  EXPECT_THAT(operating.Call(*operating.members, &Members::GetMember, get, &read),
              HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
  EXPECT_EQ(Head().entries(), before);
}

TEST_F(AuditTest, AHeadIsSignedAndFoundAgainInALogThatGrew) {
  Create();
  const v1::AuditHead head = Head();
  PublicKey key{};
  ASSERT_EQ(head.signing_key().size(), key.size());
  std::copy(head.signing_key().begin(), head.signing_key().end(), key.begin());
  AuditHead said;
  std::copy(head.incarnation().begin(), head.incarnation().end(), said.incarnation.begin());
  std::copy(head.chain_hash().begin(), head.chain_hash().end(), said.chain_hash.begin());
  said.entries = head.entries();
  said.place = static_cast<uint64_t>(head.sequence());
  said.time_us = head.time().seconds() * 1'000'000 + head.time().nanos() / 1'000;
  EXPECT_THAT(VerifySignature(key, kAuditHeadLabel, CanonicalAuditHead(said, key), AsBytes(head.signature())), IsOk());
  Create();
  EXPECT_THAT(Verify({head}, {head.phrase()}), IsOk());
  EXPECT_THAT(Verify({}, {absl::StrCat(" ", absl::AsciiStrToUpper(head.phrase()), "\n")}), IsOk());

  v1::AuditHead changed = head;
  changed.set_entries(head.entries() - 1);
  EXPECT_THAT(Verify({changed}), HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
  changed = head;
  changed.clear_chain_hash();
  EXPECT_THAT(Verify({changed}), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  EXPECT_THAT(Verify({}, {"no phrase"}), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  // Another hash at that place, and a log that would have to be longer.
  const std::string letters = head.phrase().substr(head.phrase().find('-'));
  EXPECT_THAT(Verify({}, {absl::StrCat(head.entries() - 1, letters)}),
              HasProblem(StatusCode::kDataLoss, Reason::kDamaged));
  EXPECT_THAT(Verify({}, {absl::StrCat(head.entries() + 1000, letters)}),
              HasProblem(StatusCode::kDataLoss, Reason::kLogShortened));
}

TEST_F(AuditTest, AnotherNodesHeadIsNotInThisLog) {
  NodeUnderTest other;
  const NodeClient steward = other.Steward();
  v1::AuditHead head = Must(steward, *steward.audit, &Audit::GetAuditHead, v1::GetAuditHeadRequest());
  while (Head().entries() < head.entries()) Create();
  EXPECT_THAT(Verify({head}), HasProblem(StatusCode::kDataLoss, Reason::kDamaged));
}

TEST_F(AuditTest, AnExportHoldsTheWholeChainAndNothingPersonal) {
  std::string errors;
  tests::FillWithCanaries(caseworker_, steward_, "2026Q1", &errors);
  Must(caseworker_, *caseworker_.members, &Members::ListMembers, v1::ListMembersRequest());
  const v1::AuditHead head = Head();
  AuditFollower follower({head.entries()});
  v1::ExportAuditRequest request;
  request.set_page_size(7);
  request.set_permit(PermitToExport());
  while (follower.entries() < head.entries()) {
    const v1::ExportAuditResponse page = Must(steward_, *steward_.audit, &Audit::ExportAudit, request);
    ASSERT_GT(page.audit_entries_size(), 0);
    for (const v1::AuditEntry& entry : page.audit_entries()) {
      EXPECT_EQ(tests::FoundIn(entry.SerializeAsString()), "");
      AuditLine line;
      ASSERT_TRUE(absl::SimpleAtoi(entry.name().substr(std::string("auditEntries/").size()), &line.place));
      line.time_us = entry.time().seconds() * 1'000'000 + entry.time().nanos() / 1'000;
      line.action = static_cast<uint8_t>(entry.action());
      line.actor = entry.actor();
      line.resource = entry.resource();
      Digest hash{};
      std::copy(entry.chain_hash().begin(), entry.chain_hash().end(), hash.begin());
      ASSERT_THAT(follower.Add(line, hash), IsOk());
    }
    request.set_page_token(page.next_page_token());
  }
  ASSERT_NE(follower.HashAfter(head.entries()), nullptr);
  EXPECT_EQ(AsText(*follower.HashAfter(head.entries())), head.chain_hash());
  EXPECT_EQ(EntriesOf(steward_, "").front().action(), v1::AUDIT_ACTION_AUDIT_EXPORTED);
  v1::ExportAuditResponse page;
  EXPECT_THAT(caseworker_.Call(*caseworker_.audit, &Audit::ExportAudit, request, &page),
              HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
}

}  // namespace
}  // namespace aangan::node
