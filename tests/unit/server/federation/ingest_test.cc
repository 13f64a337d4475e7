// SPDX-License-Identifier: Apache-2.0
// Contributions at the network door: resumable and idempotent, and whatever is wrong with one is a clear error that
// changes nothing.
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "tests/unit/server/federation/federation_under_test.h"

namespace aangan::federation {
namespace {

using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;

class IngestTest : public ::testing::Test {
 protected:
  IngestTest() { federation_.Found(); }
  TestCollective& first() { return federation_.collectives()[0]; }
  TestCollective& second() { return federation_.collectives()[1]; }
  absl::StatusOr<v1::Upload> Look(const TestCollective& as, const TestCollective& of) {
    const tests::FederationClient client = federation_.As(as);
    v1::GetUploadRequest request;
    request.set_name("rosters/india/rounds/" + federation_.period() + "/contributions/" + of.id);
    v1::GetUploadResponse response;
    const absl::Status status =
        client.Call(*client.contributions, &v1::ContributionService::Stub::GetUpload, request, &response);
    if (!status.ok()) return status;
    return response.upload();
  }
  int contributors() {
    const auto round = federation_.Round();
    return round.ok() ? round->contributors_size() : -1;
  }

  FederationUnderTest federation_;
};

TEST_F(IngestTest, ChunksComeInAnyPieceAndAgainAndTheLastOneBringsTheReceipt) {
  const std::string whole = federation_.Contribution(first(), 5);
  v1::UploadChunkRequest chunk = federation_.WholeChunk(first(), whole);
  v1::Upload upload;
  chunk.set_chunk(whole.substr(0, 100));
  ASSERT_THAT(federation_.UploadChunk(first(), chunk, &upload), IsOk());
  EXPECT_EQ(upload.received_bytes(), 100);
  // Again, and overlapping.
  ASSERT_THAT(federation_.UploadChunk(first(), chunk, &upload), IsOk());
  EXPECT_EQ(upload.received_bytes(), 100);
  chunk.set_offset(40);
  chunk.set_chunk(whole.substr(40, 100));
  ASSERT_THAT(federation_.UploadChunk(first(), chunk, &upload), IsOk());
  EXPECT_EQ(upload.received_bytes(), 140);
  EXPECT_EQ(contributors(), 0);
  federation_.Restart();  // what has arrived stays
  auto looked = Look(first(), first());
  ASSERT_THAT(looked, IsOk());
  EXPECT_EQ(looked->received_bytes(), 140);
  chunk.set_offset(140);
  chunk.set_chunk(whole.substr(140));
  ASSERT_THAT(federation_.UploadChunk(first(), chunk, &upload), IsOk());
  ASSERT_TRUE(upload.has_receipt());
  EXPECT_EQ(upload.receipt().collective(), first().id);
  EXPECT_EQ(contributors(), 1);
  // The same again gives the same receipt.
  v1::Upload again;
  ASSERT_THAT(federation_.Upload(first(), whole, &again), IsOk());
  EXPECT_EQ(again.receipt().SerializeAsString(), upload.receipt().SerializeAsString());
  EXPECT_EQ(contributors(), 1);
}

TEST_F(IngestTest, AChunkThatDoesNotContinueTheUploadSaysWhereToGoOn) {
  const std::string whole = federation_.Contribution(first(), 5);
  v1::UploadChunkRequest chunk = federation_.WholeChunk(first(), whole);
  chunk.set_offset(10);
  chunk.set_chunk(whole.substr(10, 10));
  EXPECT_THAT(federation_.UploadChunk(first(), chunk, nullptr),
              HasProblem(StatusCode::kOutOfRange, Reason::kBadOffset));
}

TEST_F(IngestTest, BytesThatDifferFromThoseThatAreThereAreRefused) {
  const std::string whole = federation_.Contribution(first(), 5);
  v1::UploadChunkRequest chunk = federation_.WholeChunk(first(), whole);
  chunk.set_chunk(whole.substr(0, 50));
  ASSERT_THAT(federation_.UploadChunk(first(), chunk, nullptr), IsOk());
  chunk.set_chunk(std::string(60, 'x'));
  EXPECT_THAT(federation_.UploadChunk(first(), chunk, nullptr),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  ASSERT_THAT(federation_.Upload(first(), whole), IsOk());
}

TEST_F(IngestTest, AWrongLengthIsRefusedAtTheFirstChunk) {
  const std::string whole = federation_.Contribution(first(), 5);
  EXPECT_THAT(federation_.Upload(first(), whole + std::string(8, '\0')),
              HasProblem(StatusCode::kInvalidArgument, Reason::kWrongLength));
  EXPECT_THAT(federation_.Upload(first(), whole.substr(0, whole.size() - 8)),
              HasProblem(StatusCode::kInvalidArgument, Reason::kWrongLength));
  EXPECT_EQ(contributors(), 0);
}

TEST_F(IngestTest, AValueOutOfItsBoundIsRefusedAndTheUploadDropped) {
  EXPECT_THAT(federation_.Upload(first(), federation_.Contribution(first(), int64_t{1} << 40)),
              HasProblem(StatusCode::kInvalidArgument, Reason::kOutOfRange));
  EXPECT_EQ(contributors(), 0);
  auto looked = Look(first(), first());
  ASSERT_THAT(looked, IsOk());
  EXPECT_EQ(looked->received_bytes(), 0);
  // The right thing can still be sent.
  EXPECT_THAT(federation_.Upload(first(), federation_.Contribution(first(), 5)), IsOk());
}

TEST_F(IngestTest, ASignatureOfAnotherOrABrokenOneIsRefused) {
  std::string broken = federation_.Contribution(first(), 5);
  broken.back() = static_cast<char>(broken.back() ^ 1);
  EXPECT_THAT(federation_.Upload(first(), broken), HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
  // What another collective signed, sent under one's own name.
  EXPECT_FALSE(federation_.Upload(first(), federation_.Contribution(second(), 5)).ok());
  EXPECT_EQ(contributors(), 0);
}

TEST_F(IngestTest, ADigestThatIsNotOfTheWholeIsRefused) {
  const std::string whole = federation_.Contribution(first(), 5);
  v1::UploadChunkRequest chunk = federation_.WholeChunk(first(), whole);
  chunk.set_digest(std::string(32, 'd'));
  EXPECT_THAT(federation_.UploadChunk(first(), chunk, nullptr),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  chunk.set_digest("short");
  EXPECT_THAT(federation_.UploadChunk(first(), chunk, nullptr),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  EXPECT_EQ(contributors(), 0);
}

TEST_F(IngestTest, AnotherContributionNeverReplacesTheFirst) {
  ASSERT_THAT(federation_.Upload(first(), federation_.Contribution(first(), 5)), IsOk());
  EXPECT_THAT(federation_.Upload(first(), federation_.Contribution(first(), 6)),
              HasProblem(StatusCode::kAlreadyExists, Reason::kWrongState));
}

TEST_F(IngestTest, ANodeReachesItsOwnUploadAlone) {
  v1::UploadChunkRequest chunk = federation_.WholeChunk(second(), federation_.Contribution(second(), 5));
  EXPECT_THAT(federation_.UploadChunk(first(), chunk, nullptr),
              HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
  EXPECT_THAT(Look(first(), second()), HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
}

TEST_F(IngestTest, AFrozenRoundTakesNoMoreAndHandsOutItsReceiptsStill) {
  for (int i = 0; i < 3; ++i) {
    const TestCollective& each = federation_.collectives()[static_cast<size_t>(i)];
    ASSERT_THAT(federation_.Upload(each, federation_.Contribution(each, 5)), IsOk());
  }
  const std::string late = federation_.Contribution(federation_.collectives()[3], 5);
  federation_.clock().Advance(absl::Hours(24 * 30));
  ASSERT_TRUE(federation_.AwaitState(v1::ROUND_STATE_CONFIRMED));
  EXPECT_THAT(federation_.Upload(federation_.collectives()[3], late),
              HasProblem(StatusCode::kFailedPrecondition, Reason::kRoundFrozen));
  auto looked = Look(first(), first());
  ASSERT_THAT(looked, IsOk());
  EXPECT_TRUE(looked->has_receipt());
  EXPECT_EQ(contributors(), 3);
}

TEST_F(IngestTest, ARoundThatIsNotThereIsNotFound) {
  const tests::FederationClient client = federation_.As(first());
  v1::GetUploadRequest request;
  request.set_name("rosters/india/rounds/2011Q1/contributions/" + first().id);
  v1::GetUploadResponse response;
  EXPECT_THAT(client.Call(*client.contributions, &v1::ContributionService::Stub::GetUpload, request, &response),
              HasProblem(StatusCode::kNotFound, Reason::kNotFound));
  request.set_name("rosters/india/rounds/2011/contributions/" + first().id);
  EXPECT_THAT(client.Call(*client.contributions, &v1::ContributionService::Stub::GetUpload, request, &response),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  request.set_name("rosters/nepal/rounds/2011Q1/contributions/" + first().id);
  EXPECT_THAT(client.Call(*client.contributions, &v1::ContributionService::Stub::GetUpload, request, &response),
              HasProblem(StatusCode::kNotFound, Reason::kNotFound));
}

}  // namespace
}  // namespace aangan::federation
