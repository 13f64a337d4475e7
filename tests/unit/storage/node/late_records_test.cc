// SPDX-License-Identifier: Apache-2.0
// What came after the approval and would be counted is late, once a record; what was in time, is not counted or has no
// consent is not.
#include "storage/node/late_records.h"

#include "gtest/gtest.h"
#include "storage/node/day_written.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/storage/node/node_store_test_support.h"

namespace aangan::storage::node {
namespace {

using model::RecordKind;

constexpr model::Period kQuarter{2026, 3};

// A member with a service of the quarter stands there in time; then the release is approved.
class LateRecordsTest : public ::testing::Test {
 protected:
  LateRecordsTest() {
    member_ = test_.AddMember(true);
    service_ = test_.AddService(member_, DayOf(2026, 8, 1));
    test_.clock.now += absl::Seconds(10);
    approved_ = {kQuarter, {test_.catalogue, 0, absl::ToUnixMicros(test_.clock.now)}, CountedBy{test_.catalogue, 0}};
    test_.clock.now += absl::Seconds(10);
  }
  LateRecords Late() {
    const auto late = test_.store->CountLate({&approved_, 1});
    EXPECT_THAT(late.status(), tests::IsOk());
    return late.ok() ? late->front() : LateRecords{};
  }
  void Update(const model::RecordName& name, void (*change)(store::v1::ServiceRecord&)) {
    const Found found = *test_.store->Get(name);
    store::v1::ServiceRecord record = std::get<store::v1::ServiceRecord>(found.record);
    const uint64_t version = record.version();
    change(record);
    ASSERT_TRUE(test_.Write(WriteKind::kUpdate, name, version, record).ok());
  }
  LateRecords Of(int64_t records, int64_t in_year) { return {kQuarter, records, in_year}; }

  StoreUnderTest test_;
  model::Id member_;
  model::RecordName service_;
  ApprovedQuarter approved_;
};

TEST_F(LateRecordsTest, WhatWasInTimeIsNotLate) { EXPECT_EQ(Late(), Of(0, 0)); }

TEST_F(LateRecordsTest, ARecordOfTheQuarterThatCameAfterIsLateOnceAndStillInTheYear) {
  test_.AddService(member_, DayOf(2026, 8, 2));
  EXPECT_EQ(Late(), Of(1, 1));
  test_.AddService(member_, DayOf(2026, 10, 2));  // of the next quarter
  EXPECT_EQ(Late(), Of(1, 1));
}

TEST_F(LateRecordsTest, ADateAddedToARecordThatWasInTimeIsLate) {
  Update(service_, [](auto& record) { record.set_notes("nothing that counts"); });
  EXPECT_EQ(Late(), Of(0, 0));
  Update(service_, [](auto& record) { record.set_completed_day(DayOf(2026, 10, 3)); });
  EXPECT_EQ(Late(), Of(0, 0));
  // No yearly table of the shipped catalogue counts what was completed in this domain.
  Update(service_, [](auto& record) { record.set_completed_day(DayOf(2026, 9, 3)); });
  EXPECT_EQ(Late(), Of(1, 0));
}

TEST_F(LateRecordsTest, ADateMovedIntoTheQuarterIsLateAndOneMovedOutIsNot) {
  const model::RecordName next = test_.AddService(member_, DayOf(2026, 10, 2));
  EXPECT_EQ(Late(), Of(0, 0));
  Update(next, [](auto& record) { record.set_received_day(DayOf(2026, 9, 30)); });
  EXPECT_EQ(Late(), Of(1, 1));
  Update(next, [](auto& record) { record.set_received_day(DayOf(2026, 10, 2)); });
  EXPECT_EQ(Late(), Of(0, 0));
}

TEST_F(LateRecordsTest, NobodyIsCountedWithoutConsentAndOneGivenLateMakesAllOfHersLate) {
  const model::Id other = test_.AddMember(false);
  test_.AddService(other, DayOf(2026, 8, 3));
  EXPECT_EQ(Late(), Of(0, 0));
  ASSERT_TRUE(test_
                  .Write(WriteKind::kCreate, {RecordKind::kConsent, other, test_.NewId()}, 0,
                         StoreUnderTest::Consent(true, DayOf(2026, 9, 1)))
                  .ok());
  EXPECT_EQ(Late().records, 2);  // herself, who joined in the quarter, and her service
  ASSERT_TRUE(test_
                  .Write(WriteKind::kCreate, {RecordKind::kConsent, other, test_.NewId()}, 0,
                         StoreUnderTest::Consent(false, DayOf(2026, 9, 2)))
                  .ok());
  EXPECT_EQ(Late(), Of(0, 0));
}

TEST_F(LateRecordsTest, WhatIsErasedIsNotCounted) {
  const model::RecordName late = test_.AddService(member_, DayOf(2026, 8, 2));
  ASSERT_TRUE(test_.Write(WriteKind::kDelete, late, 1, {}).ok());
  EXPECT_EQ(Late(), Of(0, 0));
}

TEST_F(LateRecordsTest, TheYearCountsWhatCameBeforeItsOwnApproval) {
  test_.AddService(member_, DayOf(2026, 8, 2));
  test_.clock.now += absl::Seconds(10);
  approved_.year->approve_time_us = absl::ToUnixMicros(test_.clock.now);
  test_.clock.now += absl::Seconds(10);
  test_.AddService(member_, DayOf(2026, 8, 3));
  EXPECT_EQ(Late(), Of(2, 1));
  approved_.year.reset();
  EXPECT_EQ(Late(), Of(2, 0));
}

TEST_F(LateRecordsTest, ARecordThatNoIndicatorCountsIsNotLate) {
  model::RecordName name{RecordKind::kAssessment, member_, test_.NewId()};
  store::v1::AssessmentRecord record;
  record.set_instrument("no_such_instrument");
  record.set_day(DayOf(2026, 8, 2));
  ASSERT_TRUE(test_.Write(WriteKind::kCreate, name, 0, record).ok());
  EXPECT_EQ(Late().records, 0);
}

TEST_F(LateRecordsTest, NoQuartersAreNoWork) { EXPECT_TRUE(test_.store->CountLate({})->empty()); }

}  // namespace
}  // namespace aangan::storage::node
