// SPDX-License-Identifier: Apache-2.0
// 'aangan release verify': takes what a federation signed, and says so when it is another's or was changed.
#include "client/verify/release_file.h"

#include <gtest/gtest.h>

#include <string>

#include "base/random.h"
#include "google/protobuf/stubs/logging.h"
#include "model/roster.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/privacy/signed_release.h"

namespace aangan::client {
namespace {

using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;

class ReleaseFileTest : public ::testing::Test {
 protected:
  ReleaseFileTest() : key_(SigningKey::Generate(random_)), bytes_(privacy::SignedRelease(key_).SerializeAsString()) {}

  SystemRandom random_;
  const SigningKey key_;
  const std::string bytes_;
};

TEST_F(ReleaseFileTest, TakesWhatWasSignedAndShowsThePhraseThatPeopleCompare) {
  const auto verified = VerifyReleaseFile(bytes_, "");
  ASSERT_THAT(verified, IsOk());
  EXPECT_EQ(verified->key_phrase, model::FingerprintPhrase(key_.public_key()));
  EXPECT_EQ(verified->file.national_release().number(), 1);
  EXPECT_THAT(VerifyReleaseFile(bytes_, verified->key_phrase), IsOk());
}

TEST_F(ReleaseFileTest, AnotherPhraseIsAnotherFederation) {
  const std::string other = model::FingerprintPhrase(SigningKey::Generate(random_).public_key());
  EXPECT_THAT(VerifyReleaseFile(bytes_, other), HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
}

// Refused, or read as the very same: a true that is written as 3 is a true.
TEST_F(ReleaseFileTest, AFlippedBitAnywhereIsFound) {
  const google::protobuf::LogSilencer quiet;  // it tells of each text that is no UTF-8 any more
  int refused = 0;
  for (size_t i = 0; i < bytes_.size(); i += 13) {
    std::string flipped = bytes_;
    flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
    const auto verified = VerifyReleaseFile(flipped, "");
    refused += !verified.ok();
    if (verified.ok()) {
      EXPECT_EQ(verified->file.SerializeAsString(), bytes_) << "byte " << i;
    }
  }
  EXPECT_GT(refused, 100);
}

TEST_F(ReleaseFileTest, WhatIsNoReleaseAtAllIsSaid) {
  for (const std::string& bytes :
       {std::string(), std::string("\xff\xff"), std::string(1000, 'x'), bytes_.substr(0, 99)})
    EXPECT_THAT(VerifyReleaseFile(bytes, ""), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
}

}  // namespace
}  // namespace aangan::client
