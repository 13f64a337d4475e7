// SPDX-License-Identifier: Apache-2.0
// The file of offers: what it holds is believed at the next start, so whatever was done to it is found.
#include "server/node/offers_file.h"

#include <gtest/gtest.h>

#include "base/canonical.h"
#include "base/digest.h"
#include "tests/support/status_matchers.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;
using tests::HasProblem;
using tests::IsOk;

Offers SomeOffers() {
  fed::SignedRoster roster;
  roster.mutable_roster()->set_roster("india");
  roster.mutable_roster()->set_epoch(2);
  KeptCatalogue kept;
  kept.signed_catalogue.mutable_catalogue()->set_version(1);
  kept.was_in_force = true;
  Offers offers;
  offers.roster = roster;
  offers.in_force = roster;
  roster.mutable_roster()->set_epoch(1);
  offers.past[1] = roster;
  offers.since_us = {{1, 5}, {2, 6}};
  offers.catalogues.push_back(kept);
  return offers;
}

TEST(OffersFile, ComesBackAsItWas) {
  const std::string bytes = EncodeOffers(SomeOffers());
  const auto read = DecodeOffers(bytes);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->past.at(1).roster().epoch(), 1);
  EXPECT_EQ(read->since_us, SomeOffers().since_us);
  ASSERT_EQ(read->catalogues.size(), 1u);
  EXPECT_TRUE(read->catalogues[0].was_in_force);
  EXPECT_EQ(EncodeOffers(*read), bytes);
}

TEST(OffersFile, AnyByteFlippedAndAnyCutIsFound) {
  const std::string bytes = EncodeOffers(SomeOffers());
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (const int flip : {1, 2, 4, 7, 0x80, 0xff}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ flip);
      EXPECT_FALSE(DecodeOffers(changed).ok()) << at << " by " << flip;
    }
    EXPECT_THAT(DecodeOffers(bytes.substr(0, at)), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged)) << at;
  }
  EXPECT_THAT(DecodeOffers(bytes + "x"), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

TEST(OffersFile, AFileOfANewerProgramIsNotTakenForNone) {
  EXPECT_THAT(DecodeOffers(CanonicalWriter().U32(5).bytes()),
              HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kNewerFormat));
}

// A roster that says nothing would be gone after the next write.
TEST(OffersFile, WhatWouldNotBeWrittenAgainIsNotRead) {
  fed::SignedRoster nothing;
  const std::string bytes_of_nothing("\x20\x00", 2);  // in_force, with its default value
  ASSERT_TRUE(nothing.ParseFromString(bytes_of_nothing));
  ASSERT_EQ(nothing.ByteSizeLong(), 0u);
  CanonicalWriter writer;
  writer.U32(3).Bytes("").Bytes("").U32(1).Bytes(bytes_of_nothing).U32(0);
  EXPECT_THAT(DecodeOffers(writer.bytes()), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

}  // namespace
}  // namespace aangan::node
