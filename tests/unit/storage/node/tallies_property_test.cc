// SPDX-License-Identifier: Apache-2.0
// After any sequence of enrolments, edits, deletions, consents given, withdrawn and run out, reopenings and new counts,
// the tallies kept are those of a recount.
#include "storage/node/tallies.h"

#include <cstdlib>
#include <random>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/storage/node/node_store_test_support.h"

namespace aangan::storage::node {
namespace {

class RandomLife {
 public:
  RandomLife(StoreUnderTest* test, uint64_t seed) : test_(test), engine_(seed) {}

  void Step() {
    const int what = Upto(100);
    if (members_.empty() || what < 20) return Enrol();
    const model::Id member = members_[static_cast<size_t>(Upto(static_cast<int>(members_.size())))];
    if (what < 60) {
      services_.push_back(test_->AddService(member, DayOf(2026, 1 + Upto(10), 1 + Upto(28))));
    } else if (what < 75) {
      Decide(member);
    } else if (what < 90) {
      EditService();
    } else if (what < 95) {
      Erase(member);
    } else {
      EditMember(member);
    }
  }

 private:
  int Upto(int bound) { return static_cast<int>(engine_() % static_cast<uint64_t>(bound)); }
  void Enrol() { members_.push_back(test_->AddMember(Upto(4) != 0)); }
  void Decide(const model::Id& member) {
    auto consent = StoreUnderTest::Consent(Upto(2) == 0, DayOf(2026, 1 + Upto(10), 1 + Upto(28)));
    if (Upto(2) == 0) consent.set_until_day(consent.decision_day() + Upto(200));
    (void)test_->Write(WriteKind::kCreate, {model::RecordKind::kConsent, member, test_->NewId()}, 0, consent);
  }
  void EditService() {
    if (services_.empty()) return;
    const model::RecordName name = services_[static_cast<size_t>(Upto(static_cast<int>(services_.size())))];
    auto found = test_->store->Get(name);
    if (!found.ok()) return;
    auto record = std::get<store::v1::ServiceRecord>(found->record);
    const uint64_t version = record.version();
    record.set_needed_day(DayOf(2026, 1 + Upto(6), 1 + Upto(28)));
    record.set_domain(Upto(2) == 0 ? "education" : "health");
    ASSERT_TRUE(test_->Write(Upto(5) == 0 ? WriteKind::kDelete : WriteKind::kUpdate, name, version, record).ok());
  }
  void EditMember(const model::Id& member) {
    const model::RecordName name{model::RecordKind::kMember, member, member};
    auto record = std::get<store::v1::MemberRecord>(test_->store->Get(name)->record);
    const uint64_t version = record.version();
    record.set_birth_year(1950 + Upto(60));
    record.set_enrolment_quarter(Upto(2) == 0 ? "2026Q2" : "2026Q3");
    ASSERT_TRUE(test_->Write(WriteKind::kUpdate, name, version, record).ok());
  }
  void Erase(const model::Id& member) {
    const model::RecordName name{model::RecordKind::kMember, member, member};
    const uint64_t version = std::get<store::v1::MemberRecord>(test_->store->Get(name)->record).version();
    ASSERT_TRUE(test_->Write(WriteKind::kDelete, name, version, {}).ok());
    std::erase(members_, member);
  }

  StoreUnderTest* const test_;
  std::mt19937_64 engine_;
  std::vector<model::Id> members_;
  std::vector<model::RecordName> services_;
};

TEST(Tallies, AreThoseOfARecountAfterAnyLife) {
  const char* given = std::getenv("AANGAN_TEST_SEED");
  const uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 20261124;
  SCOPED_TRACE(testing::Message() << "AANGAN_TEST_SEED=" << seed);
  StoreUnderTest test;
  RandomLife life(&test, seed);
  for (int step = 1; step <= 1500; ++step) {
    life.Step();
    if (step % 250 == 0) {
      test.Close();
      test.Open();
    }
    if (step % 100 == 0) {
      if (step % 300 == 0) {
        ASSERT_TRUE(test.store->RunOutConsents().ok());
      }
      ASSERT_THAT(test.store->Verify().status(), tests::IsOk()) << "step " << step;
    }
  }
}

TEST(Tallies, CountWhoAgreedInThePeriodAndNobodyElse) {
  StoreUnderTest test;
  const auto total = [&] {
    int64_t sum = 0;
    const auto closed = test.store->Close(test.catalogue->digest, {2026, 3});
    for (int64_t count : closed->counts) sum += count;
    return sum;
  };
  const model::Id counted = test.AddMember(true);
  test.AddMember(false);
  const int64_t enrolled = total();
  EXPECT_GT(enrolled, 0);
  test.AddService(counted, DayOf(2026, 8, 1));
  EXPECT_GT(total(), enrolled);
  ASSERT_TRUE(test.Write(WriteKind::kCreate, {model::RecordKind::kConsent, counted, test.NewId()}, 0,
                         StoreUnderTest::Consent(false, DayOf(2026, 10, 19)))
                  .ok());
  EXPECT_EQ(total(), 0);
}

TEST(Tallies, AConsentThatRanOutBeforeTheCloseCountsNoMore) {
  StoreUnderTest test;
  const model::Id member = test.AddMember(false);
  auto consent = StoreUnderTest::Consent(true, DayOf(2026, 1, 1));
  consent.set_until_day(DayOf(2026, 10, 25));  // in force at the period's end, and until after the first close
  ASSERT_TRUE(test.Write(WriteKind::kCreate, {model::RecordKind::kConsent, member, test.NewId()}, 0, consent).ok());
  const auto any = [&] {
    const auto closed = test.store->Close(test.catalogue->digest, {2026, 3});
    for (int64_t count : closed->counts) {
      if (count != 0) return true;
    }
    return false;
  };
  EXPECT_TRUE(any());
  test.clock.now += absl::Hours(24 * 10);
  EXPECT_FALSE(any());
  EXPECT_EQ(test.store->ListAudit(member, 0, 1)->front().action, Action::kConsentRanOut);
}

TEST(Tallies, ARunningQuarterIsNotClosed) {
  StoreUnderTest test;
  EXPECT_THAT(test.store->Close(test.catalogue->digest, {2026, 4}),
              tests::HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kPeriodNotEnded));
}

}  // namespace
}  // namespace aangan::storage::node
