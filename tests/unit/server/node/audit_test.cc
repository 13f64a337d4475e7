// SPDX-License-Identifier: Apache-2.0
// The audit log at the door: whatever shows something about a member leaves an entry, which she can read; heads, what
// is done to a log behind the node's back, and the export.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/audit_chain.h"
#include "tests/support/canaries.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/node/node_under_test.h"

namespace aangan::node {
namespace {

using absl::StatusCode;
using google::protobuf::Descriptor;
using tests::HasProblem;
using tests::IsOk;
using tests::NodeClient;
using Audit = v1::AuditService::Stub;
using Casework = v1::CaseworkService::Stub;
using Members = v1::MemberService::Stub;

// Messages of the node's API with a field whose comment says that it is personal or pseudonymous.
std::set<std::string> SensitiveMessages() {
  std::set<std::string> found;
  for (const auto& file : std::filesystem::directory_iterator(AANGAN_NODE_PROTOS)) {
    std::ifstream in(file.path());
    std::vector<std::string> open;  // names of what is open; empty for what is no message
    std::string comment;
    for (std::string line; std::getline(in, line);) {
      line.erase(0, line.find_first_not_of(' '));
      if (absl::StartsWith(line, "//")) {
        comment += line + " ";
        continue;
      }
      if (absl::EndsWith(line, "{")) {
        const bool is_message = absl::StartsWith(line, "message ");
        open.push_back(is_message ? line.substr(8, line.find(' ', 8) - 8) : open.empty() ? "" : open.back());
      } else if (absl::StartsWith(line, "}")) {
        open.pop_back();
      } else if (!open.empty() && (absl::StrContains(comment, "Sensitive: personal") ||
                                   absl::StrContains(comment, "Sensitive: pseudonymous"))) {
        found.insert(open.back());
      }
      comment.clear();
    }
  }
  return found;
}

bool Holds(const Descriptor& message, const std::set<std::string>& sensitive, std::set<const Descriptor*>& seen) {
  if (!seen.insert(&message).second) return false;
  if (message.file()->package() == "aangan.node.v1" && sensitive.contains(message.name())) return true;
  for (int i = 0; i < message.field_count(); ++i) {
    const Descriptor* const inner = message.field(i)->message_type();
    if (inner != nullptr && Holds(*inner, sensitive, seen)) return true;
  }
  return false;
}

// Rpcs whose answer holds one of these messages: "MemberService/GetMember".
std::set<std::string> RpcsThatShow(const std::set<std::string>& sensitive) {
  std::set<std::string> rpcs;
  for (const auto* file :
       {v1::Member::descriptor()->file(), v1::Service::descriptor()->file(), v1::Token::descriptor()->file(),
        v1::AuditEntry::descriptor()->file(), v1::Release::descriptor()->file(), v1::ImportRow::descriptor()->file(),
        v1::OfferedCatalogue::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const auto& method = *file->service(s)->method(m);
        std::set<const Descriptor*> seen;
        if (Holds(*method.output_type(), sensitive, seen))
          rpcs.insert(absl::StrCat(file->service(s)->name(), "/", method.name()));
      }
    }
  }
  return rpcs;
}

class AuditTest : public ::testing::Test {
 protected:
  AuditTest() : steward_(node_.Steward()), caseworker_(node_.Caseworker()) {}

  template <typename Stub, typename Request, typename Response>
  static Response Must(const NodeClient& client, Stub& stub,
                       grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                       const Request& request) {
    Response response;
    EXPECT_THAT(client.Call(stub, method, request, &response), IsOk());
    return response;
  }

  v1::Member Create() {
    v1::CreateMemberRequest request;
    *request.mutable_member() = tests::SomeMember();
    *request.add_consents() = tests::CountedConsent();
    return Must(caseworker_, *caseworker_.members, &Members::CreateMember, request);
  }
  v1::AuditHead Head() const {
    return Must(steward_, *steward_.audit, &Audit::GetAuditHead, v1::GetAuditHeadRequest());
  }
  std::vector<v1::AuditEntry> EntriesOf(const NodeClient& client, const std::string& member) {
    v1::ListAuditEntriesRequest request;
    request.set_member(member);
    const auto page = Must(client, *client.audit, &Audit::ListAuditEntries, request);
    return {page.audit_entries().begin(), page.audit_entries().end()};
  }
  absl::Status Verify(const std::vector<v1::AuditHead>& heads, const std::vector<std::string>& phrases = {}) {
    v1::VerifyAuditRequest request;
    for (const v1::AuditHead& head : heads) *request.add_heads() = head;
    for (const std::string& phrase : phrases) request.add_phrases(phrase);
    v1::VerifyAuditResponse response;
    return steward_.Call(*steward_.audit, &Audit::VerifyAudit, request, &response);
  }

