// SPDX-License-Identifier: Apache-2.0
// A write queue when something is at its limit or goes wrong: writes and refusals that are too long, an answer that
// stops it, a disk that refuses, a file that is damaged. What was accepted is there, and the queue goes on.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/cord.h"
#include "gmock/gmock.h"
#include "tests/unit/client/write_queue_fixture.h"

namespace aangan::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr size_t kHeadBytes = 44;
constexpr uid_t kNobody = 65534;

class WriteQueueFaultsTest : public WriteQueueTest {
 protected:
  void AppendRecord(const std::string& plain) {
    queue_.reset();
    const auto file = QueueFile::Open(path_, AsBytes(kKey), [](auto&&...) { return absl::OkStatus(); });
    ASSERT_THAT(file, IsOk());
    ASSERT_THAT((*file)->Append(plain), IsOk());
  }
  void FlipByte(size_t at) {
    queue_.reset();
    std::string bytes = Bytes();
    bytes.at(at) ^= 1;
    PutBytes(bytes);
  }
  // A disk on which no new file can be made beside the queue's.
  void RefuseNewFiles() const { ASSERT_EQ(mkdir((path_ + ".new").c_str(), 0700), 0); }
  void TakeNewFiles() const { ASSERT_EQ(rmdir((path_ + ".new").c_str()), 0); }
};

TEST_F(WriteQueueFaultsTest, AWriteAtTheLimitThatGetsAnEtagIsReadAndSent) {
  const auto member = Add(NewMember("member"));
  for (int i = 0; i < 30; ++i) Add(NewMember(std::string(100 << 10, 'x')));  // so that the file is written anew
  const absl::Status refused = queue_->Add(ChangeOfBytes(size_t{1} << 20, member.resource)).status();
  EXPECT_THAT(refused, HasProblem(absl::StatusCode::kInvalidArgument, Reason::kTooLarge));
  const auto largest = ChangeOfBytes(BytesMaxOf(refused), member.resource);
  Add(largest);
  node_.etag_end = std::string(900, 'e');
  const std::string& label = largest.member().details().notes();
  node_.refusals[label] = absl::UnavailableError("away");
  EXPECT_TRUE(absl::IsUnavailable(queue_->Send(node_.sender())));
  EXPECT_LT(Bytes().size(), size_t{2} << 20);
  Reopen();
  node_.refusals[label] = Conflict();
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  const auto again = queue_->Request(queue_->Writes().at(0).sequence);
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(queue_->Replace(queue_->Writes()[0].sequence, **again), IsOk());
  node_.refusals.clear();
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  EXPECT_THAT(queue_->Writes(), IsEmpty());
  const auto& sent = node_.Got<node::v1::UpdateMemberRequest>(node_.requests.size() - 1);
  EXPECT_EQ(sent.member().etag(), "etag-1" + node_.etag_end);
  EXPECT_EQ(sent.member().details().notes(), label);
}

