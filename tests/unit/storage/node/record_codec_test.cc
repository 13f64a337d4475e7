// SPDX-License-Identifier: Apache-2.0
// Records on disk: they come back under their own key, name and version, and under no other.
#include "storage/node/record_codec.h"

#include "gtest/gtest.h"
#include "storage/engine/keyring.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/storage/node/node_store_test_support.h"

namespace aangan::storage::node {
namespace {

const std::vector<uint8_t> kKey(32, 7);
const model::RecordName kName{model::RecordKind::kService, model::Id{{1}}, model::Id{{2}}};

std::string Sealed(uint64_t version) {
  SystemRandom random;
  return SealRecord(kKey, kName, version, StoreUnderTest::Service(20000), random);
}

TEST(RecordCodec, KeysKeepAMembersRecordsTogether) {
  EXPECT_EQ(*NameOfKey(RecordKey(kName)), kName);
  EXPECT_TRUE(MemberRange(kName.member).Contains(RecordKey(kName)));
  EXPECT_FALSE(KindRange(kName.member, model::RecordKind::kConsent).Contains(RecordKey(kName)));
  EXPECT_FALSE(NameOfKey("short").ok());
}

TEST(RecordCodec, ARecordOpensAsItWasSealed) {
  const std::string value = Sealed(3);
  EXPECT_EQ(*VersionOf(value), 3u);
  const auto record = OpenRecord(kKey, kName, value);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(std::get<store::v1::ServiceRecord>(*record).received_day(), 20000);
}

TEST(RecordCodec, AnotherPlaceVersionOrKeyDoesNotOpenIt) {
  const std::string value = Sealed(3);
  model::RecordName other = kName;
  other.member = model::Id{{9}};
  const auto damaged = tests::HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged);
  EXPECT_THAT(OpenRecord(kKey, other, value).status(), damaged);
  EXPECT_THAT(OpenRecord(std::vector<uint8_t>(32, 8), kName, value).status(), damaged);
  std::string older = value;
  older[7] = 2;  // the version in clear
  EXPECT_THAT(OpenRecord(kKey, kName, older).status(), damaged);
  EXPECT_THAT(OpenRecord(kKey, kName, "abc").status(), damaged);
}

TEST(RecordCodec, StampsVersionAndTimes) {
  Record record = StoreUnderTest::Service(1);
  Stamp(record, WriteKind::kCreate, 1, 500);
  Stamp(record, WriteKind::kUpdate, 2, 900);
  const auto& service = std::get<store::v1::ServiceRecord>(record);
  EXPECT_EQ(service.version(), 2u);
  EXPECT_EQ(service.create_time_us(), 500);
  EXPECT_EQ(service.update_time_us(), 900);
}

}  // namespace
}  // namespace aangan::storage::node
