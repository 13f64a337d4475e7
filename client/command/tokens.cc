// SPDX-License-Identifier: Apache-2.0
// aangan token: access for apps and people, by role. The secret is shown once.
#include "aangan/node/v1/access.grpc.pb.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/permits.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

using node::v1::AccessService;

struct Wish {
  std::string role, title, member, permit;
  std::vector<std::string> sensitive;
};

void PrintMade(const Session& session, const node::v1::Token& token, const std::string& secret) {
  session.output().PrintObject({{"name", "secret", "expire_time"},
                                {{token.name(), secret, TimeValue(token.has_expire_time(), token.expire_time())}}});
  session.output().Say("The secret is shown this once. Keep it in a file that nobody else may read.");
}

absl::StatusOr<int> Create(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  node::v1::CreateTokenRequest request;
  ASSIGN_OR_RETURN(const int role, NumberOf(node::v1::Role_descriptor(), wish.role, "--role"));
  request.mutable_token()->set_role(static_cast<node::v1::Role>(role));
  request.mutable_token()->set_title(wish.title);
  request.mutable_token()->set_member(wish.member);
  for (const std::string& domain : wish.sensitive) request.mutable_token()->add_sensitive_domains(domain);
  request.set_permit(wish.permit);
  const auto stub = AccessService::NewStub(channel->grpc());
  const auto made = channel->Call(stub.get(), &AccessService::Stub::CreateToken, request);
  if (!made.ok()) return AskForPermit(session, *channel, made.status());
  PrintMade(session, made->token(), made->secret());
  return kExitOk;
}

struct Rotation {
  std::string name, permit;
  int64_t grace_hours = 0;
};

absl::StatusOr<int> Rotate(const Session& session, const Rotation& wish) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  node::v1::RotateTokenRequest request;
  request.set_name(wish.name);
  request.mutable_grace()->set_seconds(wish.grace_hours * 3600);
  request.set_permit(wish.permit);
  const auto stub = AccessService::NewStub(channel->grpc());
  const auto rotated = channel->Call(stub.get(), &AccessService::Stub::RotateToken, request);
  if (!rotated.ok()) return AskForPermit(session, *channel, rotated.status());
  PrintMade(session, rotated->token(), rotated->secret());
  return kExitOk;
}

absl::StatusOr<int> List(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  const auto stub = AccessService::NewStub(channel->grpc());
  node::v1::ListTokensRequest request;
  Table table{{"name", "title", "role", "member", "sensitive_domains", "last_used", "expire_time"}, {}};
  do {
    ASSIGN_OR_RETURN(const node::v1::ListTokensResponse page,
                     channel->Call(stub.get(), &AccessService::Stub::ListTokens, request));
    for (const node::v1::Token& each : page.tokens()) {
      table.rows.push_back({each.name(), each.title(), WordOf(node::v1::Role_descriptor(), each.role()),
                            TextOrNothing(each.member()), TextOrNothing(absl::StrJoin(each.sensitive_domains(), " ")),
                            TextOrNothing(DayText(each.last_used_date())),
                            TimeValue(each.has_expire_time(), each.expire_time())});
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
  create
      ->add_option("--sensitive", wish->sensitive,
                   "for the role caseworker: domains to open, of mental_health,health,legal_aid")
      ->delimiter(',');
  create->add_option("--permit", wish->permit, "permits/{permit}, where a second person had to say yes");
  create->callback([&session, wish] { session.run = [&session, wish] { return Create(session, *wish); }; });
  CLI::App* list = AddCommand(*token, "list", "List tokens, without their secrets", "aangan token list");
  list->callback([&session] { session.run = [&session] { return List(session); }; });
  CLI::App* rotate = AddCommand(*token, "rotate", "Give a token a new secret, shown once",
                                "aangan token rotate tokens/7h2m... --grace-hours 2");
  auto rotation = std::make_shared<Rotation>();
  rotate->add_option("name", rotation->name, "tokens/{token}")->required();
  rotate->add_option("--grace-hours", rotation->grace_hours, "for so long the old secret opens too")
      ->check(CLI::Range(0, 24));
  rotate->add_option("--permit", rotation->permit, "permits/{permit}, where a second person had to say yes");
  rotate->callback([&session, rotation] { session.run = [&session, rotation] { return Rotate(session, *rotation); }; });
  CLI::App* end = AddCommand(*token, "end", "End a token", "aangan token end tokens/7h2m...");
  end->alias("revoke");
  auto name = std::make_shared<std::string>();
  end->add_option("name", *name, "tokens/{token}")->required();
  end->callback([&session, name] { session.run = [&session, name] { return End(session, *name); }; });
}

}  // namespace aangan::client