TEST_F(WriteQueueFaultsTest, AnEtagLongerThanAnyNodesIsNotTaken) {
  const auto member = Add(NewMember("member"));
  Add(Change("change", member.resource));
  Add(NewMember("other"));
  node_.etag_end = std::string(9'000, 'e');
  node_.refusals["change"] = Problem(absl::StatusCode::kInvalidArgument, Reason::kMissingEtag, "no");
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  Reopen();
  ASSERT_EQ(queue_->Writes().size(), 1u);
  EXPECT_THAT(queue_->Writes()[0].refusal, HasProblem(absl::StatusCode::kInvalidArgument, Reason::kMissingEtag));
}

TEST_F(WriteQueueFaultsTest, ARefusalWithManyDetailsIsKeptAndReadAgain) {
  absl::Status refusal = Conflict();
  refusal.SetPayload("type.googleapis.com/google.rpc.Help", absl::Cord(std::string(20'000, 'x')));
  Add(NewMember("1"));
  node_.refusals["1"] = refusal;
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  Reopen();
  ASSERT_EQ(queue_->Writes().size(), 1u);
  EXPECT_THAT(queue_->Writes()[0].refusal, HasProblem(absl::StatusCode::kAborted, Reason::kStaleEtag));
}

TEST_F(WriteQueueFaultsTest, ATextThatCanNotBeReadAgainIsNotTaken) {
  Add(NewMember("1"));
  EXPECT_THAT(queue_->Add(NewMember("\xff")), HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField));
  Reopen();
  EXPECT_EQ(queue_->Writes().size(), 1u);
}

TEST_F(WriteQueueFaultsTest, SaysAtWhichWriteItStoppedAndWithoutThatOneGoesOn) {
  for (const char* label : {"1", "Canary", "3"}) Add(NewMember(label));
  for (const absl::Status& answer :
       {absl::Status(Problem(absl::StatusCode::kInternal, Reason::kInternal, "Ours.")),
        absl::Status(Problem(absl::StatusCode::kPermissionDenied, Reason::kNotAllowed, "The role may not."))}) {
    node_.refusals["Canary"] = answer;
    const absl::Status stopped = queue_->Send(node_.sender());
    EXPECT_EQ(stopped.code(), answer.code());
    EXPECT_EQ(ReasonOf(stopped), ReasonOf(answer));
    EXPECT_THAT(std::string(stopped.message()),
                AllOf(HasSubstr("write 2 (aangan.node.v1.MemberService.CreateMember)"), HasSubstr("Send again"),
                      HasSubstr("Drop 2"), HasSubstr(std::string(answer.message())), Not(HasSubstr("Canary"))));
    const auto writes = queue_->Writes();
    ASSERT_EQ(writes.size(), 2u);
    EXPECT_EQ(writes[0].sequence, 2u);
    EXPECT_EQ(writes[0].stop, stopped);
    EXPECT_THAT(writes[0].refusal, IsOk());
    EXPECT_THAT(writes[1].stop, IsOk());
  }
  EXPECT_THAT(queue_->Drop(2), IsOk());
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  EXPECT_THAT(node_.labels, ElementsAre("1", "Canary", "Canary", "3"));
}

TEST_F(WriteQueueFaultsTest, ABadLinkIsNoReasonToDropAWrite) {
  Add(NewMember("1"));
  node_.link = Problem(absl::StatusCode::kUnavailable, Reason::kNoLink, "away");
  const absl::Status stopped = queue_->Send(node_.sender());
  EXPECT_THAT(std::string(stopped.message()),
              AllOf(HasSubstr("write 1 ("), HasSubstr("Send again"), Not(HasSubstr("Drop"))));
  EXPECT_EQ(queue_->Writes().at(0).stop, stopped);
  node_.link = absl::OkStatus();
  node_.refusals["1"] = Conflict();
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  EXPECT_THAT(queue_->Writes().at(0).stop, IsOk()) << "it was asked, and refused";
}

TEST_F(WriteQueueFaultsTest, AFileThatCanNotBeWrittenAnewIsUsedAsItIs) {
  for (const char* label : {"1", "2"}) Add(NewMember(label));
  RefuseNewFiles();
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk()) << "both arrived, and that is noted";
  const size_t untidy = Bytes().size();
  Add(NewMember("3"));
  Add(NewMember("4"));
  EXPECT_THAT(queue_->Drop(3), IsOk());
  EXPECT_GT(Bytes().size(), untidy);
  Reopen();
  ASSERT_EQ(queue_->Writes().size(), 1u);
  TakeNewFiles();
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  EXPECT_THAT(node_.labels, ElementsAre("1", "2", "4"));
  EXPECT_LT(Bytes().size(), untidy / 2);
}

TEST_F(WriteQueueFaultsTest, WhatCouldNotLeaveTheFileLeavesItWithTheNextSend) {
  Add(NewMember("1"));
  RefuseNewFiles();
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  const size_t untidy = Bytes().size();
  TakeNewFiles();
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  EXPECT_LT(Bytes().size(), untidy);
  const std::string tidy = Bytes();
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  EXPECT_EQ(Bytes(), tidy) << "and is not written again";
}

// In a folder that may be written and not read, a file takes another's place and nobody can say that this will last.
// Returns the number of the step that went wrong.
int UnsureWhichFileIsThere(const std::string& folder) {
  if (chdir(folder.c_str()) != 0 || mkdir("own", 0700) != 0) return 1;
  if (geteuid() == 0 && (chown("own", kNobody, kNobody) != 0 || chdir("own") != 0 || setuid(kNobody) != 0)) return 2;
  if (geteuid() != kNobody && chdir("own") != 0) return 3;
  FakeNode node;
  auto queue = WriteQueue::Open("queue", AsBytes(kKey));
  if (!queue.ok() || !(*queue)->Add(NewMember("1")).ok() || !(*queue)->Add(NewMember("2")).ok()) return 4;
  if (chmod(".", 0300) != 0) return 5;
  if (!(*queue)->Send(node.sender()).ok() || node.labels.size() != 2) return 6;
  const absl::Status unsure = (*queue)->Add(NewMember("3")).status();
  if (!absl::IsUnavailable(unsure) || !HasReason(unsure, Reason::kDiskReserve)) return 7;
  if (chmod(".", 0700) != 0) return 8;
  if (!(*queue)->Add(NewMember("3")).ok()) return 9;
  *queue = nullptr;
  queue = WriteQueue::Open("queue", AsBytes(kKey));
  if (!queue.ok() || (*queue)->Writes().size() != 1) return 10;
  if (!(*queue)->Send(node.sender()).ok() || node.labels.size() != 3 || node.labels[2] != "3") return 11;
  return 0;
}

TEST_F(WriteQueueFaultsTest, NothingIsAcknowledgedUntilItIsKnownWhichFileIsThere) {
  EXPECT_EXIT(_exit(UnsureWhichFileIsThere(folder_.path())), ::testing::ExitedWithCode(0), "");
}

TEST_F(WriteQueueFaultsTest, ADamagedFileIsRefusedAndSalvageKeepsTheRest) {
  for (const char* label : {"1", "2", "3"}) Add(NewMember(label));
  const size_t size = Bytes().size();
  FlipByte(kHeadBytes + (size - kHeadBytes) / 2);  // inside the second of three records of one size
  const std::string damaged = Bytes();
  EXPECT_THAT(WriteQueue::Open(path_, AsBytes(kKey)).status(),
              HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
  const auto salvaged = WriteQueue::Salvage(path_, AsBytes(kKey));
  ASSERT_THAT(salvaged, IsOk());
  EXPECT_EQ(salvaged->writes, 2u);
  EXPECT_EQ(salvaged->records_lost, 1u);
  EXPECT_EQ(salvaged->bytes_lost, (size - kHeadBytes) / 3);
  std::ifstream aside(path_ + ".damaged", std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(aside), std::istreambuf_iterator<char>()), damaged);
  Reopen();
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  EXPECT_THAT(node_.labels, ElementsAre("1", "3"));
  EXPECT_THAT(WriteQueue::Salvage(path_, AsBytes(kKey)),
              HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kLocked));
  queue_.reset();
  EXPECT_THAT(WriteQueue::Salvage(path_, AsBytes(kKey)),
              HasProblem(absl::StatusCode::kAlreadyExists, Reason::kAlreadyExists));
}

TEST_F(WriteQueueFaultsTest, SalvageCountsWhatOpensAndIsNotUnderstood) {
  Add(NewMember("1"));
  AppendRecord(std::string("\x02", 1));  // "sent", without what was sent
  AppendRecord("");
  EXPECT_THAT(WriteQueue::Open(path_, AsBytes(kKey)).status(),
              HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
  const auto salvaged = WriteQueue::Salvage(path_, AsBytes(kKey));
  ASSERT_THAT(salvaged, IsOk());
  EXPECT_EQ(salvaged->writes, 1u);
  EXPECT_EQ(salvaged->records_lost, 2u);
  EXPECT_GT(salvaged->bytes_lost, 0u);
  Reopen();
  EXPECT_THAT(queue_->Send(node_.sender()), IsOk());
  EXPECT_THAT(node_.labels, ElementsAre("1"));
}

TEST_F(WriteQueueFaultsTest, WhatANewerAppWroteIsNotSalvagedAway) {
  Add(NewMember("1"));
  AppendRecord(std::string("\x63") + std::string(8, '\0'));
  const std::string before = Bytes();
  EXPECT_THAT(WriteQueue::Salvage(path_, AsBytes(kKey)),
              HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kNewerFormat));
  EXPECT_EQ(Bytes(), before);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".damaged"));
}

