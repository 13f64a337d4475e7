// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.AccessService.
#include "server/node/access_rpc.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/node/convert.h"
#include "server/node/request_rules.h"

namespace aangan::node {
namespace {

using server::Role;
using server::TokenRecord;

constexpr absl::Duration kLifeDefault = absl::Hours(24 * 90);
constexpr absl::Duration kLifeMax = absl::Hours(24 * 366);
constexpr absl::string_view kList = "tokens";

// The API's roles count from 1 in the order of the door's.
bool IsRole(v1::Role role) { return role >= v1::ROLE_MEMBER && role <= v1::ROLE_AUDITOR; }
Role RoleFrom(v1::Role role) { return static_cast<Role>(role - 1); }

v1::Token TokenMessage(const TokenRecord& record) {
  v1::Token token;
  token.set_name(absl::StrCat("tokens/", record.id));
  token.set_title(record.title);
  token.set_role(static_cast<v1::Role>(static_cast<int>(record.role) + 1));
  token.set_member(record.member);
  *token.mutable_create_time() = TimestampFromMicros(record.create_time_us);
  *token.mutable_expire_time() = TimestampFromMicros(record.expire_time_us);
  return token;
}

}  // namespace

std::map<std::string, server::Handler> AccessRpc::Handlers() {
  return {{"CreateToken", server::Handle(this, &AccessRpc::CreateToken)},
          {"ListTokens", server::Handle(this, &AccessRpc::ListTokens)},
          {"DeleteToken", server::Handle(this, &AccessRpc::DeleteToken)}};
}

absl::StatusOr<v1::CreateTokenResponse> AccessRpc::CreateToken(const server::Call& call,
                                                               const v1::CreateTokenRequest& request) {
  const v1::Token& wanted = request.token();
  Problem problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "Some fields are not right; see details.");
  if (!IsRole(wanted.role())) problem.Field("token.role", "must be one of the roles");
  if (!model::IsSlug(wanted.title())) problem.Field("token.title", "must be a slug: a-z, 0-9, _ and -, no names");
  if ((wanted.role() == v1::ROLE_MEMBER) != !wanted.member().empty())
    problem.Field("token.member", "is required for the role member, and for no other");
  TokenBook::Wish wish{Role::kNobody, wanted.title(), wanted.member(), kLifeDefault};
  if (wanted.has_expire_time()) {
    wish.life = TimeFromTimestamp(wanted.expire_time()) - rooms_.clock->Now();
    if (wish.life <= absl::ZeroDuration() || wish.life > kLifeMax)
      problem.Field("token.expire_time", "must be in the future, and within a year");
  }
  if (problem.has_fields()) return problem.ToStatus();
  wish.role = RoleFrom(wanted.role());
  if (!wanted.member().empty()) {
    ASSIGN_OR_RETURN(const model::RecordName member,
                     model::ParseRecordName(model::RecordKind::kMember, wanted.member(), "token.member"));
    RETURN_IF_ERROR(rooms_.store->Get(member).status());
  }
  ASSIGN_OR_RETURN(server::NewToken made, book_->Make(wish, ActorOf(call)));
  v1::CreateTokenResponse response;
  *response.mutable_token() = TokenMessage(made.record);
  response.set_secret(std::move(made.text));
  return response;
}

absl::StatusOr<v1::ListTokensResponse> AccessRpc::ListTokens(const server::Call& call,
                                                             const v1::ListTokensRequest& request) {
  ASSIGN_OR_RETURN(const Page page,
                   PageOf(*rooms_.page_tokens, call, kList, request.page_size(), request.page_token()));
  std::vector<TokenRecord> tokens = book_->List(page.after, page.size + 1);
  v1::ListTokensResponse response;
  if (tokens.size() > page.size) {
    tokens.resize(page.size);
    response.set_next_page_token(NextPage(*rooms_.page_tokens, call, kList, tokens.back().id));
  }
  for (const TokenRecord& token : tokens) *response.add_tokens() = TokenMessage(token);
  return response;
}

absl::StatusOr<google::protobuf::Empty> AccessRpc::DeleteToken(const server::Call& call,
                                                               const v1::DeleteTokenRequest& request) {
  absl::string_view id = request.name();
  if (!absl::ConsumePrefix(&id, "tokens/")) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is not the name of a token.")
        .Field("name", "must be tokens/{token}");
  }
  RETURN_IF_ERROR(book_->End(std::string(id), ActorOf(call)));
  return google::protobuf::Empty();
}

}  // namespace aangan::node
