// SPDX-License-Identifier: Apache-2.0
// aangan retention and seal: how long records are kept, and members whose records the law asks to keep.
#include "aangan/node/v1/retention.grpc.pb.h"
#include "aangan/node/v1/rights.grpc.pb.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/permits.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

using node::v1::RetentionService;
using node::v1::RightsService;

Table PolicyTable(const node::v1::RetentionPolicy& policy) {
  const bool on_withdrawal = policy.has_days_after_withdrawal();
  return {{"years_after_last_record", "days_after_withdrawal", "grace_days", "update_time", "etag"},
          {{policy.years_after_last_record() == 0 ? Value() : Value(int64_t{policy.years_after_last_record()}),
            on_withdrawal ? Value(int64_t{policy.days_after_withdrawal()}) : Value(), int64_t{policy.grace_days()},
            TimeValue(policy.has_update_time(), policy.update_time()), policy.etag()}}};
}

absl::StatusOr<node::v1::RetentionPolicy> ReadPolicy(Channel& channel, RetentionService::Stub& stub) {
  return channel.Call(&stub, &RetentionService::Stub::GetRetentionPolicy, node::v1::GetRetentionPolicyRequest());
}

absl::StatusOr<int> ShowPolicy(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  const auto stub = RetentionService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::RetentionPolicy policy, ReadPolicy(*channel, *stub));
  session.output().PrintObject(PolicyTable(policy));
  if (policy.years_after_last_record() == 0 && !policy.has_days_after_withdrawal())
    session.output().Say("Nothing is erased by itself.");
  return kExitOk;
}

struct NewPolicy {
  int years = -1, withdrawal_days = -1, grace_days = -1;
  bool never_by_years = false, never_on_withdrawal = false;
  std::string permit;
};

absl::StatusOr<int> SetPolicy(const Session& session, const NewPolicy& wish) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  const auto stub = RetentionService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::RetentionPolicy present, ReadPolicy(*channel, *stub));
  node::v1::UpdateRetentionPolicyRequest request;
  node::v1::RetentionPolicy& policy = *request.mutable_retention_policy();
  policy.set_etag(present.etag());
  if (wish.years >= 0 || wish.never_by_years) {
    request.mutable_update_mask()->add_paths("years_after_last_record");
    policy.set_years_after_last_record(wish.never_by_years ? 0 : wish.years);
  }
  if (wish.withdrawal_days >= 0 || wish.never_on_withdrawal) {
    request.mutable_update_mask()->add_paths("days_after_withdrawal");
    if (!wish.never_on_withdrawal) policy.set_days_after_withdrawal(wish.withdrawal_days);
  }
  if (wish.grace_days >= 0) {
    request.mutable_update_mask()->add_paths("grace_days");
    policy.set_grace_days(wish.grace_days);
  }
  request.set_permit(wish.permit);
  const auto made = channel->Call(stub.get(), &RetentionService::Stub::UpdateRetentionPolicy, request);
  if (!made.ok()) return AskForPermit(session, *channel, made.status());
  session.output().PrintObject(PolicyTable(*made));
  session.output().Say("Look at `aangan retention report` before the time of grace is over.");
  return kExitOk;
}

