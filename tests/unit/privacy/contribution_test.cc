// SPDX-License-Identifier: Apache-2.0
// Contributions: what is built is taken, and what is changed, cut, forged or implausible is not.
#include "privacy/contribution.h"

#include "gtest/gtest.h"
#include "model/roster.h"
#include "privacy/field.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/privacy/privacy_test_support.h"

namespace aangan::privacy {
namespace {

class ContributionTest : public ::testing::Test {
 protected:
  ContributionTest() : random_(11), key_(SigningKey::Generate(random_)) {
    header_.round_id.fill(5);
    header_.node_id = model::NodeId(key_.public_key()).bytes;
    header_.ledger_head.fill(6);
    header_.incarnation.fill(7);
    header_.counter = 3;
    rule_.round_id = header_.round_id;
    rule_.key = key_.public_key();
    rule_.bounds = {100, 100, 100};
  }
  std::string Built(const std::vector<int64_t>& values) {
    return BuildDirect(header_, *ProtectedVector::Decode(EncodeWords(values)), key_);
  }
  tests::SeededRandom random_;
  SigningKey key_;
  ContributionHeader header_;
  ContributionRule rule_;
};

TEST_F(ContributionTest, WhatIsBuiltIsTaken) {
  const std::string bytes = Built({1, -100, 100});
  EXPECT_EQ(bytes.size(), ContributionBytes(3));
  auto taken = ParseAndCheck(bytes, rule_);
  ASSERT_THAT(taken.status(), tests::IsOk());
  EXPECT_EQ(taken->values, (std::vector<int64_t>{1, -100, 100}));
  EXPECT_EQ(taken->header.counter, 3u);
  EXPECT_EQ(taken->header.ledger_head, header_.ledger_head);
  EXPECT_EQ(*LedgerHeadIn(bytes), header_.ledger_head);
  EXPECT_THAT(LedgerHeadIn(bytes.substr(0, kHeaderBytes - 1)).status(),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength));
}

TEST_F(ContributionTest, EveryFlippedByteIsRefused) {
  const std::string bytes = Built({1, 2, 3});
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    EXPECT_THAT(ParseAndCheck(flipped, rule_),
                tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kBadSignature))
        << i;
  }
}

TEST_F(ContributionTest, EveryOtherLengthIsRefused) {
  const std::string bytes = Built({1, 2, 3});
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THAT(ParseAndCheck(bytes.substr(0, size), rule_),
                tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength));
  }
  EXPECT_THAT(ParseAndCheck(bytes + "x", rule_),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength));
  EXPECT_THAT(ParseAndCheck(Built({1, 2}), rule_),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength));
}

TEST_F(ContributionTest, ImplausibleValuesAreRefused) {
  EXPECT_THAT(ParseAndCheck(Built({0, 101, 0}), rule_),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kOutOfRange));
  EXPECT_THAT(ParseAndCheck(Built({0, 0, -101}), rule_),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kOutOfRange));
}

TEST_F(ContributionTest, AnotherRoundOrNodeIsRefused) {
  const std::string bytes = Built({1, 2, 3});
  rule_.round_id.fill(1);
  EXPECT_THAT(ParseAndCheck(bytes, rule_), tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kWrongState));
  rule_.round_id = header_.round_id;
  rule_.key = SigningKey::Generate(random_).public_key();
  EXPECT_THAT(ParseAndCheck(bytes, rule_),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kBadSignature));
  header_.node_id.fill(0);
  rule_.key = key_.public_key();
  EXPECT_THAT(ParseAndCheck(Built({1, 2, 3}), rule_),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kWrongState));
}

TEST(ValueBounds, AreTheBoundOfTheCellAndFortySigma) {
  auto catalogue =
      DefaultCatalogue([](federation::v1::Catalogue& c) { c.set_form(federation::v1::ROUND_FORM_DIRECT); });
  const auto bounds = ValueBounds(*catalogue, {2026, 3}, NumbersOf(12));
  ASSERT_EQ(bounds.size(), catalogue->quarter_cell_count);
  // 40 * sqrt(821.16) = 1146.2
  EXPECT_EQ(bounds.front(), catalogue->tables.front().cell_bound + 1147);
}

}  // namespace
}  // namespace aangan::privacy
