// SPDX-License-Identifier: Apache-2.0
// Writes and events at their bounds: whatever is taken can be read again, also after an etag or a refusal was added.
#include "client/queued_write.h"

#include "absl/strings/cord.h"
#include "client/channel.h"
#include "gmock/gmock.h"
#include "tests/unit/client/write_queue_fixture.h"

namespace aangan::client {
namespace {

QueueEvent Refused(absl::Status refusal) {
  QueueEvent event;
  event.kind = QueueEvent::Kind::kRefused;
  event.sequence = 1;
  event.refusal = std::move(refusal);
  return event;
}
absl::Status ReadBack(const absl::Status& refusal) {
  const auto read = DecodeEvent(EncodeEvent(Refused(refusal)));
  EXPECT_THAT(read, IsOk());
  return read.ok() ? read->refusal : absl::OkStatus();
}

TEST(QueuedWriteTest, AWriteAtTheLimitIsReadAgainWithTheLongestEtag) {
  QueueEvent event;
  event.kind = QueueEvent::Kind::kAdded;
  event.sequence = 1;
  auto added = ReadWrite(ChangeOfBytes(kQueuedRequestBytesMax, kMember));
  ASSERT_THAT(added, IsOk());
  event.write = *std::move(added);
  event.write.etag = std::string(kQueuedEtagBytesMax, 'e');
  const auto read = DecodeEvent(EncodeEvent(event));
  ASSERT_THAT(read, IsOk());
  const auto request = RequestOf(read->write);
  ASSERT_THAT(request, IsOk());
  EXPECT_EQ(dynamic_cast<const node::v1::UpdateMemberRequest&>(**request).member().etag(), event.write.etag);
  EXPECT_LE((*request)->ByteSizeLong(), size_t{256} << 10) << "what a node takes over HTTPS";
  EXPECT_THAT(ReadWrite(**request), IsOk()) << "as it is when it is tried again";
}

TEST(QueuedWriteTest, OneByteMoreIsRefusedAndTheLimitIsNamed) {
  const auto refused = ReadWrite(ChangeOfBytes(kQueuedRequestBytesMax + 1, kMember));
  EXPECT_THAT(refused, HasProblem(absl::StatusCode::kInvalidArgument, Reason::kTooLarge));
  EXPECT_THAT(std::string(refused.status().message()), ::testing::HasSubstr("255 KiB"));
  EXPECT_EQ(BytesMaxOf(refused.status()), kQueuedRequestBytesMax);
  EXPECT_EQ(kQueuedRequestBytesMax, size_t{255} << 10);
}

TEST(QueuedWriteTest, AnEtagThatNoNodeGivesIsNotKept) {
  EXPECT_THAT(ReadWrite(Change("1", kMember, std::string(kQueuedEtagBytesMax, 'e'))), IsOk());
  EXPECT_THAT(ReadWrite(Change("1", kMember, std::string(kQueuedEtagBytesMax + 1, 'e'))),
              HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField));
  node::v1::Member answer;
  answer.set_etag(std::string(kQueuedEtagBytesMax, 'e'));
  EXPECT_EQ(EtagOf(answer), answer.etag());
  answer.mutable_etag()->push_back('e');
  EXPECT_EQ(EtagOf(answer), "");
}

TEST(QueuedWriteTest, ATextThatIsNotUtf8IsRefusedBeforeItIsWritten) {
  EXPECT_THAT(ReadWrite(NewMember("\xff")), HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField));
  EXPECT_THAT(ReadWrite(NewMember("आशा")), IsOk());
}

TEST(QueuedWriteTest, OfARefusalThatIsTooLongTheReasonStays) {
  absl::Status refusal = Conflict();
  refusal.SetPayload("type.googleapis.com/google.rpc.Help", absl::Cord(std::string(20'000, 'x')));
  refusal.SetPayload("type.googleapis.com/a", absl::Cord(std::string(5'000, 'a')));
  refusal.SetPayload("type.googleapis.com/b", absl::Cord(std::string(5'000, 'b')));
  const absl::Status read = ReadBack(refusal);
  EXPECT_THAT(read, HasProblem(absl::StatusCode::kAborted, Reason::kStaleEtag));
  EXPECT_EQ(read.message(), refusal.message());
  int details = 0;
  read.ForEachPayload([&](absl::string_view, const absl::Cord&) { ++details; });
  EXPECT_EQ(details, 2) << "the reason, and one of the two that would have fitted";
  EXPECT_EQ(ReadBack(read), read);
}

TEST(QueuedWriteTest, DetailsAreDroppedFromTheFirstByteOverTheBound) {
  for (const size_t bytes : {8'000u, 8'183u, 8'184u, 8'192u, 8'193u, 9'000u}) {
    absl::Status refusal = absl::AbortedError("no");
    refusal.SetPayload("t", absl::Cord(std::string(bytes, 'x')));
    const absl::Status read = ReadBack(refusal);
    EXPECT_EQ(read.code(), absl::StatusCode::kAborted) << bytes;
    EXPECT_EQ(read.GetPayload("t").has_value(), bytes <= 8'183) << bytes;
  }
}

TEST(QueuedWriteTest, AMessageThatIsTooLongEndsWithAWholeCharacter) {
  std::string message;
  while (message.size() < 20'000) message += "आ";  // three bytes
  const absl::Status read = ReadBack(absl::AbortedError(message));
  EXPECT_EQ(read.message().size(), 8'190u);
  EXPECT_EQ(read.message(), message.substr(0, 8'190));
  EXPECT_THAT(ReadBack(absl::AbortedError(std::string(9'000, '\x80'))).code(), absl::StatusCode::kAborted);
}

}  // namespace
}  // namespace aangan::client
