// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.AccessService.
#include "server/node/access_rpc.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/node/convert.h"
#include "server/node/domain_gate.h"
#include "server/node/read_note.h"
#include "server/node/request_rules.h"

namespace aangan::node {
namespace {

using server::Role;
using server::TokenRecord;

constexpr absl::Duration kLifeDefault = absl::Hours(24 * 90);
constexpr absl::Duration kLifeMax = absl::Hours(24 * 366);
constexpr absl::Duration kGraceMax = absl::Hours(24);
constexpr absl::string_view kList = "tokens";

// The API's roles count from 1 in the order of the door's.
bool IsRole(v1::Role role) { return role >= v1::ROLE_MEMBER && role <= v1::ROLE_AUDITOR; }
Role RoleFrom(v1::Role role) { return static_cast<Role>(role - 1); }

bool IsSecondPersons(Role role) { return role == Role::kSteward || role == Role::kAuditor; }

void CheckDomain(absl::string_view domain, absl::string_view field, Problem& problem) {
  if (!IsSensitiveDomain(domain)) problem.Field(field, "must be mental_health, health or legal_aid");
}

// When a grant ends: as asked, or the longest.
absl::Time UntilOf(bool is_set, const google::protobuf::Timestamp& wish, absl::Time now, absl::Duration most,
                   absl::string_view field, Problem& problem) {
  if (!is_set) return now + most;
  const absl::Time until = TimeFromTimestamp(wish);
  if (until <= now || until > now + most) problem.Field(field, "must be in the future, and within what is allowed");
  return until;
}

Problem FieldsProblem() {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "Some fields are not right; see details.");
}

// Whom these tokens or grants are about.
template <typename Record>
absl::StatusOr<std::set<model::Id>> MembersOf(const std::vector<Record>& records) {
  std::set<model::Id> members;
  for (const Record& record : records) {
    if (record.member.empty()) continue;
    ASSIGN_OR_RETURN(const model::RecordName name,
                     model::ParseRecordName(model::RecordKind::kMember, record.member, "member"));
    members.insert(name.member);
  }
  return members;
}

}  // namespace

absl::StatusOr<std::string> TokenIdFrom(absl::string_view name, absl::string_view field) {
  if (absl::ConsumePrefix(&name, "tokens/") && model::ParseId(name, field).ok()) return std::string(name);
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is not the name of a token.")
      .Field(field, "must be tokens/{token}")
      .ToStatus();
}

v1::Grant GrantMessage(const GrantRecord& record) {
  v1::Grant grant;
  grant.set_name(GrantName(record));
  grant.set_domain(record.domain);
  *grant.mutable_create_time() = TimestampFromMicros(record.create_time_us);
  *grant.mutable_expire_time() = TimestampFromMicros(record.expire_time_us);
  grant.set_created_by(record.created_by);
  grant.set_member(record.member);
  grant.set_break_glass_reason(static_cast<v1::BreakGlassReason>(record.reason));
  if (record.acknowledge_time_us != 0)
    *grant.mutable_acknowledge_time() = TimestampFromMicros(record.acknowledge_time_us);
  return grant;
}

v1::Token TokenMessage(const TokenRecord& record, const GrantBook& grants) {
  v1::Token token;
  token.set_name(absl::StrCat("tokens/", record.id));
  token.set_title(record.title);
  token.set_role(static_cast<v1::Role>(static_cast<int>(record.role) + 1));
  token.set_member(record.member);
  *token.mutable_create_time() = TimestampFromMicros(record.create_time_us);
  *token.mutable_expire_time() = TimestampFromMicros(record.expire_time_us);
  for (std::string& domain : grants.DomainsOf(record.id)) token.add_sensitive_domains(std::move(domain));
  if (record.last_used_day != 0)
    *token.mutable_last_used_date() = DateFromDay(static_cast<model::Day>(record.last_used_day));
  if (record.rotate_time_us != 0) *token.mutable_rotate_time() = TimestampFromMicros(record.rotate_time_us);
  return token;
}