absl::StatusOr<int> Report(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  const auto stub = RetentionService::NewStub(channel->grpc());
  node::v1::ReportRetentionRequest request;
  request.set_page_size(200);
  Table table{{"member", "reason", "due_date", "noted_date", "erase_date"}, {}};
  do {
    ASSIGN_OR_RETURN(const node::v1::ReportRetentionResponse page,
                     channel->Call(stub.get(), &RetentionService::Stub::ReportRetention, request));
    for (const node::v1::DueMember& due : page.due_members()) {
      table.rows.push_back({due.member(), WordOf(node::v1::RetentionReason_descriptor(), due.reason()),
                            DayText(due.due_date()), TextOrNothing(DayText(due.noted_date())),
                            TextOrNothing(DayText(due.erase_date()))});
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  session.output().Print(table);
  session.output().Say("Nothing was erased by this. The daily run does so from erase_date on.");
  return kExitOk;
}

Table SealTable(const std::vector<node::v1::SealedMember>& sealed) {
  Table table{{"name", "until_date", "reason", "sealed_by"}, {}};
  for (const node::v1::SealedMember& each : sealed) {
    table.rows.push_back({each.name(), DayText(each.until_date()),
                          WordOf(node::v1::LegalReason_descriptor(), each.reason()), each.sealed_by()});
  }
  return table;
}

struct Seal {
  std::string member, until, reason;
};

absl::StatusOr<int> SetSeal(const Session& session, const Seal& wish) {
  node::v1::SealMemberRequest request;
  request.set_name(wish.member);
  ASSIGN_OR_RETURN(*request.mutable_until_date(), ParseDay(wish.until, "--until"));
  ASSIGN_OR_RETURN(const int reason, NumberOf(node::v1::LegalReason_descriptor(), wish.reason, "--reason"));
  request.set_reason(static_cast<node::v1::LegalReason>(reason));
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  const auto stub = RightsService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::SealedMember sealed,
                   channel->Call(stub.get(), &RightsService::Stub::SealMember, request));
  session.output().PrintObject(SealTable({sealed}));
  return kExitOk;
}

absl::StatusOr<int> LiftSeal(const Session& session, const std::string& member, const std::string& permit) {
  node::v1::UnsealMemberRequest request;
  request.set_name(member);
  request.set_permit(permit);
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  const auto stub = RightsService::NewStub(channel->grpc());
  const absl::Status status = channel->Call(stub.get(), &RightsService::Stub::UnsealMember, request).status();
  if (!status.ok()) return AskForPermit(session, *channel, status);
  session.output().Say("She is unsealed.");
  return kExitOk;
}

absl::StatusOr<int> ListSeals(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  const auto stub = RightsService::NewStub(channel->grpc());
  node::v1::ListSealedMembersRequest request;
  request.set_page_size(200);
  std::vector<node::v1::SealedMember> all;
  do {
    ASSIGN_OR_RETURN(const node::v1::ListSealedMembersResponse page,
                     channel->Call(stub.get(), &RightsService::Stub::ListSealedMembers, request));
    all.insert(all.end(), page.sealed_members().begin(), page.sealed_members().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  session.output().Print(SealTable(all));
  return kExitOk;
}

}  // namespace

void AddRetention(CLI::App& app, Session& session) {
  CLI::App* retention = AddCommand(app, "retention", "How long records are kept (steward)", "aangan retention report");
  retention->require_subcommand(1);
  CLI::App* show = AddCommand(*retention, "show", "Show the policy", "aangan retention show");
  show->callback([&session] { session.run = [&session] { return ShowPolicy(session); }; });
  CLI::App* set = AddCommand(*retention, "set", "Change the policy; what is not named stays",
                             "aangan retention set --years 7 --withdrawal-days 30 --grace-days 60");
  auto wish = std::make_shared<NewPolicy>();
  auto* years = set->add_option("--years", wish->years, "erase so many years after the last record about her");
  set->add_flag("--no-years", wish->never_by_years, "never erase for age")->excludes(years);
  auto* days = set->add_option("--withdrawal-days", wish->withdrawal_days,
                               "erase so many days after she withdrew her consent to keep a record");
  set->add_flag("--no-withdrawal", wish->never_on_withdrawal, "never erase for a withdrawal")->excludes(days);
  set->add_option("--grace-days", wish->grace_days, "how long she stands in the report first, 7 to 365");
  set->add_option("--permit", wish->permit, "permits/{permit}; a second person always has to say yes");
  set->callback([&session, wish] { session.run = [&session, wish] { return SetPolicy(session, *wish); }; });
  CLI::App* report =
      AddCommand(*retention, "report", "Show what would be erased or asked for, and when", "aangan retention report");
  report->callback([&session] { session.run = [&session] { return Report(session); }; });
}

void AddSeal(CLI::App& app, Session& session) {
  CLI::App* seal = AddCommand(app, "seal", "Members whose records the law asks to keep: nobody reads them (steward)",
                              "aangan seal list");
  seal->require_subcommand(1);
  CLI::App* set = AddCommand(*seal, "set", "Seal a member, or make her time longer",
                             "aangan seal set members/4f6k... --until 2031-03-31 --reason open_case");
  auto wish = std::make_shared<Seal>();
  set->add_option("member", wish->member, "members/{member}")->required();
  set->add_option("--until", wish->until, "last day of the duty; she is erased by herself after it")->required();
  set->add_option("--reason", wish->reason, "which duty it is")
      ->required()
      ->check(CLI::IsMember(WordsOf(node::v1::LegalReason_descriptor())));
  set->callback([&session, wish] { session.run = [&session, wish] { return SetSeal(session, *wish); }; });
  CLI::App* lift = AddCommand(*seal, "lift", "Unseal a member, once a second person said yes",
                              "aangan seal lift members/4f6k... --permit permits/7h2m...");
  auto member = std::make_shared<std::string>();
  auto permit = std::make_shared<std::string>();
  lift->add_option("member", *member, "members/{member}")->required();
  lift->add_option("--permit", *permit, "permits/{permit}; without it the command asks for one");
  lift->callback([&session, member, permit] {
    session.run = [&session, member, permit] { return LiftSeal(session, *member, *permit); };
  });
  CLI::App* list = AddCommand(*seal, "list", "List sealed members", "aangan seal list");
  list->callback([&session] { session.run = [&session] { return ListSeals(session); }; });
}

}  // namespace aangan::client
