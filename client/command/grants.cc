// SPDX-License-Identifier: Apache-2.0
// aangan grant: which sensitive domains are open to which token, and the glass that is broken in an emergency.
#include "aangan/node/v1/access.grpc.pb.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/permits.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

using node::v1::AccessService;
using node::v1::Grant;

Table TableOf() {
  return {{"name", "domain", "expire_time", "created_by", "member", "break_glass_reason", "acknowledge_time"}, {}};
}

void Add(Table& table, const Grant& each) {
  table.rows.push_back({each.name(), each.domain(), TimeValue(each.has_expire_time(), each.expire_time()),
                        each.created_by(), TextOrNothing(each.member()),
                        TextOrNothing(WordOf(node::v1::BreakGlassReason_descriptor(), each.break_glass_reason())),
                        TimeValue(each.has_acknowledge_time(), each.acknowledge_time())});
}

absl::StatusOr<int> List(const Session& session, const std::string& token) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  const auto stub = AccessService::NewStub(channel->grpc());
  node::v1::ListGrantsRequest request;
  request.set_parent(token);
  Table table = TableOf();
  do {
    ASSIGN_OR_RETURN(const node::v1::ListGrantsResponse page,
                     channel->Call(stub.get(), &AccessService::Stub::ListGrants, request));
    for (const Grant& each : page.grants()) Add(table, each);
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  session.output().Print(table);
  return kExitOk;
}

struct Wish {
  std::string token, member, domain, reason, permit;
};

absl::StatusOr<int> Create(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  node::v1::CreateGrantRequest request;
  request.set_parent(wish.token);
  request.mutable_grant()->set_domain(wish.domain);
  request.set_permit(wish.permit);
  const auto stub = AccessService::NewStub(channel->grpc());
  const auto given = channel->Call(stub.get(), &AccessService::Stub::CreateGrant, request);
  if (!given.ok()) return AskForPermit(session, *channel, given.status());
  Table table = TableOf();
  Add(table, *given);
  session.output().PrintObject(table);
  return kExitOk;
}

absl::StatusOr<int> End(const Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  node::v1::DeleteGrantRequest request;
  request.set_name(name);
  const auto stub = AccessService::NewStub(channel->grpc());
  RETURN_IF_ERROR(channel->Call(stub.get(), &AccessService::Stub::DeleteGrant, request).status());
  session.output().Say("The domain is closed to this token from the next call on.");
  return kExitOk;
}

absl::StatusOr<int> Acknowledge(const Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  node::v1::AcknowledgeBreakGlassRequest request;
  request.set_name(name);
  const auto stub = AccessService::NewStub(channel->grpc());
  RETURN_IF_ERROR(channel->Call(stub.get(), &AccessService::Stub::AcknowledgeBreakGlass, request).status());
  session.output().Say("Noted.");
  return kExitOk;
}

absl::StatusOr<int> BreakGlass(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kCaseworker));
  node::v1::BreakGlassRequest request;
  request.set_member(wish.member);
  request.set_domain(wish.domain);
  ASSIGN_OR_RETURN(const int reason, NumberOf(node::v1::BreakGlassReason_descriptor(), wish.reason, "--reason"));
  request.set_reason(static_cast<node::v1::BreakGlassReason>(reason));
  const auto stub = AccessService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const Grant taken, channel->Call(stub.get(), &AccessService::Stub::BreakGlass, request));
  Table table = TableOf();
  Add(table, taken);
  session.output().PrintObject(table);
  session.output().Say("The steward is told. It closes by itself.");
  return kExitOk;
}

const char kDomains[] = "mental_health, health or legal_aid";

void AddByName(CLI::App& grant, Session& session, const std::string& word, const std::string& about,
               absl::StatusOr<int> (*run)(const Session&, const std::string&)) {
  CLI::App* command = AddCommand(grant, word, about, "aangan grant " + word + " tokens/7h2m.../grants/k3f4...");
  auto name = std::make_shared<std::string>();
  command->add_option("name", *name, "tokens/{token}/grants/{grant}")->required();
  command->callback([&session, name, run] { session.run = [&session, name, run] { return run(session, *name); }; });
}

}  // namespace

void AddGrants(CLI::App& app, Session& session) {
  CLI::App* grant = AddCommand(app, "grant", "Sensitive domains: what is open to whom (steward)", "aangan grant list");
  grant->require_subcommand(1);
  CLI::App* list = AddCommand(*grant, "list", "List grants and broken glasses", "aangan grant list");
  auto token = std::make_shared<std::string>("tokens/-");
  list->add_option("--token", *token, "tokens/{token}; all without it");
  list->callback([&session, token] { session.run = [&session, token] { return List(session, *token); }; });
  CLI::App* create = AddCommand(*grant, "create", "Open a domain to a caseworker's token for 90 days",
                                "aangan grant create --token tokens/7h2m... --domain health");
  auto wish = std::make_shared<Wish>();
  create->add_option("--token", wish->token, "tokens/{token}")->required();
  create->add_option("--domain", wish->domain, kDomains)->required();
  create->add_option("--permit", wish->permit, "permits/{permit}, where a second person had to say yes");
  create->callback([&session, wish] { session.run = [&session, wish] { return Create(session, *wish); }; });
  AddByName(*grant, session, "end", "Close a domain to a token", &End);
  AddByName(*grant, session, "acknowledge", "Say that you have looked at a glass that was broken", &Acknowledge);
  CLI::App* glass =
      AddCommand(*grant, "break-glass", "In an emergency: open a domain of one member for four hours (caseworker)",
                 "aangan grant break-glass --member members/7h2m... --domain health --reason threat");
  glass->add_option("--member", wish->member, "members/{member}")->required();
  glass->add_option("--domain", wish->domain, kDomains)->required();
  glass->add_option("--reason", wish->reason, "why")
      ->required()
      ->check(CLI::IsMember(WordsOf(node::v1::BreakGlassReason_descriptor())));
  glass->callback([&session, wish] { session.run = [&session, wish] { return BreakGlass(session, *wish); }; });
}

}  // namespace aangan::client
