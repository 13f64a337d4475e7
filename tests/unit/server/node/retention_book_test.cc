// SPDX-License-Identifier: Apache-2.0
// The retention policy: off at first, seen before it is done, and done to nobody else.
#include "server/node/retention_book.h"

#include <gtest/gtest.h>

#include "storage/node/seals.h"
#include "tests/support/second_person.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/node/node_under_test.h"
#include "tests/unit/server/node/three_collectives.h"

namespace aangan::node {
namespace {

using absl::StatusCode;
using storage::node::Action;
using storage::node::RecordsChange;
using storage::node::WriteKind;
using tests::HasProblem;
using tests::IsOk;

class Retention : public ::testing::Test {
 protected:
  Retention() {
    node_.AcceptCatalogue(RehearsalCatalogue());
    kept_ = node_.AddMember({2026, 8, 1});
    leaving_ = node_.AddMember({2026, 8, 2});
  }
  model::Day Today() const { return model::DayInIndia(node_.clock().Now()); }
  void Pass(int days) { node_.clock().Advance(absl::Hours(24) * days); }
  absl::StatusOr<store::v1::RetentionPolicyRecord> Set(int years, std::optional<int> days, uint64_t version) {
    store::v1::RetentionPolicyRecord policy;
    policy.set_years_after_last_record(years);
    if (days) policy.set_days_after_withdrawal(*days);
    policy.set_grace_days(30);
    return book_.Change(policy, version, "tokens/test", absl::ToUnixMicros(node_.clock().Now()));
  }
  void DecideKeeping(const model::Id& member, bool given, std::optional<model::Day> until = std::nullopt) {
    store::v1::ConsentRecord consent;
    consent.set_purpose(1);
    consent.set_decision(given ? 1 : 2);
    consent.set_decision_day(Today());
    if (until) consent.set_until_day(*until);
    RecordsChange change;
    change.writes.push_back(
        {WriteKind::kCreate, {model::RecordKind::kConsent, member, model::RandomId(random_)}, 0, consent});
    ASSERT_THAT(node_.store().SubmitAndWait(std::move(change)), IsOk());
  }
  RetentionRun Run() {
    const auto run = book_.Run(Today());
    EXPECT_THAT(run, IsOk());
    return run.value_or(RetentionRun());
  }
  bool There(const model::Id& member) { return node_.store().Get({model::RecordKind::kMember, member, member}).ok(); }

