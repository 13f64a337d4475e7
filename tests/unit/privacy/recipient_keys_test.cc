// SPDX-License-Identifier: Apache-2.0
// Whose key counts for a period: the newest batch that verifies, computed from the log alone.
#include "privacy/recipient_keys.h"

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "gtest/gtest.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace aangan::privacy {
namespace {

namespace fed = federation::v1;
using tests::HasProblem;
using tests::IsOk;

class RecipientKeysTest : public ::testing::Test {
 protected:
  RecipientKeysTest() {
    roster_.set_roster("india");
    for (int i = 0; i < 5; ++i) {
      keys_.push_back(SigningKey::Generate(random_));
      fed::Collective& collective = *roster_.add_collectives();
      collective.set_id(absl::StrCat("collective_", i));
      collective.set_signing_key(std::string(AsText(keys_.back().public_key())));
    }
  }
  fed::KeyBatch Batch(int place, const std::string& first) {
    fed::KeyBatch batch;
    batch.set_roster("india");
    batch.set_collective(roster_.collectives(place).id());
    batch.set_first_period(first);
    for (int i = 0; i < kBatchPeriods; ++i)
      batch.add_keys(std::string(AsText(RecipientKeyOf(SecretBytes::Random(32, random_)))));
    return batch;
  }
  void Log(const fed::KeyBatch& batch, const SigningKey& signer) {
    fed::LogEntry& entry = log_.emplace_back();
    entry.set_kind(fed::LOG_ENTRY_KIND_KEY_BATCH);
    *entry.mutable_key_batch() = batch;
    entry.set_signature(std::string(AsText(*SignKeyBatch(batch, signer))));
  }
  std::string KeyOf(int place, const model::Period& quarter) {
    const auto key = KeysAfter(log_, roster_, quarter).keys[static_cast<size_t>(place)];
    return key ? std::string(AsText(*key)) : "";
  }

  tests::SeededRandom random_{7};
  fed::Roster roster_;
  std::vector<SigningKey> keys_;
  std::vector<fed::LogEntry> log_;
};

TEST_F(RecipientKeysTest, TheNewestBatchWithAKeyForThePeriodCounts) {
  const fed::KeyBatch first = Batch(1, "2026Q3");
  const fed::KeyBatch second = Batch(1, "2026Q4");
  Log(first, keys_[1]);
  EXPECT_EQ(KeyOf(1, {2026, 3}), first.keys(0));
  EXPECT_EQ(KeyOf(1, {2027, 2}), first.keys(3));
  EXPECT_EQ(KeyOf(1, {2027, 3}), "");
  EXPECT_EQ(KeyOf(1, {2026, 2}), "");
  EXPECT_EQ(KeyOf(0, {2026, 3}), "");
  Log(second, keys_[1]);
  EXPECT_EQ(KeyOf(1, {2026, 3}), first.keys(0));
  EXPECT_EQ(KeyOf(1, {2026, 4}), second.keys(0));
  EXPECT_EQ(KeysAfter(log_, roster_, {2026, 4}).log_size, 2);
  // What was said of an earlier log stays as it was.
  log_.pop_back();
  EXPECT_EQ(KeyOf(1, {2026, 4}), first.keys(1));
}

TEST_F(RecipientKeysTest, ABatchInAnothersNameOrWithALowOrderKeyCountsAsNone) {
  const fed::KeyBatch honest = Batch(2, "2026Q3");
  Log(honest, keys_[2]);
  Log(Batch(2, "2026Q3"), keys_[0]);  // signed by somebody else
  EXPECT_EQ(KeyOf(2, {2026, 3}), honest.keys(0));
  fed::KeyBatch elsewhere = Batch(2, "2026Q3");
  elsewhere.set_roster("nowhere");
  Log(elsewhere, keys_[2]);
  EXPECT_EQ(KeyOf(2, {2026, 3}), honest.keys(0));
  fed::KeyBatch stranger = Batch(2, "2026Q3");
  stranger.set_collective("stranger");
  Log(stranger, keys_[2]);
  EXPECT_EQ(KeyOf(2, {2026, 3}), honest.keys(0));
  fed::KeyBatch zeros = Batch(2, "2026Q3");
  zeros.set_keys(0, std::string(32, '\0'));
  Log(zeros, keys_[2]);
  EXPECT_EQ(KeyOf(2, {2026, 3}), "");
  EXPECT_EQ(KeyOf(2, {2026, 4}), zeros.keys(1));
}

TEST_F(RecipientKeysTest, ABatchIsCheckedFieldByField) {
  const fed::KeyBatch good = Batch(0, "2026Q3");
  const PublicKey& key = keys_[0].public_key();
  const auto check = [&](const fed::KeyBatch& batch) {
    return CheckKeyBatch(batch, AsText(*SignKeyBatch(batch, keys_[0])), "india", key);
  };
  EXPECT_THAT(check(good), IsOk());
  fed::KeyBatch bad = good;
  bad.set_first_period("2026");
  EXPECT_THAT(check(bad), HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField));
  bad = good;
  bad.mutable_keys()->RemoveLast();
  EXPECT_THAT(check(bad), HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField));
  bad = good;
  bad.mutable_keys(1)->pop_back();
  EXPECT_THAT(check(bad), HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField));
  bad = good;
  bad.set_roster("elsewhere");
  EXPECT_THAT(check(bad), HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField));
  EXPECT_THAT(CheckKeyBatch(good, std::string(64, 'x'), "india", key),
              HasProblem(absl::StatusCode::kInvalidArgument, Reason::kBadSignature));
}

TEST_F(RecipientKeysTest, HoldersFollowFromDescriptorAndRoster) {
  fed::RoundDescriptor descriptor;
  descriptor.set_n(5);
  for (int place = 0; place < 5; ++place)
    descriptor.add_recipient_keys(place == 3 ? "" : Batch(place, "2026Q3").keys(0));
  const auto holders = HoldersOf(descriptor, roster_, Digest{}, 10);
  ASSERT_THAT(holders.status(), IsOk());
  EXPECT_EQ(holders->numbers, NumbersOf(5));
  EXPECT_FALSE(holders->recipient_keys[3].has_value());
  EXPECT_EQ(AsText(*holders->recipient_keys[4]), descriptor.recipient_keys(4));
  EXPECT_EQ(holders->signing_keys[2], keys_[2].public_key());
  descriptor.mutable_recipient_keys()->RemoveLast();
  EXPECT_THAT(HoldersOf(descriptor, roster_, Digest{}, 10),
              HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField));
}

TEST(CanSealTo, RefusesThePointsOfLowOrder) {
  // u-coordinates of order 1, 2, 4 and 8 on Curve25519: RFC 7748, section 7, and libsodium's blocklist.
  RecipientKey zero{}, one{};
  one[0] = 1;
  EXPECT_FALSE(CanSealTo(zero));
  EXPECT_FALSE(CanSealTo(one));
  const RecipientKey eight = {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
                              0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
                              0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00};
  EXPECT_FALSE(CanSealTo(eight));
  tests::SeededRandom random(3);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(CanSealTo(RecipientKeyOf(SecretBytes::Random(32, random))));
}

}  // namespace
}  // namespace aangan::privacy