// As the header says of it.
TEST_F(WriteQueueFaultsTest, SalvageMayBringBackWhatWasDroppedOrHasArrived) {
  for (const char* label : {"arrived", "waits"}) Add(NewMember(label));
  node_.refusals["waits"] = absl::UnavailableError("away");
  EXPECT_TRUE(absl::IsUnavailable(queue_->Send(node_.sender())));
  FlipByte(Bytes().size() - 1);  // that the first one was sent
  auto salvaged = WriteQueue::Salvage(path_, AsBytes(kKey));
  ASSERT_THAT(salvaged, IsOk());
  EXPECT_EQ(salvaged->writes, 2u);
  EXPECT_EQ(salvaged->records_lost, 1u);
  std::filesystem::remove(path_ + ".damaged");
  Reopen();
  EXPECT_TRUE(absl::IsUnavailable(queue_->Send(node_.sender())));
  EXPECT_THAT(node_.labels, ElementsAre("arrived", "waits", "arrived", "waits"));
  EXPECT_EQ(node_.Got<node::v1::CreateMemberRequest>(0).request_id(),
            node_.Got<node::v1::CreateMemberRequest>(2).request_id());

  Add(NewMember("stays"));
  EXPECT_THAT(queue_->Drop(2), IsOk());
  FlipByte(Bytes().size() - 1);  // that it was dropped
  salvaged = WriteQueue::Salvage(path_, AsBytes(kKey));
  ASSERT_THAT(salvaged, IsOk());
  Reopen();
  ASSERT_EQ(queue_->Writes().size(), 2u);
  EXPECT_EQ(queue_->Writes()[0].sequence, 2u);
}

TEST_F(WriteQueueFaultsTest, ASalvageThatTheDiskRefusedCanBeTriedAgain) {
  for (const char* label : {"1", "2"}) Add(NewMember(label));
  FlipByte(Bytes().size() - 1);
  const std::string damaged = Bytes();
  RefuseNewFiles();
  EXPECT_TRUE(absl::IsUnavailable(WriteQueue::Salvage(path_, AsBytes(kKey)).status()));
  EXPECT_EQ(Bytes(), damaged);
  TakeNewFiles();
  const auto salvaged = WriteQueue::Salvage(path_, AsBytes(kKey));
  ASSERT_THAT(salvaged, IsOk());
  EXPECT_EQ(salvaged->writes, 1u);
  Reopen();
  EXPECT_EQ(queue_->Writes().size(), 1u);
}

}  // namespace
}  // namespace aangan::client
