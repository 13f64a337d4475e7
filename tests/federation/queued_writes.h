// SPDX-License-Identifier: Apache-2.0
// The writes of write_queue_test by their number, the same in its child program and in the test that looks for them at
// the node: four a member (enrol, consent, service, change), each with its own ids.
#ifndef AANGAN_TESTS_FEDERATION_QUEUED_WRITES_H_
#define AANGAN_TESTS_FEDERATION_QUEUED_WRITES_H_

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/node_client.h"

namespace aangan::tests {

inline constexpr int kQueuedWrites = 1000;
inline constexpr int kWritesAMember = 4;
inline constexpr char kQueueKey[] = "32 bytes of an app's key store..";

inline std::string QueuedId(int number) {
  std::string id(26, 'a');
  for (int at = 20; number > 0; number /= 26) id[static_cast<size_t>(at--)] = static_cast<char>('a' + number % 26);
  return id;
}
inline std::string QueuedMember(int number) { return "members/" + QueuedId(number - number % kWritesAMember); }
inline std::string QueuedNote(int number) { return absl::StrCat("Canary ", number); }

inline std::unique_ptr<google::protobuf::Message> QueuedWriteOf(int number) {
  const std::string request_id = absl::StrCat("00000000-0000-4000-8000-", absl::Dec(number, absl::kZeroPad12));
  switch (number % kWritesAMember) {
    case 0: {
      auto request = std::make_unique<node::v1::CreateMemberRequest>();
      *request->mutable_member() = SomeMember();
      request->mutable_member()->mutable_details()->set_full_name(QueuedNote(number));
      request->set_member_id(QueuedId(number));
      request->set_request_id(request_id);
      return request;
    }
    case 1: {
      auto request = std::make_unique<node::v1::CreateConsentRequest>();
      request->set_parent(QueuedMember(number));
      *request->mutable_consent() = CountedConsent();
      request->set_consent_id(QueuedId(number));
      request->set_request_id(request_id);
      return request;
    }
    case 2: {
      auto request = std::make_unique<node::v1::CreateServiceRequest>();
      request->set_parent(QueuedMember(number));
      *request->mutable_service() = SomeService();
      request->set_service_id(QueuedId(number));
      request->set_request_id(request_id);
      return request;
    }
    default: {
      // Without an etag: it was never read. The queue puts in the one that the enrolment brings.
      auto request = std::make_unique<node::v1::UpdateMemberRequest>();
      request->mutable_member()->set_name(QueuedMember(number));
      request->mutable_member()->mutable_details()->set_notes(QueuedNote(number));
      request->mutable_update_mask()->add_paths("details.notes");
      request->set_request_id(request_id);
      return request;
    }
  }
}

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_FEDERATION_QUEUED_WRITES_H_
