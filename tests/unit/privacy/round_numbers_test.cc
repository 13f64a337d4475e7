// SPDX-License-Identifier: Apache-2.0
// n, f, k, m, h as the reference tables them, and descriptors that everybody computes alike.
#include "privacy/round_numbers.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/privacy/privacy_test_support.h"

namespace aangan::privacy {
namespace {

TEST(NumbersOf, AreThoseOfTheReference) {
  const RoundNumbers rows[] = {{5, 1, 4, 4, 3},  {6, 1, 4, 5, 4},   {7, 2, 5, 5, 3},  {8, 2, 6, 6, 4},
                               {9, 2, 6, 7, 5},  {10, 3, 7, 7, 4},  {11, 3, 8, 8, 5}, {12, 3, 8, 9, 6},
                               {13, 4, 9, 9, 5}, {14, 4, 10, 10, 6}};
  for (const RoundNumbers& row : rows) EXPECT_EQ(NumbersOf(row.n), row) << row.n;
}

TEST(NumbersOf, OneToFourHaveDirectRoundsOfTheirOwn) {
  for (int n = 1; n <= 4; ++n) {
    EXPECT_GE(NumbersOf(n).m, 1);
    EXPECT_GE(NumbersOf(n).h, 1);
  }
}

PublishedKeys Keys(int known) {
  PublishedKeys keys;
  keys.log_size = known;
  keys.keys.resize(12);
  for (int i = 0; i < known; ++i) keys.keys[static_cast<size_t>(i)].emplace()[0] = static_cast<uint8_t>(i + 1);
  return keys;
}

TEST(MakeDescriptor, IsTheSameForTheSameAndAnotherForAnyOther) {
  const auto roster = TwelveRoster();
  auto catalogue = DefaultCatalogue({});
  auto id = [](const federation::v1::RoundDescriptor& d) { return RoundId(*CanonicalDescriptor(d)); };
  const auto descriptor = *MakeDescriptor(roster, *catalogue, {2026, 3}, Keys(12));
  EXPECT_EQ(id(descriptor), id(*MakeDescriptor(roster, *catalogue, {2026, 3}, Keys(12))));
  EXPECT_NE(id(descriptor), id(*MakeDescriptor(roster, *catalogue, {2026, 4}, Keys(12))));
  auto later = roster;
  later.set_epoch(2);
  EXPECT_NE(id(descriptor), id(*MakeDescriptor(later, *catalogue, {2026, 3}, Keys(12))));
  auto rehearsal = DefaultCatalogue([](federation::v1::Catalogue& c) { c.set_contribute_days(0); });
  EXPECT_TRUE(MakeDescriptor(roster, *rehearsal, {2026, 3}, Keys(12))->rehearsal());
  EXPECT_NE(id(descriptor), id(*MakeDescriptor(roster, *rehearsal, {2026, 3}, Keys(12))));
}

TEST(MakeDescriptor, ASummedRoundNamesItsKeysAndNeedsThoseOfKCollectives) {
  const auto summed =
      DefaultCatalogue([](federation::v1::Catalogue& c) { c.set_form(federation::v1::ROUND_FORM_SUMMED); });
  const auto eight = MakeDescriptor(TwelveRoster(), *summed, {2026, 3}, Keys(8));
  ASSERT_THAT(eight.status(), tests::IsOk());
  EXPECT_EQ(eight->recipient_keys_size(), 12);
  EXPECT_EQ(eight->recipient_keys(7).size(), sizeof(RecipientKey));
  EXPECT_EQ(eight->recipient_keys(8), "");
  EXPECT_EQ(eight->log_size(), 8);
  EXPECT_NE(RoundId(*CanonicalDescriptor(*eight)),
            RoundId(*CanonicalDescriptor(*MakeDescriptor(TwelveRoster(), *summed, {2026, 3}, Keys(9)))));
  EXPECT_THAT(MakeDescriptor(TwelveRoster(), *summed, {2026, 3}, Keys(7)),
              tests::HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kNotEnoughKeys));
  EXPECT_THAT(MakeDescriptor(TwelveRoster(), *summed, {2026, 3}, {}),
              tests::HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kNotEnoughKeys));
  const auto direct =
      DefaultCatalogue([](federation::v1::Catalogue& c) { c.set_form(federation::v1::ROUND_FORM_DIRECT); });
  EXPECT_EQ(MakeDescriptor(TwelveRoster(), *direct, {2026, 3}, Keys(12))->recipient_keys_size(), 0);
}

TEST(MakeDescriptor, WindowsBeginWithThePeriodsEndInIndia) {
  const auto descriptor = *MakeDescriptor(TwelveRoster(), *DefaultCatalogue({}), {2026, 3}, Keys(12));
  // 1 October 2026, 00:00 at UTC+05:30, and 30 and 60 days behind it.
  const int64_t end = 1790793000;
  EXPECT_EQ(descriptor.contribute_until().seconds(), end + 30 * 86400);
  EXPECT_EQ(descriptor.extend_until().seconds(), end + 60 * 86400);
  EXPECT_EQ(descriptor.variances_size(), 9);
}

TEST(MakeDescriptor, RefusesAnotherRosterPeriodOrSize) {
  auto catalogue = DefaultCatalogue({});
  auto roster = TwelveRoster();
  EXPECT_THAT(MakeDescriptor(roster, *catalogue, {2019, 1}, Keys(12)),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kCatalogueRefused));
  roster.set_roster("elsewhere");
  EXPECT_THAT(MakeDescriptor(roster, *catalogue, {2026, 3}, Keys(12)),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kCatalogueRefused));
  EXPECT_THAT(MakeDescriptor({}, *catalogue, {2026, 3}, Keys(12)),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kCatalogueRefused));
}

}  // namespace
}  // namespace aangan::privacy
