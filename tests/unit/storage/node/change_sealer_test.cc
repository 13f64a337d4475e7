// SPDX-License-Identifier: Apache-2.0
// What a change carries on after it was sealed, and who may do without a key.
#include "storage/node/change_sealer.h"

#include "gtest/gtest.h"
#include "storage/engine/batch.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/storage/node/node_store_test_support.h"

namespace aangan::storage::node {
namespace {

constexpr uint64_t kFuture = 4'000'000'000'000'000;  // a clock that was ahead once

class ChangeSealerTest : public ::testing::Test {
 protected:
  ChangeSealerTest() : batch_(nullptr) {
    keyring_ = std::make_unique<Keyring>(SecretBytes::Random(kSealKeyBytes, random_));
    loader_ = std::make_unique<MemberFactsLoader>(keyring_.get());
    sealer_ = std::make_unique<ChangeSealer>(loader_.get(), keyring_.get(), &batch_, &clock_, &random_, kFuture);
  }
  absl::StatusOr<std::unique_ptr<ChangeItem>> Seal(RecordsChange change) {
    return sealer_->Seal(std::move(change), [](const auto&) {});
  }
  static RecordsChange One(WriteKind kind, const model::RecordName& name, Record record) {
    RecordsChange change;
    change.writes.push_back({kind, name, 0, std::move(record)});
    return change;
  }

  tests::TempDir folder_;
  StillClock clock_;
  SystemRandom random_;
  Batch batch_;
  std::unique_ptr<Keyring> keyring_;
  std::unique_ptr<MemberFactsLoader> loader_;
  std::unique_ptr<ChangeSealer> sealer_;
  const model::Id member_{{1}};
  const model::RecordName name_{model::RecordKind::kMember, member_, member_};
};

TEST_F(ChangeSealerTest, APlainRecordGoesNoFurther) {
  const auto item = Seal(One(WriteKind::kCreate, name_, StoreUnderTest::Member()));
  ASSERT_THAT(item.status(), tests::IsOk());
  EXPECT_FALSE((*item)->wrapped_key.empty());
  EXPECT_EQ((*item)->sealed.at(0).find(kCanary), std::string::npos);
  const auto& record = std::get<RecordsChange>((*item)->change).writes[0].record;
  EXPECT_EQ(std::get<store::v1::MemberRecord>(record).ByteSizeLong(), 0u);
}

TEST_F(ChangeSealerTest, AnErasureNeedsNoKey) {
  const auto item = Seal(One(WriteKind::kDelete, name_, {}));
  ASSERT_THAT(item.status(), tests::IsOk());
  EXPECT_FALSE((*item)->member_missing);
}

TEST_F(ChangeSealerTest, OnlyARequestThatMayBeARepeatGoesOnWithoutAMember) {
  RecordsChange change = One(WriteKind::kUpdate, name_, StoreUnderTest::Member());
  EXPECT_THAT(Seal(change).status(), tests::HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
  change.request = RequestKey{"t", "UpdateMember", "id", {}};
  const auto item = Seal(change);
  ASSERT_THAT(item.status(), tests::IsOk());
  EXPECT_TRUE((*item)->member_missing);
  EXPECT_TRUE((*item)->sealed.at(0).empty());
}

TEST_F(ChangeSealerTest, OrdersOfConsentsRiseBeyondAllThatTheStoreHolds) {
  RecordsChange change = One(WriteKind::kCreate, name_, StoreUnderTest::Member());
  const model::RecordName consent{model::RecordKind::kConsent, member_, model::Id{{2}}};
  change.writes.push_back({WriteKind::kCreate, consent, 0, StoreUnderTest::Consent(true, 20000)});
  EXPECT_EQ((*Seal(change))->consent_order, kFuture + 1);
  EXPECT_EQ((*Seal(change))->consent_order, kFuture + 2);
}

}  // namespace
}  // namespace aangan::storage::node
