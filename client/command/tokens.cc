// SPDX-License-Identifier: Apache-2.0
// aangan token: access for apps and people, by role. The secret is shown once.
#include "aangan/node/v1/access.grpc.pb.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

using node::v1::AccessService;

struct Wish {
  std::string role, title, member;
};

absl::StatusOr<int> Create(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  node::v1::CreateTokenRequest request;
  ASSIGN_OR_RETURN(const int role, NumberOf(node::v1::Role_descriptor(), wish.role, "--role"));
  request.mutable_token()->set_role(static_cast<node::v1::Role>(role));
  request.mutable_token()->set_title(wish.title);
  request.mutable_token()->set_member(wish.member);
  const auto stub = AccessService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::CreateTokenResponse made,
                   channel->Call(stub.get(), &AccessService::Stub::CreateToken, request));
  session.output().PrintObject(
      {{"name", "secret", "expire_time"},
       {{made.token().name(), made.secret(), TimeValue(made.token().has_expire_time(), made.token().expire_time())}}});
  session.output().Say("The secret is shown this once. Keep it in a file that nobody else may read.");
  return kExitOk;
}

absl::StatusOr<int> List(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  const auto stub = AccessService::NewStub(channel->grpc());
  node::v1::ListTokensRequest request;
  Table table{{"name", "title", "role", "member", "expire_time"}, {}};
  do {
    ASSIGN_OR_RETURN(const node::v1::ListTokensResponse page,
                     channel->Call(stub.get(), &AccessService::Stub::ListTokens, request));
    for (const node::v1::Token& each : page.tokens()) {
      table.rows.push_back({each.name(), each.title(), WordOf(node::v1::Role_descriptor(), each.role()),
                            TextOrNothing(each.member()), TimeValue(each.has_expire_time(), each.expire_time())});
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  session.output().Print(table);
  return kExitOk;
}

absl::StatusOr<int> End(const Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  node::v1::DeleteTokenRequest request;
  request.set_name(name);
  const auto stub = AccessService::NewStub(channel->grpc());
  RETURN_IF_ERROR(channel->Call(stub.get(), &AccessService::Stub::DeleteToken, request).status());
  session.output().Say("The token is refused from the next call on.");
  return kExitOk;
}

}  // namespace

void AddTokens(CLI::App& app, Session& session) {
  CLI::App* token = AddCommand(app, "token", "Access for apps and people, by role (steward)", "aangan token list");
  token->require_subcommand(1);
  CLI::App* create = AddCommand(*token, "create", "Make a token; its secret is shown once",
                                "aangan token create --role caseworker --title office_app");
  auto wish = std::make_shared<Wish>();
  create->add_option("--role", wish->role, "what it may do")
      ->required()
      ->check(CLI::IsMember(WordsOf(node::v1::Role_descriptor())));
  create->add_option("--title", wish->title, "what it is for, a slug; no names of persons")->required();
  create->add_option("--member", wish->member, "for the role member: whose record, members/{member}");
  create->callback([&session, wish] { session.run = [&session, wish] { return Create(session, *wish); }; });
  CLI::App* list = AddCommand(*token, "list", "List tokens, without their secrets", "aangan token list");
  list->callback([&session] { session.run = [&session] { return List(session); }; });
  CLI::App* end = AddCommand(*token, "end", "End a token", "aangan token end tokens/7h2m...");
  auto name = std::make_shared<std::string>();
  end->add_option("name", *name, "tokens/{token}")->required();
  end->callback([&session, name] { session.run = [&session, name] { return End(session, *name); }; });
}

}  // namespace aangan::client
