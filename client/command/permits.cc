// SPDX-License-Identifier: Apache-2.0
// aangan permit: what waits for a second person's yes, and the yes.
#include "client/command/permits.h"

#include "aangan/node/v1/permits.grpc.pb.h"
#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/words.h"
#include "google/rpc/error_details.pb.h"

namespace aangan::client {
namespace {

using node::v1::Permit;
using node::v1::PermitService;

absl::StatusOr<int> List(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  const auto stub = PermitService::NewStub(channel->grpc());
  node::v1::ListPermitsRequest request;
  Table table{{"name", "kind", "subject", "state", "asked_by", "approved_by", "expire_time"}, {}};
  do {
    ASSIGN_OR_RETURN(const node::v1::ListPermitsResponse page,
                     channel->Call(stub.get(), &PermitService::Stub::ListPermits, request));
    for (const Permit& each : page.permits()) {
      table.rows.push_back({each.name(), WordOf(node::v1::PermitKind_descriptor(), each.kind()), each.subject(),
                            WordOf(node::v1::PermitState_descriptor(), each.state()), each.asked_by(),
                            TextOrNothing(each.approved_by()), TimeValue(each.has_expire_time(), each.expire_time())});
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  session.output().Print(table);
  return kExitOk;
}

absl::StatusOr<int> Approve(const Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  node::v1::ApprovePermitRequest request;
  request.set_name(name);
  const auto stub = PermitService::NewStub(channel->grpc());
  RETURN_IF_ERROR(channel->Call(stub.get(), &PermitService::Stub::ApprovePermit, request).status());
  session.output().Say("Whoever asked can take the step now, once, within a day of asking.");
  return kExitOk;
}

}  // namespace

absl::StatusOr<int> AskForPermit(const Session& session, const Channel& channel, const absl::Status& refusal) {
  if (!HasReason(refusal, Reason::kPermitNeeded)) return refusal;
  google::rpc::ErrorInfo info;
  const auto payload = refusal.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  node::v1::PermitKind kind = node::v1::PERMIT_KIND_UNSPECIFIED;
  if (!payload.has_value() || !info.ParseFromString(std::string(*payload)) ||
      !node::v1::PermitKind_Parse(info.metadata().at("kind"), &kind))
    return refusal;
  node::v1::CreatePermitRequest request;
  request.mutable_permit()->set_kind(kind);
  request.mutable_permit()->set_subject(info.metadata().at("subject"));
  request.mutable_permit()->set_request_digest(FromHex(info.metadata().at("digest")).value_or(""));
  const auto stub = PermitService::NewStub(channel.grpc());
  ASSIGN_OR_RETURN(const Permit permit, channel.Call(stub.get(), &PermitService::Stub::CreatePermit, request));
  session.output().PrintObject(
      {{"permit", "expire_time"}, {{permit.name(), TimeValue(permit.has_expire_time(), permit.expire_time())}}});
  session.output().Say(
      absl::StrCat("A second person has to say yes first, with her own token: aangan permit approve ", permit.name()));
  session.output().Say(absl::StrCat("Then give the same command again with --permit ", permit.name()));
  return kExitFailed;
}

void AddPermits(CLI::App& app, Session& session) {
  CLI::App* permit = AddCommand(app, "permit", "The second person's yes (steward or auditor)", "aangan permit list");
  permit->require_subcommand(1);
  CLI::App* list = AddCommand(*permit, "list", "List what was asked for", "aangan permit list");
  list->callback([&session] { session.run = [&session] { return List(session); }; });
  CLI::App* approve = AddCommand(*permit, "approve", "Say yes to what somebody else asked for",
                                 "aangan permit approve permits/7h2m... --token-file mine.token");
  auto name = std::make_shared<std::string>();
  approve->add_option("name", *name, "permits/{permit}")->required();
  approve->callback([&session, name] { session.run = [&session, name] { return Approve(session, *name); }; });
}

}  // namespace aangan::client
