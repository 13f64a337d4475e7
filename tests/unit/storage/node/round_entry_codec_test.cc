// SPDX-License-Identifier: Apache-2.0
// Rounds on disk: whole or refused, at every length.
#include "storage/node/round_entry_codec.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace aangan::storage::node {
namespace {

TEST(RoundEntryCodec, AnEntryComesBackAndACutOneIsRefused) {
  RoundEntry entry;
  entry.period = {2026, 4};
  entry.stage = Stage::kSent;
  entry.round_id = Sha256("round");
  entry.charge_nano_rho = 4871167;
  entry.rehearsal = true;
  entry.contribution = std::string("bytes\0with zero", 15);
  entry.receipt = "receipt";
  const std::string bytes = EncodeRoundEntry(entry);
  const auto back = DecodeRoundEntry(bytes);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(EncodeRoundEntry(*back), bytes);
  EXPECT_EQ(back->contribution, entry.contribution);
  EXPECT_EQ(back->period, entry.period);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THAT(DecodeRoundEntry(bytes.substr(0, size)).status(),
                tests::HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
  }
}

// Bytes 1 to 8 are the year; a flag is 0 or 1.
TEST(RoundEntryCodec, AYearOfNoPeriodAndAFlagThatIsNeitherAreRefused) {
  RoundEntry entry;
  entry.period = {2026, 4};
  const std::string bytes = EncodeRoundEntry(entry);
  for (const size_t at : {size_t{6}, size_t{1}, bytes.size() - 1}) {
    std::string damaged = bytes;
    damaged[at] = 2;
    EXPECT_THAT(DecodeRoundEntry(damaged).status(), tests::HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged))
        << at;
  }
}

TEST(RoundEntryCodec, LaterPeriodsSortLater) {
  EXPECT_LT(RoundKey({2026, 4}), RoundKey({2027, 1}));
  EXPECT_LT(RoundKey({2026, 3}), RoundKey({2026, 4}));
}

}  // namespace
}  // namespace aangan::storage::node
