// SPDX-License-Identifier: Apache-2.0
// A release as a file: as its federation signed it, changed on its way, and signed by a federation that means harm.
#include "privacy/release_check.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/problem.h"
#include "base/random.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/privacy/signed_release.h"

namespace aangan::privacy {
namespace {

namespace fed = ::aangan::federation::v1;
using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;

class ReleaseCheckTest : public ::testing::Test {
 protected:
  ReleaseCheckTest() : key_(SigningKey::Generate(random_)), file_(SignedRelease(key_)) {}
  void Sign() { SignAgain(key_, file_); }

  SystemRandom random_;
  const SigningKey key_;
  fed::ReleaseFile file_;
};

TEST_F(ReleaseCheckTest, TakesWhatWasSigned) {
  const auto signer = SignerOf(file_);
  ASSERT_THAT(signer, IsOk());
  EXPECT_EQ(*signer, key_.public_key());
  const auto ground = CheckReleaseFile(file_);
  ASSERT_THAT(ground, IsOk());
  EXPECT_EQ(ground->quarter, (model::Period{2026, 3}));
  EXPECT_EQ(AsText(ground->round_id), file_.national_release().round_id());
}

TEST_F(ReleaseCheckTest, AnyChangeBreaksTheSignature) {
  using Change = std::function<void(fed::NationalRelease&)>;
  const std::vector<Change> changes = {
      [](auto& release) { release.set_sums(0, release.sums(0) + 1); },
      [](auto& release) { release.set_state(fed::RELEASE_STATE_PROVISIONAL); },
      [](auto& release) { release.set_number(2); },
      [](auto& release) { release.mutable_contributors()->RemoveLast(); },
      [](auto& release) { (*release.mutable_signature())[5] ^= 1; },
      [](auto& release) { release.clear_signature(); },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    fed::ReleaseFile changed = file_;
    changes[i](*changed.mutable_national_release());
    EXPECT_THAT(SignerOf(changed), HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature)) << i;
  }
  fed::ReleaseFile other_key = file_;
  other_key.mutable_roster()->set_federation_key(std::string(32, 'x'));
  EXPECT_THAT(SignerOf(other_key), HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
}

TEST_F(ReleaseCheckTest, AnotherRosterOrCatalogueDoesNotGiveItsRound) {
  fed::ReleaseFile roster = file_;
  roster.mutable_roster()->mutable_collectives(0)->set_title("Another");
  EXPECT_THAT(CheckReleaseFile(roster), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  fed::ReleaseFile catalogue = file_;
  catalogue.mutable_catalogue()->mutable_indicators(0)->set_question("Another?");
  EXPECT_THAT(CheckReleaseFile(catalogue), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
}

TEST_F(ReleaseCheckTest, WhoIsInItAndWhoIsNotAreTheRoster) {
  file_.mutable_national_release()->add_missing(file_.national_release().contributors(0));
  Sign();
  ASSERT_THAT(SignerOf(file_), IsOk());
  EXPECT_THAT(CheckReleaseFile(file_), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
}

TEST_F(ReleaseCheckTest, AStateThatDoesNotStandAndANameOfAnotherAreRefused) {
  file_.mutable_national_release()->set_state(fed::RELEASE_STATE_SUPERSEDED);
  EXPECT_THAT(CheckReleaseFile(file_), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  file_.mutable_national_release()->set_state(fed::RELEASE_STATE_CONFIRMED);
  file_.mutable_national_release()->set_name("rosters/nepal/releases/2026Q3");
  EXPECT_THAT(CheckReleaseFile(file_), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
}

}  // namespace
}  // namespace aangan::privacy
