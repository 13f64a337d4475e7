// SPDX-License-Identifier: Apache-2.0
// An upload over a link that breaks: goes on from where the federation says, sends each byte once, and gives up when
// the federation's word does not settle.
#include "server/node/upload.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/digest.h"
#include "tests/support/status_matchers.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;
using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;

// A federation that takes chunks, and breaks off when it is told to.
class BrokenLink final : public FederationLink {
 public:
  void Cancel() override {}
  absl::StatusOr<std::string> RenewCertificate(absl::string_view) override { return absl::UnimplementedError(""); }
  absl::Status ConfirmCertificate() override { return absl::UnimplementedError(""); }
  absl::StatusOr<fed::SignedRoster> NewestRoster() override { return absl::UnimplementedError(""); }
  absl::StatusOr<fed::SignedRoster> GetRoster(int32_t) override { return absl::UnimplementedError(""); }
  absl::StatusOr<fed::SignedRoster> SignRoster(int32_t, absl::string_view) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<std::vector<fed::SignedCatalogue>> ListCatalogues() override { return absl::UnimplementedError(""); }
  absl::StatusOr<fed::SignedCatalogue> SignCatalogue(int32_t, absl::string_view) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<std::vector<fed::Round>> ListRounds() override { return absl::UnimplementedError(""); }
  absl::StatusOr<LogPage> ListLog(int64_t) override { return absl::UnimplementedError(""); }
  absl::Status PublishKeyBatch(const fed::KeyBatch&, absl::string_view) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<std::vector<fed::Share>> ListShares(const std::string&) override {
    return absl::UnimplementedError("");
  }
  absl::Status CreateAnswer(const std::string&, absl::string_view) override { return absl::UnimplementedError(""); }
  absl::StatusOr<std::vector<fed::Answer>> ListAnswers(const std::string&) override {
    return absl::UnimplementedError("");
  }
  absl::Status CreateComplaint(const std::string&, const std::string&, absl::string_view) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<fed::NationalRelease> GetNationalRelease(const std::string&) override {
    return absl::UnimplementedError("");
  }

  absl::StatusOr<fed::Upload> GetUpload(const std::string&) override { return Answer(); }
  absl::StatusOr<fed::Upload> UploadChunk(const std::string&, absl::string_view digest, int64_t total, int64_t offset,
                                          absl::string_view chunk) override {
    if (calls_until_break == 0) return Problem(StatusCode::kUnavailable, Reason::kNoLink, "gone").ToStatus();
    --calls_until_break;
    if (quarrelsome || offset != static_cast<int64_t>(held.size()))
      return Problem(StatusCode::kOutOfRange, Reason::kBadOffset, "no").ToStatus();
    held.append(chunk.data(), chunk.size());
    held_digest = std::string(digest);
    sent_bytes += chunk.size();
    chunk_bytes_max = std::max(chunk_bytes_max, chunk.size());
    whole = static_cast<int64_t>(held.size()) == total;
    return Answer();
  }

  int calls_until_break = 1000;
  bool quarrelsome = false;
  std::string held;
  std::string held_digest;
  size_t sent_bytes = 0;
  size_t chunk_bytes_max = 0;
  bool whole = false;

 private:
  fed::Upload Answer() const {
    fed::Upload upload;
    upload.set_received_bytes(static_cast<int64_t>(held.size()));
    upload.set_digest(held_digest);
    if (whole) upload.mutable_receipt()->set_collective("assam_1");
    return upload;
  }
};

const std::string kContribution(300'000, 'c');

TEST(Upload, SendsSmallChunksAndReturnsTheReceipt) {
  BrokenLink link;
  const auto receipt = UploadContribution(link, "2026Q3", kContribution);
  ASSERT_THAT(receipt, IsOk());
  EXPECT_EQ(receipt->collective(), "assam_1");
  EXPECT_EQ(link.held, kContribution);
  EXPECT_LE(link.chunk_bytes_max, static_cast<size_t>(kChunkBytesMax));
}

TEST(Upload, GoesOnWhereItBrokeAndSendsNothingTwice) {
  BrokenLink link;
  link.calls_until_break = 2;
  EXPECT_THAT(UploadContribution(link, "2026Q3", kContribution), HasProblem(StatusCode::kUnavailable, Reason::kNoLink));
  EXPECT_FALSE(link.whole);
  link.calls_until_break = 1000;
  EXPECT_THAT(UploadContribution(link, "2026Q3", kContribution), IsOk());
  EXPECT_EQ(link.held, kContribution);
  EXPECT_EQ(link.sent_bytes, kContribution.size());
  EXPECT_THAT(UploadContribution(link, "2026Q3", kContribution), IsOk());
  EXPECT_EQ(link.sent_bytes, kContribution.size());
}

TEST(Upload, OtherBytesInThisCollectivesNameAreNoticed) {
  BrokenLink link;
  link.held = "something";
  link.held_digest = std::string(AsText(Sha256("something else")));
  EXPECT_THAT(UploadContribution(link, "2026Q3", kContribution),
              HasProblem(StatusCode::kAlreadyExists, Reason::kWrongState));
  EXPECT_EQ(link.sent_bytes, 0u);
}

TEST(Upload, AFederationThatNeverAgreesAboutTheOffsetDoesNotHoldTheNode) {
  BrokenLink link;
  link.quarrelsome = true;
  EXPECT_THAT(UploadContribution(link, "2026Q3", kContribution), HasProblem(StatusCode::kAborted, Reason::kBadOffset));
}

}  // namespace
}  // namespace aangan::node