std::map<std::string, server::Handler> AccessRpc::Handlers() {
  return {{"CreateToken", server::Handle(this, &AccessRpc::CreateToken)},
          {"ListTokens", server::Handle(this, &AccessRpc::ListTokens)},
          {"DeleteToken", server::Handle(this, &AccessRpc::DeleteToken)},
          {"RotateToken", server::Handle(this, &AccessRpc::RotateToken)},
          {"CreateGrant", server::Handle(this, &AccessRpc::CreateGrant)},
          {"ListGrants", server::Handle(this, &AccessRpc::ListGrants)},
          {"DeleteGrant", server::Handle(this, &AccessRpc::DeleteGrant)},
          {"BreakGlass", server::Handle(this, &AccessRpc::BreakGlass)},
          {"AcknowledgeBreakGlass", server::Handle(this, &AccessRpc::AcknowledgeBreakGlass)}};
}

absl::Status AccessRpc::SecondYes(const server::Call& call, const PermitNeed& need, absl::string_view permit) {
  if (!rooms_.tokens->SecondPersonExists(call.caller().id)) return absl::OkStatus();
  return rooms_.permits->Use(need, call, permit);
}

absl::StatusOr<v1::CreateTokenResponse> AccessRpc::CreateToken(const server::Call& call,
                                                               const v1::CreateTokenRequest& request) {
  const v1::Token& wanted = request.token();
  const absl::Time now = rooms_.records.clock->Now();
  Problem problem = FieldsProblem();
  if (!IsRole(wanted.role())) problem.Field("token.role", "must be one of the roles");
  if (!model::IsSlug(wanted.title())) problem.Field("token.title", "must be a slug: a-z, 0-9, _ and -, no names");
  if ((wanted.role() == v1::ROLE_MEMBER) != !wanted.member().empty())
    problem.Field("token.member", "is required for the role member, and for no other");
  if (wanted.role() != v1::ROLE_CASEWORKER && !wanted.sensitive_domains().empty())
    problem.Field("token.sensitive_domains", "are for the role caseworker alone");
  const std::set<std::string> domains(wanted.sensitive_domains().begin(), wanted.sensitive_domains().end());
  for (const std::string& domain : domains) CheckDomain(domain, "token.sensitive_domains", problem);
  TokenBook::Wish wish{Role::kNobody, wanted.title(), wanted.member(), kLifeDefault};
  if (wanted.has_expire_time()) {
    wish.life = TimeFromTimestamp(wanted.expire_time()) - now;
    if (wish.life <= absl::ZeroDuration() || wish.life > kLifeMax)
      problem.Field("token.expire_time", "must be in the future, and within a year");
  }
  if (problem.has_fields()) return problem.ToStatus();
  wish.role = RoleFrom(wanted.role());
  if (!wanted.member().empty()) {
    ASSIGN_OR_RETURN(const model::RecordName member,
                     model::ParseRecordName(model::RecordKind::kMember, wanted.member(), "token.member"));
    RETURN_IF_ERROR(rooms_.records.store->Get(member).status());
  }
  if (IsSecondPersons(wish.role) || !domains.empty()) {
    RETURN_IF_ERROR(
        SecondYes(call, NeedOf(v1::PERMIT_KIND_TOKEN, absl::StrCat("roles/", server::RoleName(wish.role)), request),
                  request.permit()));
  }
  ASSIGN_OR_RETURN(server::NewToken made, rooms_.tokens->Make(wish, ActorOf(call)));
  for (const std::string& domain : domains) {
    const absl::Time until = now + std::min(wish.life, kGrantLifeMax);
    RETURN_IF_ERROR(rooms_.grants->Give({made.record.id, domain, until, "", 0}, ActorOf(call)).status());
  }
  v1::CreateTokenResponse response;
  *response.mutable_token() = TokenMessage(made.record, *rooms_.grants);
  response.set_secret(std::move(made.text));
  return response;
}

