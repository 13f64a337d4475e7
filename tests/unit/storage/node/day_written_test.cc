// SPDX-License-Identifier: Apache-2.0
// Since when a day has stood in its record: kept through updates that leave it alone, begun again by those that do not.
#include "storage/node/day_written.h"

#include "gtest/gtest.h"
#include "storage/node/record_codec.h"
#include "tests/unit/storage/node/node_store_test_support.h"

namespace aangan::storage::node {
namespace {

using store::v1::ServiceRecord;

constexpr int kReceived = ServiceRecord::kReceivedDayFieldNumber;
constexpr int kCompleted = ServiceRecord::kCompletedDayFieldNumber;

TEST(DayWritten, ADayKeepsItsMomentUntilItChanges) {
  ServiceRecord record = StoreUnderTest::Service(20'000);
  NoteDays(500, record);
  record.set_completed_day(20'010);
  NoteDays(900, record);
  EXPECT_EQ(TimeWritten(record, kReceived), 500);
  EXPECT_EQ(TimeWritten(record, kCompleted), 900);
  record.set_received_day(20'001);
  NoteDays(1'000, record);
  EXPECT_EQ(TimeWritten(record, kReceived), 1'000);
  EXPECT_EQ(TimeWritten(record, kCompleted), 900);
}

TEST(DayWritten, ADayThatWasTakenAwayIsForgotten) {
  ServiceRecord record = StoreUnderTest::Service(20'000);
  NoteDays(500, record);
  record.clear_received_day();
  NoteDays(600, record);
  EXPECT_EQ(record.written_size(), 0);
  record.set_received_day(20'000);
  NoteDays(700, record);
  EXPECT_EQ(TimeWritten(record, kReceived), 700);
}

TEST(DayWritten, ARecordWithoutMomentsWasWrittenWhenItWasMade) {
  ServiceRecord record = StoreUnderTest::Service(20'000);
  record.set_create_time_us(77);
  EXPECT_EQ(TimeWritten(record, kReceived), 77);
  store::v1::AssessmentRecord assessment;
  assessment.set_create_time_us(78);
  EXPECT_EQ(TimeWritten(assessment, store::v1::AssessmentRecord::kDayFieldNumber), 78);
}

TEST(DayWritten, AMembersQuarterHasAMomentToo) {
  store::v1::MemberRecord record = StoreUnderTest::Member();
  NoteDays(500, record);
  NoteDays(600, record);
  EXPECT_EQ(TimeWritten(record, store::v1::MemberRecord::kEnrolmentQuarterFieldNumber), 500);
  record.set_enrolment_quarter("2026Q2");
  NoteDays(700, record);
  EXPECT_EQ(TimeWritten(record, store::v1::MemberRecord::kEnrolmentQuarterFieldNumber), 700);
}

TEST(DayWritten, AnUpdateKeepsWhatItDoesNotSay) {
  Record before = StoreUnderTest::Service(20'000);
  Stamp(before, WriteKind::kCreate, 1, 500);
  Record after = StoreUnderTest::Service(20'000);
  KeepTimes(before, after);
  Stamp(after, WriteKind::kUpdate, 2, 900);
  const auto& service = std::get<ServiceRecord>(after);
  EXPECT_EQ(service.create_time_us(), 500);
  EXPECT_EQ(service.update_time_us(), 900);
  EXPECT_EQ(TimeWritten(service, kReceived), 500);
}

}  // namespace
}  // namespace aangan::storage::node
