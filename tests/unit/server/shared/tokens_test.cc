// SPDX-License-Identifier: Apache-2.0
// Tokens: the form that scanners find, what is stored of them, and how a rotation ends the old secret.
#include "server/shared/tokens.h"

#include <regex>

#include "gtest/gtest.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace aangan::server {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

TEST(Tokens, HaveTheFormThatScannersLookFor) {
  tests::SeededRandom random(1);
  const NewToken token = MakeToken(Role::kCaseworker, "phone", kNow, absl::Hours(1), random);
  EXPECT_TRUE(std::regex_match(token.text, std::regex("aangan-[a-z2-7]{26}-[a-z2-7]{52}"))) << token.text.size();
  EXPECT_EQ(EncodeToken(token.record).find(token.text.substr(34)), std::string::npos) << "the secret is not stored";
}

TEST(Tokens, ARotatedOneOpensByBothSecretsUntilTheGraceIsOver) {
  tests::SeededRandom random(1);
  const NewToken first = MakeToken(Role::kCaseworker, "phone", kNow, absl::Hours(10), random);
  const NewToken second = RotateToken(first.record, kNow + absl::Hours(9), absl::Hours(3), random);
  EXPECT_THAT(CheckToken(first.text, second.record, kNow + absl::Hours(9)), tests::IsOk());
  EXPECT_FALSE(CheckToken(first.text, second.record, kNow + absl::Hours(10)).ok()) << "never longer than it had";
  EXPECT_THAT(CheckToken(second.text, second.record, kNow + absl::Hours(18)), tests::IsOk());
  EXPECT_FALSE(CheckToken(second.text, second.record, kNow + absl::Hours(19)).ok());
  EXPECT_FALSE(CheckToken(second.text, first.record, kNow).ok());
}

TEST(Tokens, AreReadAsTheyWereWrittenInBothForms) {
  tests::SeededRandom random(1);
  const NewToken first = MakeToken(Role::kMember, "phone", kNow, absl::Hours(10), random);
  const NewToken second = RotateToken(first.record, kNow, absl::Hours(1), random);
  TokenRecord used = first.record;
  used.last_used_day = 20'000;
  for (const TokenRecord& record : {first.record, second.record, used}) {
    const auto read = DecodeToken(EncodeToken(record));
    ASSERT_THAT(read, tests::IsOk());
    EXPECT_EQ(EncodeToken(*read), EncodeToken(record));
    EXPECT_EQ(read->hash_before, record.hash_before);
    EXPECT_EQ(read->last_used_day, record.last_used_day);
  }
  EXPECT_EQ(EncodeToken(first.record)[0], 1) << "stores of the first programs stay readable, and so does ours by them";
  EXPECT_EQ(EncodeToken(second.record)[0], 2);
}

}  // namespace
}  // namespace aangan::server