void AccessRpc::ListTokens(server::CallPtr call, v1::ListTokensRequest request,
                           server::Done<v1::ListTokensResponse> done) {
  OrFail(done, [&]() -> absl::Status {
    const server::PageTokens& pages = *rooms_.records.page_tokens;
    ASSIGN_OR_RETURN(const Page page, PageOf(pages, *call, kList, request.page_size(), request.page_token()));
    std::vector<TokenRecord> tokens = rooms_.tokens->List(page.after, page.size + 1);
    v1::ListTokensResponse response;
    if (tokens.size() > page.size) {
      tokens.resize(page.size);
      response.set_next_page_token(NextPage(pages, *call, kList, tokens.back().id));
    }
    for (const TokenRecord& token : tokens) *response.add_tokens() = TokenMessage(token, *rooms_.grants);
    ASSIGN_OR_RETURN(const std::set<model::Id> shown, MembersOf(tokens));  // when she last looked at her record
    AnswerAbout(rooms_.records.store, *call, shown, "tokens", std::move(response), done);
    return absl::OkStatus();
  });
}

absl::StatusOr<google::protobuf::Empty> AccessRpc::DeleteToken(const server::Call& call,
                                                               const v1::DeleteTokenRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, TokenIdFrom(request.name(), "name"));
  const absl::Status ended = rooms_.tokens->End(id, ActorOf(call));
  const absl::Status withdrawn = rooms_.permits->Withdraw(absl::StrCat("tokens/", id), ActorOf(call));
  RETURN_IF_ERROR(ended);
  RETURN_IF_ERROR(withdrawn);
  return google::protobuf::Empty();
}

absl::StatusOr<v1::RotateTokenResponse> AccessRpc::RotateToken(const server::Call& call,
                                                               const v1::RotateTokenRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, TokenIdFrom(request.name(), "name"));
  const absl::Duration grace = absl::Seconds(request.grace().seconds()) + absl::Nanoseconds(request.grace().nanos());
  if (grace < absl::ZeroDuration() || grace > kGraceMax) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The old secret can not open so long.")
        .Field("grace", "must be at most 24 hours");
  }
  ASSIGN_OR_RETURN(const TokenRecord record, rooms_.tokens->Find(id));
  const bool opens_more = IsSecondPersons(record.role) || rooms_.grants->HasOpen(id);
  if (opens_more && id != call.caller().id) {
    // Whoever learns the secret is that person from then on.
    RETURN_IF_ERROR(SecondYes(call, NeedOf(v1::PERMIT_KIND_TOKEN, request.name(), request), request.permit()));
  }
  ASSIGN_OR_RETURN(server::NewToken made, rooms_.tokens->Rotate(id, grace, ActorOf(call)));
  if (grace == absl::ZeroDuration()) {  // perhaps the old secret was stolen, and said yes
    const absl::Status withdrawn = rooms_.permits->Withdraw(absl::StrCat("tokens/", id), ActorOf(call));
    // The new secret is shown all the same: there is no other time.
    if (!withdrawn.ok()) LogWarning("access", "what is withdrawn is not written yet").Status(withdrawn);
  }
  v1::RotateTokenResponse response;
  *response.mutable_token() = TokenMessage(made.record, *rooms_.grants);
  response.set_secret(std::move(made.text));
  return response;
}

