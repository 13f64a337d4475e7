// SPDX-License-Identifier: Apache-2.0
// Who is affected by a lost token or computer, at the door: against a count by hand of the whole exported log, whatever
// was done in whatever order; and who is told what.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/problem.h"
#include "tests/unit/server/node/audit_under_test.h"

namespace aangan::node {
namespace {

using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;
using tests::NodeClient;
using Access = v1::AccessService::Stub;
using Audit = v1::AuditService::Stub;
using Casework = v1::CaseworkService::Stub;
using Members = v1::MemberService::Stub;
using Report = v1::ReportTokenExposureResponse;

class ExposureTest : public AuditTest {
 protected:
  // The token that made the newest entry.
  std::string LastActor() {
    v1::ListAuditEntriesRequest request;
    request.set_page_size(1);
    return Must(steward_, *steward_.audit, &Audit::ListAuditEntries, request).audit_entries(0).actor();
  }
  std::string NameOf(const NodeClient& client) {
    Must(client, *client.members, &Members::ListMembers, v1::ListMembersRequest());
    return LastActor();
  }
  static void Read(const NodeClient& client, const std::string& member) {
    v1::GetMemberRequest get;
    get.set_name(member);
    Must(client, *client.members, &Members::GetMember, get);
  }
  Report ReportOf(const NodeClient& client, const std::string& token) {
    v1::ReportTokenExposureRequest request;
    request.set_token(token);
    return Must(client, *client.audit, &Audit::ReportTokenExposure, request);
  }
  // Member to entries of hers by this actor from `from` on and before `until`, in the log as it is exported.
  std::map<std::string, int64_t> CountedByHand(const std::string& actor, int64_t from_s, int64_t until_s) {
    std::map<std::string, int64_t> counts;
    v1::ExportAuditRequest request;
    request.set_permit(PermitToExport());
    do {
      const v1::ExportAuditResponse page = Must(steward_, *steward_.audit, &Audit::ExportAudit, request);
      for (const v1::AuditEntry& entry : page.audit_entries()) {
        const std::vector<std::string> parts = absl::StrSplit(entry.resource(), '/');
        if (entry.actor() == actor && parts.size() > 1 && parts[0] == "members" && entry.time().seconds() >= from_s &&
            entry.time().seconds() < until_s)
          ++counts[absl::StrCat("members/", parts[1])];
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return counts;
  }
  static std::map<std::string, int64_t> CountsOf(const Report& report) {
    std::map<std::string, int64_t> counts;
    for (const v1::ExposedMember& member : report.exposed_members()) {
      for (const v1::ExposedCount& count : member.counts()) counts[member.member()] += count.shown() + count.written();
    }
    return counts;
  }
};

TEST_F(ExposureTest, IsWhatTheLogSaysInEverySpanAndPage) {
  std::mt19937_64 random(20261125);
  const NodeClient one = node_.Caseworker();
  const NodeClient two = node_.Caseworker();
  const std::string lost = NameOf(one);
  std::vector<v1::Member> members;
  for (int i = 0; i < 9; ++i) members.push_back(Create());
  const int64_t begin_s = absl::ToUnixSeconds(node_.Now());
  for (int step = 0; step < 60; ++step) {
    const NodeClient& who = random() % 2 == 0 ? one : two;
    const std::string& member = members[random() % 6].name();  // three are never looked at
    v1::ListServicesRequest services;
    services.set_parent(member);
    v1::CreateServiceRequest service;
    service.set_parent(member);
    *service.mutable_service() = tests::SomeService();
    switch (random() % 3) {
      case 0:
        Read(who, member);
        break;
      case 1:
        Must(who, *who.casework, &Casework::ListServices, services);
        break;
      default:
        Must(who, *who.casework, &Casework::CreateService, service);
    }
    node_.clock().Advance(absl::Minutes(1));
  }
  for (int round = 0; round < 8; ++round) {
    const int64_t from_s = begin_s + static_cast<int64_t>(random() % 60) * 60;
    const int64_t until_s = from_s + 60 + static_cast<int64_t>(random() % 60) * 60;
    v1::ReportTokenExposureRequest request;
    request.set_token(lost);
    request.mutable_start_time()->set_seconds(from_s);
    request.mutable_end_time()->set_seconds(until_s);
    request.set_page_size(2);
    Report all;
    do {
      const Report page = Must(steward_, *steward_.audit, &Audit::ReportTokenExposure, request);
      EXPECT_LE(page.exposed_members_size(), 2);
      all.MergeFrom(page);
      all.set_exposed_member_count(page.exposed_member_count());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    const std::map<std::string, int64_t> by_hand = CountedByHand(lost, from_s, until_s);
    EXPECT_EQ(CountsOf(all), by_hand);
    EXPECT_EQ(all.exposed_member_count(), static_cast<int64_t>(by_hand.size()));
  }
  EXPECT_EQ(ReportOf(steward_, lost).member_count(), 9);
}

TEST_F(ExposureTest, AnOperatorIsToldHowManyAndACaseworkerNothing) {
  const std::string lost = NameOf(caseworker_);
  const v1::Member member = Create();
  Read(caseworker_, member.name());
  const NodeClient runs = node_.Operator();
  const Report told = ReportOf(runs, lost);
  EXPECT_EQ(told.exposed_member_count(), 1);
  EXPECT_GT(told.counts_size(), 0);
  EXPECT_EQ(told.exposed_members_size(), 0);
  EXPECT_FALSE(absl::StrContains(told.SerializeAsString(), member.name()));
  EXPECT_EQ(ReportOf(steward_, lost).exposed_members(0).member(), member.name());
  // Asking is in the log itself.
  EXPECT_EQ(EntriesOf(steward_, "").front().action(), v1::AUDIT_ACTION_EXPOSURE_REPORTED);
  v1::ReportTokenExposureRequest request;
  request.set_token(lost);
  Report none;
  EXPECT_THAT(caseworker_.Call(*caseworker_.audit, &Audit::ReportTokenExposure, request, &none),
              HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
}

TEST_F(ExposureTest, NeitherAMembersTokenNorABrokenGlassTellAnOperatorWhich) {
  const v1::Member member = Create();
  const std::string broke_glass = NameOf(caseworker_);
  v1::BreakGlassRequest glass;
  glass.set_member(member.name());
  glass.set_domain("health");
  glass.set_reason(v1::BREAK_GLASS_REASON_THREAT);
  Must(caseworker_, *caseworker_.access, &Access::BreakGlass, glass);
  Read(node_.Client(tests::TokenFor(steward_, v1::ROLE_MEMBER, member.name())), member.name());
  for (const std::string& lost : {broke_glass, LastActor()}) {
    EXPECT_TRUE(absl::StrContains(ReportOf(steward_, lost).SerializeAsString(), member.name())) << lost;
    EXPECT_FALSE(absl::StrContains(ReportOf(node_.Operator(), lost).SerializeAsString(), member.name())) << lost;
  }
}

TEST_F(ExposureTest, AnEndedTokenAndMembersWhoAreGoneAreStillThere) {
  const std::string lost = NameOf(caseworker_);
  const v1::Member stays = Create(), sealed = Create(), erased = Create();
  for (const v1::Member& each : {stays, sealed, erased}) Read(caseworker_, each.name());
  v1::SealMemberRequest seal;
  seal.set_name(sealed.name());
  seal.mutable_until_date()->set_year(static_cast<int>(absl::ToCivilYear(node_.Now(), absl::UTCTimeZone()).year()) + 2);
  seal.mutable_until_date()->set_month(1);
  seal.mutable_until_date()->set_day(1);
  seal.set_reason(v1::LEGAL_REASON_OPEN_CASE);
  Must(steward_, *steward_.rights, &v1::RightsService::Stub::SealMember, seal);
  Erase(erased);
  Report report = ReportOf(steward_, lost);
  EXPECT_FALSE(report.ended());
  EXPECT_EQ(report.token().role(), v1::ROLE_CASEWORKER);
  EXPECT_GT(report.grants_size(), 0);
  v1::DeleteTokenRequest end;
  end.set_name(lost);
  google::protobuf::Empty empty;
  ASSERT_THAT(steward_.Call(*steward_.access, &Access::DeleteToken, end, &empty), IsOk());
  report = ReportOf(steward_, lost);
  EXPECT_TRUE(report.ended());
  EXPECT_FALSE(report.has_token());
  std::map<std::string, v1::ExposedMemberState> states;
  for (const v1::ExposedMember& each : report.exposed_members()) states[each.member()] = each.state();
  EXPECT_EQ(states, (std::map<std::string, v1::ExposedMemberState>{{stays.name(), v1::EXPOSED_MEMBER_STATE_PRESENT},
                                                                   {sealed.name(), v1::EXPOSED_MEMBER_STATE_SEALED},
                                                                   {erased.name(), v1::EXPOSED_MEMBER_STATE_ERASED}}));
}

TEST_F(ExposureTest, WhatALostStewardTokenMadeIsNamed) {
  const std::string made = NameOf(node_.Caseworker());  // made with the steward's token
  EntriesOf(steward_, "");
  const Report report = ReportOf(steward_, LastActor());
  EXPECT_GT(report.audit_lists(), 0);
  std::set<std::string> resources;
  for (const v1::ExposedAct& act : report.acts()) {
    if (act.action() == v1::AUDIT_ACTION_TOKEN_CREATED) resources.insert(act.resource());
  }
  EXPECT_TRUE(resources.contains(made)) << made;
}

TEST_F(ExposureTest, ASummaryIsMoreThanARecord) {
  const v1::Member member = Create();
  const std::string lost = NameOf(caseworker_);
  v1::GetMemberSummaryRequest get;
  get.set_name(member.name());
  Must(caseworker_, *caseworker_.grievances, &v1::GrievanceService::Stub::GetMemberSummary, get);
  std::set<v1::ExposedKind> kinds;
  const Report report = ReportOf(steward_, lost);
  for (const v1::ExposedCount& count : report.counts()) kinds.insert(count.kind());
  EXPECT_TRUE(kinds.contains(v1::EXPOSED_KIND_SUMMARY));
  EXPECT_TRUE(kinds.contains(v1::EXPOSED_KIND_CONSENT));  // written with the record
}

TEST_F(ExposureTest, WhatCanNotBeIsRefused) {
  v1::ReportTokenExposureRequest request;
  Report none;
  const auto ask = [&] { return steward_.Call(*steward_.audit, &Audit::ReportTokenExposure, request, &none); };
  EXPECT_THAT(ask(), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  request.set_token("tokens/aaaaaaaaaaaaaaaaaaaaaaaaaa");
  EXPECT_THAT(ask(), HasProblem(StatusCode::kNotFound, Reason::kNotFound));
  request.set_token(NameOf(caseworker_));
  request.mutable_start_time()->set_seconds(100);
  request.mutable_end_time()->set_seconds(100);
  EXPECT_THAT(ask(), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  request.clear_start_time();
  request.clear_end_time();
  request.set_page_token("no token");
  EXPECT_THAT(ask(), HasProblem(StatusCode::kInvalidArgument, Reason::kBadPageToken));

  v1::ReportNodeExposureRequest when;
  v1::NodeExposure exposure;
  const auto computer = [&] { return steward_.Call(*steward_.audit, &Audit::ReportNodeExposure, when, &exposure); };
  EXPECT_THAT(computer(), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  when.mutable_time()->set_seconds(absl::ToUnixSeconds(node_.Now()) + 60);
  EXPECT_THAT(computer(), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
}

}  // namespace
}  // namespace aangan::node
