// SPDX-License-Identifier: Apache-2.0
// A write queue over a folder of its own, and a node that is a function: for the tests of client/write_queue.
#ifndef AANGAN_TESTS_UNIT_CLIENT_WRITE_QUEUE_FIXTURE_H_
#define AANGAN_TESTS_UNIT_CLIENT_WRITE_QUEUE_FIXTURE_H_

#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "aangan/node/v1/casework.pb.h"
#include "aangan/node/v1/members.pb.h"
#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/problem.h"
#include "client/channel.h"
#include "client/write_queue.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::client {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using tests::HasProblem;
using tests::IsOk;

inline const std::string kKey(32, 'k');
inline const std::string kMember = "members/" + std::string(26, 'a');

// A node that answers what it is told, and remembers the requests that it got.
class FakeNode {
 public:
  absl::StatusOr<std::unique_ptr<Message>> Call(const MethodDescriptor& method, const Message& request) {
    std::unique_ptr<Message> copy(request.New());
    copy->CopyFrom(request);
    requests.push_back(std::move(copy));
    const std::string label = Label(*requests.back());
    labels.push_back(label);
    if (!link.ok()) return link;
    if (const auto refusal = refusals.find(label); refusal != refusals.end()) return refusal->second;
    std::unique_ptr<Message> answer(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(method.output_type())->New());
    if (const auto* etag = answer->GetDescriptor()->FindFieldByName("etag"); etag != nullptr)
      answer->GetReflection()->SetString(answer.get(), etag, absl::StrCat("etag-", requests.size(), etag_end));
    return answer;
  }
  WriteQueue::Sender sender() {
    return [this](const MethodDescriptor& method, const Message& request) { return Call(method, request); };
  }
  template <typename Request>
  const Request& Got(size_t i) const {
    return dynamic_cast<const Request&>(*requests.at(i));
  }

  absl::Status link;                             // not OK: every call fails with it
  std::map<std::string, absl::Status> refusals;  // by label
  std::string etag_end;                          // of each etag that it gives
  std::vector<std::string> labels;
  std::vector<std::unique_ptr<Message>> requests;

 private:
  // A text of the record by which the test knows the write.
  static std::string Label(const Message& request) {
    if (const auto* m = dynamic_cast<const node::v1::CreateMemberRequest*>(&request))
      return m->member().details().notes();
    if (const auto* m = dynamic_cast<const node::v1::UpdateMemberRequest*>(&request))
      return m->member().details().notes();
    if (const auto* m = dynamic_cast<const node::v1::CreateServiceRequest*>(&request)) return m->service().notes();
    if (const auto* m = dynamic_cast<const node::v1::UpdateServiceRequest*>(&request)) return m->service().notes();
    return request.GetDescriptor()->name();
  }
};

inline node::v1::CreateMemberRequest NewMember(const std::string& label) {
  node::v1::CreateMemberRequest request;
  request.mutable_member()->mutable_details()->set_notes(label);
  return request;
}
inline node::v1::UpdateMemberRequest Change(const std::string& label, const std::string& name,
                                            const std::string& etag = "") {
  node::v1::UpdateMemberRequest request;
  request.mutable_member()->set_name(name);
  request.mutable_member()->set_etag(etag);
  request.mutable_member()->mutable_details()->set_notes(label);
  request.mutable_update_mask()->add_paths("details.notes");
  return request;
}
// A change whose request, with its ids and without an etag, has so many bytes, at least 20,000.
inline node::v1::UpdateMemberRequest ChangeOfBytes(size_t bytes, const std::string& name) {
  node::v1::UpdateMemberRequest request = Change(std::string(bytes, 'x'), name);
  request.set_request_id(NewRequestId());
  const size_t over = request.ByteSizeLong() - bytes;
  request.mutable_member()->mutable_details()->mutable_notes()->resize(bytes - over);
  return request;
}
// The limit that a refusal names to the program.
inline size_t BytesMaxOf(const absl::Status& refusal) {
  google::rpc::ErrorInfo info;
  const auto bytes = refusal.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  EXPECT_TRUE(bytes.has_value() && info.ParseFromString(std::string(*bytes))) << refusal;
  return std::stoul(info.metadata().at("bytesMax"));
}
inline node::v1::CreateServiceRequest NewService(const std::string& label, const std::string& parent) {
  node::v1::CreateServiceRequest request;
  request.set_parent(parent);
  request.mutable_service()->set_notes(label);
  return request;
}
inline absl::Status Conflict() {
  return Problem(absl::StatusCode::kAborted, Reason::kStaleEtag, "Somebody changed it.");
}

class WriteQueueTest : public ::testing::Test {
 protected:
  WriteQueueTest() { Reopen(); }
  void Reopen() {
    queue_.reset();
    auto queue = WriteQueue::Open(path_, AsBytes(kKey));
    ASSERT_THAT(queue, IsOk());
    queue_ = *std::move(queue);
  }
  WriteQueue::Added Add(const Message& request) {
    const auto added = queue_->Add(request);
    EXPECT_THAT(added, IsOk());
    return added.ok() ? *added : WriteQueue::Added{};
  }

  // What stands in the file.
  std::string Bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  void PutBytes(const std::string& bytes) const { std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes; }

  const tests::TempDir folder_;
  const std::string path_ = folder_ / "queue";
  FakeNode node_;
  std::unique_ptr<WriteQueue> queue_;
};

}  // namespace aangan::client

#endif  // AANGAN_TESTS_UNIT_CLIENT_WRITE_QUEUE_FIXTURE_H_