absl::StatusOr<v1::Grant> AccessRpc::CreateGrant(const server::Call& call, const v1::CreateGrantRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, TokenIdFrom(request.parent(), "parent"));
  const v1::Grant& wanted = request.grant();
  Problem problem = FieldsProblem();
  CheckDomain(wanted.domain(), "grant.domain", problem);
  const absl::Time until = UntilOf(wanted.has_expire_time(), wanted.expire_time(), rooms_.records.clock->Now(),
                                   kGrantLifeMax, "grant.expire_time", problem);
  if (problem.has_fields()) return problem.ToStatus();
  ASSIGN_OR_RETURN(const TokenRecord token, rooms_.tokens->Find(id));
  if (token.role != Role::kCaseworker) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                   "Only a caseworker's token reads records.")
        .Field("parent", "must be a token of the role caseworker");
  }
  const PermitNeed need =
      NeedOf(v1::PERMIT_KIND_GRANT, absl::StrCat(request.parent(), "/grants/", wanted.domain()), request);
  RETURN_IF_ERROR(SecondYes(call, need, request.permit()));
  ASSIGN_OR_RETURN(const GrantRecord given, rooms_.grants->Give({id, wanted.domain(), until, "", 0}, ActorOf(call)));
  return GrantMessage(given);
}

void AccessRpc::ListGrants(server::CallPtr call, v1::ListGrantsRequest request,
                           server::Done<v1::ListGrantsResponse> done) {
  OrFail(done, [&]() -> absl::Status {
    std::string token;
    if (request.parent() != "tokens/-") {
      ASSIGN_OR_RETURN(token, TokenIdFrom(request.parent(), "parent"));
    }
    const std::string list = absl::StrCat(request.parent(), "/grants");
    const server::PageTokens& pages = *rooms_.records.page_tokens;
    ASSIGN_OR_RETURN(const Page page, PageOf(pages, *call, list, request.page_size(), request.page_token()));
    std::vector<GrantRecord> grants = rooms_.grants->List(token, page.after, page.size + 1);
    v1::ListGrantsResponse response;
    if (grants.size() > page.size) {
      grants.resize(page.size);
      response.set_next_page_token(NextPage(pages, *call, list, GrantName(grants.back())));
    }
    for (const GrantRecord& grant : grants) *response.add_grants() = GrantMessage(grant);
    ASSIGN_OR_RETURN(const std::set<model::Id> shown, MembersOf(grants));  // in what emergency she was, and when
    AnswerAbout(rooms_.records.store, *call, shown, "grants", std::move(response), done);
    return absl::OkStatus();
  });
}

absl::StatusOr<google::protobuf::Empty> AccessRpc::DeleteGrant(const server::Call& call,
                                                               const v1::DeleteGrantRequest& request) {
  RETURN_IF_ERROR(rooms_.grants->Take(request.name(), ActorOf(call)));
  return google::protobuf::Empty();
}

absl::StatusOr<v1::Grant> AccessRpc::BreakGlass(const server::Call& call, const v1::BreakGlassRequest& request) {
  ASSIGN_OR_RETURN(const model::RecordName member,
                   NameFor(call, model::RecordKind::kMember, request.member(), "member"));
  Problem problem = FieldsProblem();
  CheckDomain(request.domain(), "domain", problem);
  if (request.reason() == v1::BREAK_GLASS_REASON_UNSPECIFIED || !v1::BreakGlassReason_IsValid(request.reason()))
    problem.Field("reason", "must be one of the reasons");
  const absl::Time until = UntilOf(request.has_expire_time(), request.expire_time(), rooms_.records.clock->Now(),
                                   kBrokenGlassLifeMax, "expire_time", problem);
  if (problem.has_fields()) return problem.ToStatus();
  RETURN_IF_ERROR(rooms_.records.store->Get(member).status());
  ASSIGN_OR_RETURN(const GrantRecord taken,
                   rooms_.grants->Give({call.caller().id, request.domain(), until, model::RecordNameText(member),
                                        static_cast<uint8_t>(request.reason())},
                                       ActorOf(call)));
  return GrantMessage(taken);
}

absl::StatusOr<v1::Grant> AccessRpc::AcknowledgeBreakGlass(const server::Call& call,
                                                           const v1::AcknowledgeBreakGlassRequest& request) {
  ASSIGN_OR_RETURN(const GrantRecord seen, rooms_.grants->Acknowledge(request.name(), ActorOf(call)));
  return GrantMessage(seen);
}

}  // namespace aangan::node