  mutable ThreeCollectives node_;
  RetentionBook book_{&node_.store()};
  SystemRandom random_;
  model::Id kept_, leaving_;
};

TEST_F(Retention, NothingIsErasedByItselfUntilACollectiveSaysSo) {
  EXPECT_EQ(book_.Policy()->version(), 1u);
  DecideKeeping(leaving_, false);
  Pass(365 * 60);
  EXPECT_TRUE(book_.Look(Today())->empty());
  EXPECT_EQ(Run().noted, 0);
  EXPECT_FALSE(book_.wants_people());
  EXPECT_TRUE(There(leaving_));
}

TEST_F(Retention, VersionsFollowEachOtherAndOldOnesStay) {
  ASSERT_THAT(Set(7, 10, 1), IsOk());
  EXPECT_THAT(Set(8, 10, 1), HasProblem(StatusCode::kAborted, Reason::kStaleEtag));
  ASSERT_THAT(Set(8, std::nullopt, 2), IsOk());
  EXPECT_EQ(book_.Policy()->version(), 3u);
  EXPECT_EQ(book_.Policy()->years_after_last_record(), 8);
  EXPECT_FALSE(book_.Policy()->has_days_after_withdrawal());
  EXPECT_EQ(node_.store().ListSettings("retention/policy/", "", 10)->size(), 2u);
}

TEST_F(Retention, SheStandsInTheReportForTheTimeOfGraceBeforeSheIsErased) {
  ASSERT_THAT(Set(0, 5, 1), IsOk());
  DecideKeeping(leaving_, false);
  Pass(4);
  EXPECT_TRUE(book_.Look(Today())->empty());
  Pass(300);  // the node was off: what is long due is still shown first
  auto report = book_.Look(Today());
  ASSERT_THAT(report, IsOk());
  ASSERT_EQ(report->size(), 1u);
  EXPECT_EQ(report->front().member, leaving_);
  EXPECT_EQ(report->front().due.reason, model::RetentionReason::kWithdrawn);
  EXPECT_EQ(report->front().noted, model::kNoDay) << "a report is a dry run";
  EXPECT_EQ(Run().noted, 1);
  EXPECT_TRUE(book_.wants_people());
  report = book_.Look(Today());
  EXPECT_EQ(report->front().noted, Today());
  EXPECT_EQ(report->front().erase, Today() + 30);
  Pass(29);
  EXPECT_EQ(Run().erased, 0);
  EXPECT_TRUE(There(leaving_));
  Pass(1);
  EXPECT_EQ(book_.Look(Today())->size(), 1u);
  const RetentionRun last = Run();
  EXPECT_EQ(last.erased, 1);
  EXPECT_EQ(last.cleared, 1);
  EXPECT_FALSE(There(leaving_));
  EXPECT_TRUE(There(kept_));
  EXPECT_TRUE(node_.store().ListSettings("retention/noted/", "", 10)->empty());
  EXPECT_EQ(node_.store().ListAudit(leaving_, 0, 1)->front().action, Action::kRetentionErased);
  EXPECT_THAT(node_.store().Verify(), IsOk());
}

TEST_F(Retention, WhoAgreesAgainOrIsServedAgainIsDueNoMore) {
  ASSERT_THAT(Set(2, 0, 1), IsOk());
  DecideKeeping(leaving_, false);
  EXPECT_EQ(Run().noted, 1);
  Pass(20);
  DecideKeeping(leaving_, true);
  EXPECT_EQ(Run().cleared, 1);
  Pass(20);
  EXPECT_EQ(Run().erased, 0);
  DecideKeeping(leaving_, false);
  EXPECT_EQ(Run().noted, 1);
  Pass(15);
  EXPECT_EQ(Run().erased, 0) << "the time of grace began anew";
  EXPECT_TRUE(There(leaving_));
}

TEST_F(Retention, APolicyThatChangedBeginsTheTimeOfGraceAnew) {
  ASSERT_THAT(Set(0, 0, 1), IsOk());
  DecideKeeping(leaving_, false);
  EXPECT_EQ(Run().noted, 1);
  Pass(30);
  ASSERT_THAT(Set(0, 1, 2), IsOk());
  const RetentionRun run = Run();
  EXPECT_EQ(run.erased, 0);
  EXPECT_EQ(run.noted, 1);
  EXPECT_EQ(run.cleared, 0);
  EXPECT_EQ(book_.Look(Today())->front().erase, Today() + 30);
}

TEST_F(Retention, SwitchedOffItForgetsWhomItHadNoted) {
  ASSERT_THAT(Set(0, 0, 1), IsOk());
  DecideKeeping(leaving_, false);
  EXPECT_EQ(Run().noted, 1);
  ASSERT_THAT(Set(0, std::nullopt, 2), IsOk());
  EXPECT_EQ(Run().cleared, 1);
  EXPECT_FALSE(book_.wants_people());
  Pass(100);
  EXPECT_EQ(Run().erased, 0);
}

TEST_F(Retention, AConsentThatEndsSoonIsAskedForAndErasesNobodyYet) {
  ASSERT_THAT(Set(0, 0, 1), IsOk());
  DecideKeeping(leaving_, true, Today() + 10);
  const auto report = book_.Look(Today());
  ASSERT_EQ(report->size(), 1u);
  EXPECT_EQ(report->front().due.reason, model::RetentionReason::kAskAgain);
  EXPECT_EQ(Run().noted, 0);
  EXPECT_TRUE(book_.wants_people());
  EXPECT_TRUE(There(leaving_));
}

TEST_F(Retention, ASealedMemberIsNotInIt) {
  ASSERT_THAT(Set(0, 0, 1), IsOk());
  DecideKeeping(leaving_, false);
  EXPECT_EQ(Run().noted, 1);
  store::v1::SealedStateRecord state;
  state.set_until_day(Today() + 1000);
  RecordsChange seal;
  seal.action = Action::kSealed;
  seal.writes.push_back({WriteKind::kCreate, storage::node::SealedStateName(leaving_), 0, state});
  ASSERT_THAT(node_.store().SubmitAndWait(std::move(seal)), IsOk());
  EXPECT_TRUE(book_.Look(Today())->empty());
  Pass(100);
  const RetentionRun run = Run();
  EXPECT_EQ(run.erased, 0);
  EXPECT_EQ(run.cleared, 1);
}

TEST_F(Retention, YearsRunFromTheLastServiceOrTheEnrolment) {
  ASSERT_THAT(Set(1, std::nullopt, 1), IsOk());
  Pass(364);
  EXPECT_TRUE(book_.Look(Today())->empty()) << "both were enrolled less than a year ago";
  Pass(2);
  EXPECT_EQ(book_.Look(Today())->size(), 2u);
}

// What is released stays as it was, byte for byte, whatever becomes of the members behind it.
TEST_F(Retention, AReleasedVectorDoesNotChangeInAnyOrder) {
  constexpr model::Period kQuarter{2026, 3};
  node_.Announce(kQuarter);
  ASSERT_THAT(node_.close().Close(kQuarter, "tokens/test"), IsOk());
  const auto preview = node_.close().Look(kQuarter);
  ASSERT_THAT(preview, IsOk());
  const auto approved = node_.close().Approve(kQuarter, AsText(preview->entry.proposal_digest), "tokens/test");
  ASSERT_THAT(approved, IsOk());
  const auto as_released = [&] {
    const auto entry = node_.once().GetRound(kQuarter);
    ASSERT_THAT(entry, IsOk());
    EXPECT_EQ(entry->contribution, approved->contribution);
    EXPECT_EQ(entry->protected_vector, approved->protected_vector);
    EXPECT_EQ(entry->contribution_name, approved->contribution_name);
  };
  const auto before = node_.store().Close(approved->catalogue, kQuarter);
  ASSERT_THAT(before, IsOk());
  ASSERT_THAT(Set(0, 0, 1), IsOk());
  DecideKeeping(leaving_, false);
  EXPECT_EQ(Run().noted, 1);
  store::v1::ConsentRecord withdrawn;
  withdrawn.set_purpose(2);
  withdrawn.set_decision(2);
  withdrawn.set_decision_day(Today());
  RecordsChange change;
  change.writes.push_back(
      {WriteKind::kCreate, {model::RecordKind::kConsent, kept_, model::RandomId(random_)}, 0, withdrawn});
  ASSERT_THAT(node_.store().SubmitAndWait(std::move(change)), IsOk());
  as_released();
  Pass(30);
  EXPECT_EQ(Run().erased, 1);
  as_released();
  const model::Id late = node_.AddMember({2026, 9, 1});
  store::v1::SealedStateRecord state;
  state.set_until_day(Today());
  RecordsChange seal;
  seal.action = Action::kSealed;
  seal.writes.push_back({WriteKind::kCreate, storage::node::SealedStateName(late), 0, state});
  ASSERT_THAT(node_.store().SubmitAndWait(std::move(seal)), IsOk());
  as_released();
  Pass(1);
  EXPECT_EQ(*storage::node::EraseEndedSeals(node_.store(), Today()), 1);
  as_released();
  const auto after = node_.store().Close(approved->catalogue, kQuarter);
  ASSERT_THAT(after, IsOk());
  EXPECT_NE(after->counts, before->counts) << "the tallies did move";
}

TEST(RetentionOverThePort, ThePolicyIsReadSetAndReported) {
  NodeUnderTest node;
  const tests::NodeClient steward = node.Steward(), caseworker = node.Caseworker();
  using Stub = v1::RetentionService::Stub;
  v1::RetentionPolicy policy;
  ASSERT_THAT(steward.Call(*steward.retention, &Stub::GetRetentionPolicy, v1::GetRetentionPolicyRequest(), &policy),
              IsOk());
  EXPECT_EQ(policy.years_after_last_record(), 0);
  EXPECT_FALSE(policy.has_days_after_withdrawal());
  EXPECT_EQ(policy.grace_days(), 30);
  v1::UpdateRetentionPolicyRequest update;
  *update.mutable_retention_policy() = policy;
  update.mutable_retention_policy()->set_years_after_last_record(51);
  update.mutable_retention_policy()->set_grace_days(3);
  update.mutable_update_mask()->add_paths("*");
  v1::RetentionPolicy changed;
  EXPECT_THAT(steward.Call(*steward.retention, &Stub::UpdateRetentionPolicy, update, &changed),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  update.mutable_retention_policy()->set_years_after_last_record(7);
  update.mutable_retention_policy()->set_grace_days(60);
  EXPECT_THAT(caseworker.Call(*caseworker.retention, &Stub::UpdateRetentionPolicy, update, &changed),
              HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
  // Nobody decides alone how long records are kept.
  const absl::Status refusal = steward.Call(*steward.retention, &Stub::UpdateRetentionPolicy, update, &changed);
  EXPECT_THAT(refusal, HasProblem(StatusCode::kPermissionDenied, Reason::kPermitNeeded));
  EXPECT_EQ(tests::PermitWish(refusal).permit().kind(), v1::PERMIT_KIND_POLICY_CHANGE);
  const tests::NodeClient second = node.Client(tests::TokenFor(steward, v1::ROLE_AUDITOR));
  update.set_permit(tests::PermitFor(refusal, steward, second));
  update.mutable_retention_policy()->set_years_after_last_record(8);
  EXPECT_THAT(steward.Call(*steward.retention, &Stub::UpdateRetentionPolicy, update, &changed),
              HasProblem(StatusCode::kPermissionDenied, Reason::kPermitNeeded))
      << "the yes was for seven years";
  update.mutable_retention_policy()->set_years_after_last_record(7);
  ASSERT_THAT(steward.Call(*steward.retention, &Stub::UpdateRetentionPolicy, update, &changed), IsOk());
  EXPECT_EQ(changed.etag(), "v2");
  EXPECT_THAT(steward.Call(*steward.retention, &Stub::UpdateRetentionPolicy, update, &changed),
              HasProblem(StatusCode::kAborted, Reason::kStaleEtag));
  for (int i = 0; i < 3; ++i) {
    v1::CreateMemberRequest request;
    *request.mutable_member() = tests::SomeMember();
    v1::Member member;
    ASSERT_THAT(caseworker.Call(*caseworker.members, &v1::MemberService::Stub::CreateMember, request, &member), IsOk());
  }
  v1::ReportRetentionRequest report;
  report.set_page_size(2);
  v1::ReportRetentionResponse page;
  ASSERT_THAT(caseworker.Call(*caseworker.retention, &Stub::ReportRetention, report, &page), IsOk());
  EXPECT_EQ(page.due_members_size(), 0);
  EXPECT_EQ(page.retention_policy().grace_days(), 60);
}

}  // namespace
}  // namespace aangan::node