  NodeUnderTest node_;
  NodeClient steward_;
  NodeClient caseworker_;
};

// A call of each rpc that shows something, by a name as in RpcsThatShow.
using Calls = std::map<std::string, std::function<void()>>;

class EachRpcTest : public AuditTest {
 protected:
  EachRpcTest() : member_(Create()) {
    new_consent_.set_parent(member_.name());
    *new_consent_.mutable_consent() = tests::CountedConsent();
    new_service_.set_parent(member_.name());
    *new_service_.mutable_service() = tests::SomeService();
    new_assessment_.set_parent(member_.name());
    *new_assessment_.mutable_assessment() = tests::SomeAssessment();
    consent_ = Must(caseworker_, members_, &Members::CreateConsent, new_consent_);
    service_ = Must(caseworker_, casework_, &Casework::CreateService, new_service_);
    assessment_ = Must(caseworker_, casework_, &Casework::CreateAssessment, new_assessment_);
  }
  template <typename Request, typename Stub, typename Method>
  void Get(Request request, const std::string& name, Stub& stub, Method method) {
    request.set_name(name);
    Must(caseworker_, stub, method, request);
  }
  template <typename Request, typename Stub, typename Method>
  void List(Request request, Stub& stub, Method method) {
    request.set_parent(member_.name());
    Must(caseworker_, stub, method, request);
  }
  template <typename Request, typename Stub, typename Method>
  void Update(Request request, Stub& stub, Method method) {
    request.mutable_update_mask()->add_paths("*");
    Must(caseworker_, stub, method, request);
  }
  Calls MemberCalls() {
    return {
        {"MemberService/CreateMember", [this] { Create(); }},
        {"MemberService/GetMember",
         [this] { Get(v1::GetMemberRequest(), member_.name(), members_, &Members::GetMember); }},
        {"MemberService/ListMembers",
         [this] { Must(caseworker_, members_, &Members::ListMembers, v1::ListMembersRequest()); }},
        {"MemberService/UpdateMember",
         [this] {
           v1::UpdateMemberRequest request;
           *request.mutable_member() = member_;
           Update(request, members_, &Members::UpdateMember);
         }},
        {"MemberService/CreateConsent", [this] { Must(caseworker_, members_, &Members::CreateConsent, new_consent_); }},
        {"MemberService/GetConsent",
         [this] { Get(v1::GetConsentRequest(), consent_.name(), members_, &Members::GetConsent); }},
        {"MemberService/ListConsents", [this] { List(v1::ListConsentsRequest(), members_, &Members::ListConsents); }}};
  }
  Calls CaseworkCalls() {
    return {{"CaseworkService/CreateService",
             [this] { Must(caseworker_, casework_, &Casework::CreateService, new_service_); }},
            {"CaseworkService/GetService",
             [this] { Get(v1::GetServiceRequest(), service_.name(), casework_, &Casework::GetService); }},
            {"CaseworkService/ListServices",
             [this] { List(v1::ListServicesRequest(), casework_, &Casework::ListServices); }},
            {"CaseworkService/UpdateService",
             [this] {
               v1::UpdateServiceRequest request;
               *request.mutable_service() = service_;
               Update(request, casework_, &Casework::UpdateService);
             }},
            {"CaseworkService/CreateAssessment",
             [this] { Must(caseworker_, casework_, &Casework::CreateAssessment, new_assessment_); }},
            {"CaseworkService/GetAssessment",
             [this] { Get(v1::GetAssessmentRequest(), assessment_.name(), casework_, &Casework::GetAssessment); }},
            {"CaseworkService/ListAssessments",
             [this] { List(v1::ListAssessmentsRequest(), casework_, &Casework::ListAssessments); }},
            {"CaseworkService/UpdateAssessment", [this] {
               v1::UpdateAssessmentRequest request;
               *request.mutable_assessment() = assessment_;
               Update(request, casework_, &Casework::UpdateAssessment);
             }}};
  }
  Calls AuditCalls() {
    return {{"AuditService/ListAuditEntries", [this] { EntriesOf(steward_, ""); }},
            {"AuditService/ExportAudit",
             [this] { Must(steward_, *steward_.audit, &Audit::ExportAudit, v1::ExportAuditRequest()); }}};
  }

  Members& members_ = *caseworker_.members;
  Casework& casework_ = *caseworker_.casework;
  v1::CreateConsentRequest new_consent_;
  v1::CreateServiceRequest new_service_;
  v1::CreateAssessmentRequest new_assessment_;
  const v1::Member member_;
  v1::Consent consent_;
  v1::Service service_;
  v1::Assessment assessment_;
};

TEST_F(EachRpcTest, ThatShowsSomethingAboutAMemberLeavesAnEntry) {
  const std::set<std::string> sensitive = SensitiveMessages();
  for (const char* message : {"Member", "PersonalDetails", "Service", "AuditEntry"})
    EXPECT_TRUE(sensitive.contains(message)) << message;
  std::set<std::string> known;
  for (const Calls& calls : {MemberCalls(), CaseworkCalls(), AuditCalls()}) {
    for (const auto& [rpc, call] : calls) {
      known.insert(rpc);
      const int64_t before = Head().entries();
      call();
      EXPECT_GT(Head().entries(), before) << rpc;
    }
  }
  // A new rpc that shows such a message needs a call above.
  EXPECT_EQ(RpcsThatShow(sensitive), known);
}

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
  v1::DeleteMemberRequest erase;
  erase.set_name(member.name());
  erase.set_etag(member.etag());
  Must(caseworker_, *caseworker_.members, &Members::DeleteMember, erase);
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
  tests::FillWithCanaries(caseworker_, "2026Q1", &errors);
  Must(caseworker_, *caseworker_.members, &Members::ListMembers, v1::ListMembersRequest());
  const v1::AuditHead head = Head();
  AuditFollower follower({head.entries()});
  v1::ExportAuditRequest request;
  request.set_page_size(7);
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
