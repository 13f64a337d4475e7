// SPDX-License-Identifier: Apache-2.0
// What tallies may see of a record, and which decision about being counted holds.
#include "storage/node/facts_of.h"

#include "gtest/gtest.h"
#include "model/codes.h"
#include "tests/unit/storage/node/node_store_test_support.h"

namespace aangan::storage::node {
namespace {

model::MemberFacts FactsWith(const std::vector<store::v1::ConsentRecord>& consents) {
  const model::Id member{{1}};
  FactsGatherer gatherer(member);
  gatherer.Add({model::RecordKind::kMember, member, member}, StoreUnderTest::Member());
  for (const auto& consent : consents) gatherer.Add({model::RecordKind::kConsent, member, model::Id{{2}}}, consent);
  return std::move(gatherer).Take();
}

store::v1::ConsentRecord Ordered(bool given, model::Day day, uint64_t order) {
  auto consent = StoreUnderTest::Consent(given, day);
  consent.set_order(order);
  return consent;
}

TEST(FactsOf, AbsentConsentIsNo) { EXPECT_FALSE(FactsWith({}).consent.given); }

TEST(FactsOf, TheNewestDecisionHoldsWhateverTheOrderOfReading) {
  const auto given = Ordered(true, 100, 1);
  const auto withdrawn = Ordered(false, 200, 2);
  EXPECT_FALSE(FactsWith({given, withdrawn}).consent.given);
  EXPECT_FALSE(FactsWith({withdrawn, given}).consent.given);
  EXPECT_TRUE(FactsWith({withdrawn, Ordered(true, 200, 3)}).consent.given);
}

TEST(FactsOf, AnotherPurposeIsNotTheConsentToBeCounted) {
  auto other = Ordered(true, 100, 1);
  other.set_purpose(1);
  EXPECT_FALSE(FactsWith({other}).consent.given);
}

TEST(FactsOf, AConsentThatRanOutCountsNoMore) {
  auto consent = Ordered(true, 100, 1);
  consent.set_until_day(300);
  EXPECT_EQ(FactsWith({consent}).consent.until, 300);
  consent.set_ran_out(true);
  EXPECT_FALSE(FactsWith({consent}).consent.given);
}

TEST(FactsOf, WhatWasWrittenLaterHasNotHappenedThen) {
  const model::Id member{{1}};
  auto service = StoreUnderTest::Service(20'000);
  service.set_create_time_us(100);
  store::v1::DayWritten& written = *service.add_written();
  written.set_field(store::v1::ServiceRecord::kReceivedDayFieldNumber);
  written.set_day(20'000);
  written.set_time_us(300);
  auto consent = Ordered(true, 100, 1);
  consent.set_create_time_us(200);
  const auto as_of = [&](int64_t time_us) {
    FactsGatherer gatherer(member, time_us);
    gatherer.Add({model::RecordKind::kService, member, model::Id{{2}}}, service);
    gatherer.Add({model::RecordKind::kConsent, member, model::Id{{3}}}, consent);
    return std::move(gatherer).Take();
  };
  EXPECT_TRUE(as_of(99).services.empty());
  ASSERT_EQ(as_of(299).services.size(), 1u);
  EXPECT_EQ(as_of(299).services[0].received, model::kNoDay);
  EXPECT_EQ(as_of(300).services[0].received, 20'000);
  EXPECT_FALSE(as_of(199).consent.given);
  EXPECT_TRUE(as_of(200).consent.given);
}

TEST(FactsOf, CodesBecomeIndexesAndUnknownOnesUnknown) {
  const model::MemberFacts facts = FactsWith({});
  EXPECT_EQ(facts.gender, *model::FindCode(model::ListId::kGender, "woman"));
  EXPECT_EQ(facts.enrolled, (model::Period{2026, 3}));
  EXPECT_EQ(facts.birth_year, 1996);
}

}  // namespace
}  // namespace aangan::storage::node
