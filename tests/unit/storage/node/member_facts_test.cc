// SPDX-License-Identifier: Apache-2.0
// Facts come from all of a member's records, and from nobody else's.
#include "storage/node/member_facts.h"

#include "gtest/gtest.h"
#include "storage/engine/batch.h"
#include "storage/node/record_codec.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/storage/node/node_store_test_support.h"

namespace aangan::storage::node {
namespace {

class MemberFactsTest : public ::testing::Test {
 protected:
  MemberFactsTest() : batch_(nullptr) {
    keyring_ = std::make_unique<Keyring>(SecretBytes::Random(kSealKeyBytes, random_));
    loader_ = std::make_unique<MemberFactsLoader>(keyring_.get());
  }
  void Put(const model::Id& member, int services) {
    Keyring::NewKey key = keyring_->MakeMemberKey(member.bytes, random_);
    batch_.Put(Family::kMemberKeys, AsText(member.bytes), key.wrapped);
    const auto put = [&](const model::RecordName& name, const Record& record) {
      batch_.Put(Family::kRecords, RecordKey(name), SealRecord(key.key.span(), name, 1, record, random_));
    };
    put({model::RecordKind::kMember, member, member}, StoreUnderTest::Member());
    put({model::RecordKind::kConsent, member, model::Id{{1}}}, StoreUnderTest::Consent(true, 20000));
    for (int i = 0; i < services; ++i) {
      put({model::RecordKind::kService, member, model::RandomId(random_)}, StoreUnderTest::Service(20500));
    }
  }
  tests::TempDir folder_;
  SystemRandom random_;
  Batch batch_;
  std::unique_ptr<Keyring> keyring_;
  std::unique_ptr<MemberFactsLoader> loader_;
};

TEST_F(MemberFactsTest, AreAllOfHersAndNobodyElses) {
  Put(model::Id{{1}}, 3);
  Put(model::Id{{2}}, 1);
  const auto facts = loader_->Load(batch_, model::Id{{1}});
  ASSERT_TRUE(facts.ok() && facts->has_value());
  EXPECT_EQ((*facts)->services.size(), 3u);
  EXPECT_TRUE((*facts)->consent.given);
  EXPECT_FALSE(loader_->Load(batch_, model::Id{{3}})->has_value());
  EXPECT_THAT(loader_->KeyOf(batch_, model::Id{{3}}).status(),
              tests::HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
}

TEST_F(MemberFactsTest, AfterWritesOfServicesAndAssessmentsTheyAreWhatAllRecordsSay) {
  const model::Id member{{1}};
  Put(member, 5);
  const auto before = loader_->Load(batch_, member);
  ASSERT_TRUE(before.ok() && before->has_value());
  const WorkingKey key = *loader_->KeyOf(batch_, member);
  std::vector<RecordWrite> writes;
  const auto put = [&](WriteKind kind, const model::RecordName& name, const Record& record) {
    batch_.Put(Family::kRecords, RecordKey(name), SealRecord(key.span(), name, 2, record, random_));
    writes.push_back({kind, name, 0, {}});
  };
  const model::Id updated = (*before)->services[1].id, deleted = (*before)->services[3].id;
  put(WriteKind::kCreate, {model::RecordKind::kService, member, model::Id{{7}}}, StoreUnderTest::Service(20501));
  put(WriteKind::kUpdate, {model::RecordKind::kService, member, updated}, StoreUnderTest::Service(20502));
  store::v1::AssessmentRecord assessment;
  assessment.set_day(20503);
  put(WriteKind::kCreate, {model::RecordKind::kAssessment, member, deleted}, assessment);  // ids are of their kind
  batch_.Delete(Family::kRecords, RecordKey({model::RecordKind::kService, member, deleted}));
  writes.push_back({WriteKind::kDelete, {model::RecordKind::kService, member, deleted}, 0, {}});
  const auto after = loader_->LoadAfter(batch_, **before, writes);
  ASSERT_THAT(after, tests::IsOk());
  EXPECT_EQ(*after, **loader_->Load(batch_, member));
  EXPECT_EQ(after->services.size(), 5u);
  EXPECT_EQ(after->assessments.size(), 1u);
}

TEST_F(MemberFactsTest, EveryMemberIsVisitedInOrderUntilTheVisitorStops) {
  for (uint8_t i = 1; i <= 4; ++i) Put(model::Id{{i}}, 0);
  std::vector<uint8_t> seen;
  ASSERT_THAT(loader_->ForEach(batch_,
                               [&](const model::MemberFacts& facts) {
                                 seen.push_back(facts.id.bytes[0]);
                                 return absl::OkStatus();
                               }),
              tests::IsOk());
  EXPECT_EQ(seen, (std::vector<uint8_t>{1, 2, 3, 4}));
  EXPECT_EQ(loader_->ForEach(batch_, [](const model::MemberFacts&) { return absl::CancelledError(""); }).code(),
            absl::StatusCode::kCancelled);
}

TEST_F(MemberFactsTest, ADamagedRecordIsSaidAndNotLeftOut) {
  Put(model::Id{{1}}, 1);
  batch_.Put(Family::kRecords, RecordKey({model::RecordKind::kService, model::Id{{1}}, model::Id{{9}}}),
             "garbage-garbage");
  EXPECT_THAT(loader_->Load(batch_, model::Id{{1}}).status(),
              tests::HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

}  // namespace
}  // namespace aangan::storage::node
