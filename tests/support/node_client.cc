// SPDX-License-Identifier: Apache-2.0
// What a test needs to call a node over its real port.
#include "tests/support/node_client.h"

#include <grpc/support/time.h>

#include <fstream>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "server/shared/grpc_status.h"

namespace aangan::tests {

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address, const TlsFiles& tls) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
  arguments.SetMaxReceiveMessageSize(16 << 20);
  return grpc::CreateCustomChannel(address, grpc::SslCredentials({tls.authority_pem, tls.key_pem, tls.certificate_pem}),
                                   arguments);
}

NodeClient::NodeClient(std::shared_ptr<grpc::Channel> channel, std::string token)
    : access(node::v1::AccessService::NewStub(channel)),
      audit(node::v1::AuditService::NewStub(channel)),
      backups(node::v1::BackupService::NewStub(channel)),
      casework(node::v1::CaseworkService::NewStub(channel)),
      governance(node::v1::GovernanceService::NewStub(channel)),
      grievances(node::v1::GrievanceService::NewStub(channel)),
      members(node::v1::MemberService::NewStub(channel)),
      notices(node::v1::NoticeService::NewStub(channel)),
      operators(node::v1::OperatorService::NewStub(channel)),
      permits(node::v1::PermitService::NewStub(channel)),
      releases(node::v1::ReleaseService::NewStub(channel)),
      retention(node::v1::RetentionService::NewStub(channel)),
      rights(node::v1::RightsService::NewStub(channel)),
      token_(std::move(token)) {}

NodeClient NodeClient::OfFolder(const std::string& address, const std::string& data, const std::string& token_file) {
  return NodeClient(OpenChannel(address, {ReadAll(data + "/tls/authority.pem"), "", ""}),
                    ReadAll(data + "/" + token_file));
}

void NodeClient::Prepare(grpc::ClientContext& context, absl::Duration deadline) const {
  if (!token_.empty()) context.AddMetadata("authorization", "Bearer " + token_);
  context.set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                    gpr_time_from_millis(absl::ToInt64Milliseconds(deadline), GPR_TIMESPAN)));
}

absl::Status NodeClient::Translate(const grpc::Status& status) { return server::FromGrpcStatus(status); }

std::string TokenFor(const NodeClient& steward, node::v1::Role role, const std::string& member) {
  node::v1::CreateTokenRequest request;
  request.mutable_token()->set_title("test");
  request.mutable_token()->set_role(role);
  request.mutable_token()->set_member(member);
  if (role == node::v1::ROLE_CASEWORKER) {
    for (const char* domain : {"health", "legal_aid", "mental_health"})
      request.mutable_token()->add_sensitive_domains(domain);
  }
  node::v1::CreateTokenResponse response;
  AANGAN_CHECK(steward.Call(*steward.access, &node::v1::AccessService::Stub::CreateToken, request, &response).ok());
  return response.secret();
}

namespace {

void SetDate(google::type::Date* date, int year, int month, int day) {
  date->set_year(year);
  date->set_month(month);
  date->set_day(day);
}

}  // namespace

node::v1::Member SomeMember() {
  node::v1::Member member;
  member.set_birth_year(1998);
  member.set_gender("woman");
  member.set_enrolment_quarter("2026Q1");
  member.mutable_details()->set_full_name("A Name");
  member.mutable_details()->set_notes("A note");
  return member;
}

node::v1::Consent CountedConsent() {
  node::v1::Consent consent;
  consent.set_purpose(node::v1::CONSENT_PURPOSE_BE_COUNTED);
  consent.set_decision(node::v1::CONSENT_DECISION_GIVEN);
  SetDate(consent.mutable_decision_date(), 2025, 1, 2);
  consent.set_notice_version("2025-01");
  consent.set_language("hi");
  return consent;
}

node::v1::Service SomeService() {
  node::v1::Service service;
  service.set_domain("health");
  service.set_type("health_check");
  service.set_stage(node::v1::SERVICE_STAGE_RECEIVED);
  SetDate(service.mutable_assessed_date(), 2026, 7, 1);
  SetDate(service.mutable_needed_date(), 2026, 7, 2);
  SetDate(service.mutable_received_date(), 2026, 8, 3);
  service.set_provider("A provider");
  service.set_notes("A note");
  return service;
}

node::v1::Assessment SomeAssessment() {
  node::v1::Assessment assessment;
  assessment.set_instrument("phq_9");
  assessment.set_score(7);
  SetDate(assessment.mutable_date(), 2026, 8, 3);
  assessment.set_notes("A note");
  return assessment;
}

}  // namespace aangan::tests
