// SPDX-License-Identifier: Apache-2.0
// An example app in C++: enrols a member, records her consent and a service, reads it back, shows what an error looks
// like, and does the same through a write queue, as an app without a link would.
//
//   aangan-example HOST:PORT AUTHORITY.pem TOKEN_FILE QUEUE_FILE KEY_FILE
//
// KEY_FILE has 32 random bytes, mode 0600; on a phone they come from its keystore. Prints what it did; ends with 1 on
// the first thing that goes wrong.
#include <cstdio>
#include <string>

#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/node_client.h"
#include "client/write_queue.h"
#include "google/rpc/error_details.pb.h"

namespace {

using aangan::client::NodeClient;
using aangan::client::WriteQueue;
namespace api = aangan::node::v1;

void SetDate(google::type::Date* date, int year, int month, int day) {
  date->set_year(year);
  date->set_month(month);
  date->set_day(day);
}

api::CreateMemberRequest Enrolment() {
  api::CreateMemberRequest request;
  request.mutable_member()->set_birth_year(1998);
  request.mutable_member()->set_gender("woman");
  request.mutable_member()->set_enrolment_quarter("2026Q1");
  request.mutable_member()->mutable_details()->set_full_name("Example of an app");
  return request;
}

api::CreateConsentRequest Consent(const std::string& member) {
  api::CreateConsentRequest request;
  request.set_parent(member);
  request.mutable_consent()->set_purpose(api::CONSENT_PURPOSE_BE_COUNTED);
  request.mutable_consent()->set_decision(api::CONSENT_DECISION_GIVEN);
  SetDate(request.mutable_consent()->mutable_decision_date(), 2026, 1, 12);
  request.mutable_consent()->set_notice_version("2026-01");
  request.mutable_consent()->set_language("hi");
  return request;
}

api::CreateServiceRequest Training(const std::string& member) {
  api::CreateServiceRequest request;
  request.set_parent(member);
  request.mutable_service()->set_domain("livelihood");
  request.mutable_service()->set_type("skills_training");
  request.mutable_service()->set_stage(api::SERVICE_STAGE_RECEIVED);
  SetDate(request.mutable_service()->mutable_received_date(), 2026, 2, 3);
  return request;
}

// An error for a person: the message says what to do, the reason is for the program, the fields for the form.
void Show(const absl::Status& error) {
  std::printf("%s: %s\n", aangan::ReasonOf(error).c_str(), std::string(error.message()).c_str());
  google::rpc::BadRequest fields;
  const auto bytes = error.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  if (!bytes || !fields.ParseFromString(std::string(*bytes))) return;
  for (const auto& field : fields.field_violations())
    std::printf("  field %s %s\n", field.field().c_str(), field.description().c_str());
}

absl::Status WithALink(const NodeClient& node) {
  ASSIGN_OR_RETURN(const api::Member member, node.CreateMember(Enrolment()));
  ASSIGN_OR_RETURN(const api::Consent consent, node.CreateConsent(Consent(member.name())));
  ASSIGN_OR_RETURN(const api::Service service, node.CreateService(Training(member.name())));
  api::GetServiceRequest get;
  get.set_name(service.name());
  ASSIGN_OR_RETURN(const api::Service read, node.GetService(get));
  std::printf("read back: %s\n", read.type().c_str());
  api::CreateMemberRequest wrong = Enrolment();
  wrong.mutable_member()->set_gender("no such code");
  const auto refused = node.CreateMember(wrong);
  if (refused.ok()) return absl::InternalError("a wrong code was taken");
  Show(refused.status());
  return absl::OkStatus();
}

absl::Status WithoutALink(const NodeClient& node, const std::string& queue_file, const std::string& key_file) {
  ASSIGN_OR_RETURN(const aangan::SecretBytes key, aangan::ReadSecretFile(key_file, aangan::client::kQueueKeyBytes));
  ASSIGN_OR_RETURN(const auto queue, WriteQueue::Open(queue_file, key.span()));
  // The name of the member is known before the node has heard of her.
  ASSIGN_OR_RETURN(const WriteQueue::Added member, queue->Add(Enrolment()));
  RETURN_IF_ERROR(queue->Add(Consent(member.resource)).status());
  api::CreateServiceRequest wrong = Training(member.resource);
  wrong.mutable_service()->set_stage(api::SERVICE_STAGE_UNSPECIFIED);
  RETURN_IF_ERROR(queue->Add(wrong).status());
  // Later, with a link.
  RETURN_IF_ERROR(queue->Send([&](const auto& method, const auto& request) { return node.Call(method, request); }));
  for (const WriteQueue::Write& write : queue->Writes()) {
    if (write.refusal.ok()) continue;  // it waits for one that was refused
    Show(write.refusal);
    RETURN_IF_ERROR(queue->Replace(write.sequence, [&] {
      api::CreateServiceRequest corrected = Training(member.resource);
      corrected.set_service_id(write.resource.substr(write.resource.rfind('/') + 1));
      return corrected;
    }()));
  }
  RETURN_IF_ERROR(queue->Send([&](const auto& method, const auto& request) { return node.Call(method, request); }));
  std::printf("writes left in the queue: %zu\n", queue->Writes().size());
  return absl::OkStatus();
}

}  // namespace

int main(int count, char** words) {
  if (count != 6) {
    std::fprintf(stderr, "usage: aangan-example HOST:PORT AUTHORITY.pem TOKEN_FILE QUEUE_FILE KEY_FILE\n");
    return 2;
  }
  const auto node = NodeClient::Open({words[1], words[2], "", "", words[3]});
  absl::Status status = node.status();
  if (status.ok()) status = WithALink(**node);
  if (status.ok()) status = WithoutALink(**node, words[4], words[5]);
  if (!status.ok()) Show(status);
  return status.ok() ? 0 : 1;
}
