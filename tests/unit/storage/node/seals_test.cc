// SPDX-License-Identifier: Apache-2.0
// A sealed member: kept, read by nobody, counted nowhere, erased when her time is over.
#include "storage/node/seals.h"

#include <algorithm>

#include "base/files.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/storage/node/node_store_test_support.h"

namespace aangan::storage::node {
namespace {

using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;

class Seals : public ::testing::Test {
 protected:
  absl::StatusOr<Committed> Seal(const model::Id& member, model::Day until) {
    store::v1::SealedStateRecord state;
    state.set_until_day(until);
    state.set_reason(1);
    return test_.Write(WriteKind::kCreate, SealedStateName(member), 0, state);
  }
  int64_t Counted() {
    int64_t sum = 0;
    const auto closed = test_.store->Close(test_.catalogue->digest, {2026, 3});
    EXPECT_THAT(closed, IsOk());
    for (int64_t count : closed->counts) sum += count;
    return sum;
  }
  model::RecordName Of(const model::Id& member) const { return {model::RecordKind::kMember, member, member}; }
  model::Day Today() const { return model::DayInIndia(test_.clock.Now()); }

  StoreUnderTest test_;
};

TEST_F(Seals, NobodyReadsAndNothingIsWrittenUnderHer) {
  const model::Id member = test_.AddMember(true);
  const model::RecordName service = test_.AddService(member, DayOf(2026, 8, 1));
  ASSERT_THAT(Seal(member, Today() + 10), IsOk());
  const auto sealed = HasProblem(StatusCode::kFailedPrecondition, Reason::kSealed);
  EXPECT_THAT(test_.store->Get(Of(member)), sealed);
  EXPECT_THAT(test_.store->Get(service), sealed);
  EXPECT_THAT(test_.store->List(model::RecordKind::kService, member, std::nullopt, 10), sealed);
  EXPECT_THAT(test_.Write(WriteKind::kCreate, {model::RecordKind::kService, member, test_.NewId()}, 0,
                          StoreUnderTest::Service(DayOf(2026, 8, 2))),
              sealed);
  EXPECT_THAT(test_.Write(WriteKind::kUpdate, service, 1, StoreUnderTest::Service(DayOf(2026, 8, 2))), sealed);
  EXPECT_THAT(test_.Write(WriteKind::kDelete, Of(member), 1, {}), sealed);
  EXPECT_THAT(Seal(member, Today() + 20), sealed);
  RecordsChange row;  // as an import sends it
  row.action = Action::kImported;
  row.skip_if_present = true;
  row.writes.push_back({WriteKind::kCreate, Of(member), 0, StoreUnderTest::Member()});
  EXPECT_THAT(test_.store->SubmitAndWait(std::move(row)), sealed);
}

TEST_F(Seals, ListsLeaveHerOutAndTheirPagesStayFull) {
  std::vector<model::Id> members;
  for (int i = 0; i < 6; ++i) members.push_back(test_.AddMember(true));
  std::sort(members.begin(), members.end());
  ASSERT_THAT(Seal(members[0], Today()), IsOk());
  ASSERT_THAT(Seal(members[2], Today()), IsOk());
  const auto open = test_.store->List(model::RecordKind::kMember, {}, std::nullopt, 3);
  ASSERT_THAT(open, IsOk());
  ASSERT_EQ(open->size(), 3u);
  EXPECT_EQ((*open)[0].name.member, members[1]);
  EXPECT_EQ((*open)[2].name.member, members[4]);
  const auto sealed = test_.store->List(model::RecordKind::kSealedState, {}, members[0], 3);
  ASSERT_THAT(sealed, IsOk());
  ASSERT_EQ(sealed->size(), 1u);
  EXPECT_EQ((*sealed)[0].name, SealedStateName(members[2]));
}

TEST_F(Seals, SheIsInNoTallyFromThatCommitOnAndInItAgainWhenUnsealed) {
  const model::Id member = test_.AddMember(true);
  test_.AddService(member, DayOf(2026, 8, 1));
  const int64_t before = Counted();
  EXPECT_GT(before, 0);
  ASSERT_THAT(Seal(member, Today() + 10), IsOk());
  EXPECT_EQ(Counted(), 0);
  EXPECT_THAT(test_.store->Verify(), IsOk());
  test_.Close();
  test_.Open();
  EXPECT_EQ(Counted(), 0);
  RecordsChange unseal;
  unseal.action = Action::kUnsealed;
  unseal.past_seal = true;
  unseal.writes.push_back({WriteKind::kDelete, SealedStateName(member), 1, {}});
  ASSERT_THAT(test_.store->SubmitAndWait(std::move(unseal)), IsOk());
  EXPECT_EQ(Counted(), before);
  EXPECT_THAT(test_.store->Get(Of(member)), IsOk());
  EXPECT_THAT(test_.store->Verify(), IsOk());
}

TEST_F(Seals, ANewCountLeavesHerOutToo) {
  test_.AddMember(true);
  const int64_t one = Counted();
  const model::Id member = test_.AddMember(true);
  ASSERT_THAT(Seal(member, Today() + 10), IsOk());
  test_.Count(1);  // another place: everything is counted anew
  test_.Count(0);
  EXPECT_EQ(Counted(), one);
}

TEST_F(Seals, SheIsErasedWhenHerTimeIsOverAndNotBefore) {
  const model::Id member = test_.AddMember(true), other = test_.AddMember(true);
  ASSERT_THAT(Seal(member, Today() + 1), IsOk());
  EXPECT_EQ(*EraseEndedSeals(*test_.store, Today()), 0);
  EXPECT_EQ(*EraseEndedSeals(*test_.store, Today() + 1), 0) << "her last day counts";
  EXPECT_EQ(*EraseEndedSeals(*test_.store, Today() + 2), 1);
  EXPECT_EQ(*EraseEndedSeals(*test_.store, Today() + 2), 0);
  EXPECT_THAT(test_.store->Get(Of(member)), HasProblem(StatusCode::kNotFound, Reason::kNotFound));
  EXPECT_THAT(test_.Write(WriteKind::kCreate, Of(member), 0, StoreUnderTest::Member()),
              HasProblem(StatusCode::kAlreadyExists, Reason::kErasedId));
  EXPECT_EQ(test_.store->ListAudit(member, 0, 1)->front().action, Action::kSealEnded);
  EXPECT_THAT(test_.store->Get(Of(other)), IsOk());
  EXPECT_THAT(test_.store->Verify(), IsOk());
}

// A change may pass the seal only as it was read: a longer time that was set meanwhile holds.
TEST_F(Seals, ASealThatChangedMeanwhileIsNotEnded) {
  const model::Id member = test_.AddMember(true);
  ASSERT_THAT(Seal(member, Today()), IsOk());
  RecordsChange longer;
  longer.action = Action::kSealed;
  longer.past_seal = true;
  store::v1::SealedStateRecord state;
  state.set_until_day(Today() + 100);
  longer.writes.push_back({WriteKind::kUpdate, SealedStateName(member), 1, state});
  ASSERT_THAT(test_.store->SubmitAndWait(std::move(longer)), IsOk());
  RecordsChange ended;
  ended.action = Action::kSealEnded;
  ended.past_seal = true;
  ended.writes.push_back({WriteKind::kDelete, SealedStateName(member), 1, {}});
  ended.writes.push_back({WriteKind::kDelete, Of(member), 0, {}});
  EXPECT_THAT(test_.store->SubmitAndWait(std::move(ended)), HasProblem(StatusCode::kAborted, Reason::kStaleEtag));
  EXPECT_EQ(*EraseEndedSeals(*test_.store, Today() + 50), 0);
  EXPECT_EQ(test_.store->List(model::RecordKind::kSealedState, {}, std::nullopt, 10)->size(), 1u);
}

TEST_F(Seals, AConsentThatRunsOutWhileSheIsSealedHasRunOutWhenSheIsUnsealed) {
  const model::Id member = test_.AddMember(false);
  auto consent = StoreUnderTest::Consent(true, DayOf(2026, 1, 1));
  consent.set_until_day(Today() + 2);
  ASSERT_THAT(test_.Write(WriteKind::kCreate, {model::RecordKind::kConsent, member, test_.NewId()}, 0, consent),
              IsOk());
  ASSERT_THAT(Seal(member, Today() + 300), IsOk());
  test_.clock.now += absl::Hours(24 * 10);
  EXPECT_EQ(*test_.store->RunOutConsents(), 0);
  RecordsChange unseal;
  unseal.action = Action::kUnsealed;
  unseal.past_seal = true;
  unseal.writes.push_back({WriteKind::kDelete, SealedStateName(member), 1, {}});
  ASSERT_THAT(test_.store->SubmitAndWait(std::move(unseal)), IsOk());
  EXPECT_EQ(Counted(), 0);
  EXPECT_EQ(test_.store->ListAudit(member, 0, 1)->front().action, Action::kConsentRanOut);
}

}  // namespace
}  // namespace aangan::storage::node
