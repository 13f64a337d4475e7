// SPDX-License-Identifier: Apache-2.0
// aangan members and services: records by hand, with a caseworker's token.
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

#include "aangan/node/v1/casework.grpc.pb.h"
#include "aangan/node/v1/members.grpc.pb.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

using node::v1::CaseworkService;
using node::v1::MemberService;

Table MemberTable(const std::vector<node::v1::Member>& members, bool with_details) {
  Table table{{"name", "birth_year", "gender", "exploitation_type", "enrolment_quarter", "home_state", "home_district"},
              {}};
  if (with_details) table.columns.insert(table.columns.end(), {"full_name", "contact", "address", "notes", "etag"});
  for (const node::v1::Member& each : members) {
    auto& row = table.rows.emplace_back();
    row = {each.name(),
           each.birth_year() == 0 ? Value() : Value(int64_t{each.birth_year()}),
           each.gender(),
           each.exploitation_type(),
           each.enrolment_quarter(),
           TextOrNothing(each.home_state()),
           TextOrNothing(each.home_district())};
    if (!with_details) continue;
    const node::v1::PersonalDetails& details = each.details();
    row.insert(row.end(), {TextOrNothing(details.full_name()), TextOrNothing(details.contact()),
                           TextOrNothing(details.address()), TextOrNothing(details.notes()), Value(each.etag())});
  }
  return table;
}

absl::StatusOr<int> ListMembers(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kCaseworker));
  const auto stub = MemberService::NewStub(channel->grpc());
  node::v1::ListMembersRequest request;
  request.set_page_size(200);
  std::vector<node::v1::Member> all;
  do {
    ASSIGN_OR_RETURN(const node::v1::ListMembersResponse page,
                     channel->Call(stub.get(), &MemberService::Stub::ListMembers, request));
    all.insert(all.end(), page.members().begin(), page.members().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  session.output().Print(MemberTable(all, false));
  return kExitOk;
}

absl::StatusOr<int> ShowMember(const Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kCaseworker));
  const auto stub = MemberService::NewStub(channel->grpc());
  node::v1::GetMemberRequest request;
  request.set_name(name);
  ASSIGN_OR_RETURN(const node::v1::Member member, channel->Call(stub.get(), &MemberService::Stub::GetMember, request));
  session.output().PrintObject(MemberTable({member}, true));
  return kExitOk;
}

// The name is typed, not an argument: arguments stand in the shell's history and in the list of processes.
absl::StatusOr<int> SearchMembers(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kCaseworker));
  if (isatty(STDIN_FILENO) == 1) std::fputs("Name, or the beginnings of its words: ", stderr);
  std::string query;
  std::getline(std::cin, query);
  const auto stub = MemberService::NewStub(channel->grpc());
  node::v1::SearchMembersRequest request;
  request.set_query(query);
  Table table{{"name", "full_name", "other_names", "birth_year", "enrolment_quarter"}, {}};
  do {
    ASSIGN_OR_RETURN(const node::v1::SearchMembersResponse page,
                     channel->Call(stub.get(), &MemberService::Stub::SearchMembers, request));
    for (const node::v1::Member& each : page.members()) {
      table.rows.push_back(
          {each.name(), each.details().full_name(), TextOrNothing(absl::StrJoin(each.details().other_names(), "; ")),
           each.birth_year() == 0 ? Value() : Value(int64_t{each.birth_year()}), each.enrolment_quarter()});
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  session.output().Print(table);
  return kExitOk;
}

struct NewMember {
  node::v1::Member member;
  std::string consent_language = "en", notice_version, consent_day;
};

absl::StatusOr<int> CreateMember(const Session& session, const NewMember& wish) {
  node::v1::CreateMemberRequest request;
  *request.mutable_member() = wish.member;
  request.set_request_id(NewRequestId());
  if (!wish.consent_day.empty()) {
    node::v1::Consent& consent = *request.add_consents();
    consent.set_purpose(node::v1::CONSENT_PURPOSE_BE_COUNTED);
    consent.set_decision(node::v1::CONSENT_DECISION_GIVEN);
    ASSIGN_OR_RETURN(*consent.mutable_decision_date(), ParseDay(wish.consent_day, "--counted-since"));
    consent.set_notice_version(wish.notice_version);
    consent.set_language(wish.consent_language);
  }
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kCaseworker));
  const auto stub = MemberService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::Member member,
                   channel->Call(stub.get(), &MemberService::Stub::CreateMember, request));
  session.output().PrintObject(MemberTable({member}, true));
  return kExitOk;
}

Table ServiceTable(const std::vector<node::v1::Service>& services) {
  Table table{{"name", "domain", "type", "stage", "assessed", "needed", "referred", "received", "completed", "score"},
              {}};
  for (const node::v1::Service& each : services) {
    table.rows.push_back(
        {each.name(), each.domain(), each.type(), WordOf(node::v1::ServiceStage_descriptor(), each.stage()),
         TextOrNothing(DayText(each.assessed_date())), TextOrNothing(DayText(each.needed_date())),
         TextOrNothing(DayText(each.referred_date())), TextOrNothing(DayText(each.received_date())),
         TextOrNothing(DayText(each.completed_date())), each.score() == 0 ? Value() : Value(int64_t{each.score()})});
  }
  return table;
}

absl::StatusOr<int> ListServices(const Session& session, const std::string& member) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kCaseworker));
  const auto stub = CaseworkService::NewStub(channel->grpc());
  node::v1::ListServicesRequest request;
  request.set_parent(member);
  request.set_page_size(200);
  std::vector<node::v1::Service> all;
  do {
    ASSIGN_OR_RETURN(const node::v1::ListServicesResponse page,
                     channel->Call(stub.get(), &CaseworkService::Stub::ListServices, request));
    all.insert(all.end(), page.services().begin(), page.services().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  session.output().Print(ServiceTable(all));
  return kExitOk;
}

struct NewService {
  std::string member, domain, type, stage, provider;
  std::string assessed, needed, referred, received, completed;
};

absl::Status SetDay(const std::string& text, const char* option, google::type::Date* day) {
  ASSIGN_OR_RETURN(*day, ParseDay(text, option));
  return absl::OkStatus();
}

absl::StatusOr<int> CreateService(const Session& session, const NewService& wish) {
  node::v1::CreateServiceRequest request;
  request.set_parent(wish.member);
  request.set_request_id(NewRequestId());
  node::v1::Service& service = *request.mutable_service();
  service.set_domain(wish.domain);
  service.set_type(wish.type);
  ASSIGN_OR_RETURN(const int stage, NumberOf(node::v1::ServiceStage_descriptor(), wish.stage, "--stage"));
  service.set_stage(static_cast<node::v1::ServiceStage>(stage));
  service.set_provider(wish.provider);
  if (!wish.assessed.empty()) RETURN_IF_ERROR(SetDay(wish.assessed, "--assessed", service.mutable_assessed_date()));
  if (!wish.needed.empty()) RETURN_IF_ERROR(SetDay(wish.needed, "--needed", service.mutable_needed_date()));
  if (!wish.referred.empty()) RETURN_IF_ERROR(SetDay(wish.referred, "--referred", service.mutable_referred_date()));
  if (!wish.received.empty()) RETURN_IF_ERROR(SetDay(wish.received, "--received", service.mutable_received_date()));
  if (!wish.completed.empty()) RETURN_IF_ERROR(SetDay(wish.completed, "--completed", service.mutable_completed_date()));
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kCaseworker));
  const auto stub = CaseworkService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::Service made,
                   channel->Call(stub.get(), &CaseworkService::Stub::CreateService, request));
  session.output().PrintObject(ServiceTable({made}));
  return kExitOk;
}

void AddCreateMember(CLI::App& members, Session& session) {
  CLI::App* create =
      AddCommand(members, "create", "Enrol a member",
                 "aangan members create --enrolment-quarter 2026Q3 --gender woman --counted-since 2026-07-04 "
                 "--notice-version 2026.1 --consent-language hi");
  auto wish = std::make_shared<NewMember>();
  create->add_option_function<int>(
      "--birth-year", [wish](int year) { wish->member.set_birth_year(year); }, "year of birth; none: not recorded");
  const auto text = [&](const char* option, const char* help, auto set) {
    create->add_option_function<std::string>(
        option, [wish, set](const std::string& value) { set(*wish, value); }, help);
  };
  text("--gender", "a code of the list \"gender\"", [](NewMember& w, const std::string& v) { w.member.set_gender(v); });
  text("--exploitation-type", "a code of the list \"exploitation_type\"",
       [](NewMember& w, const std::string& v) { w.member.set_exploitation_type(v); });
  text("--enrolment-quarter", "quarter in which she joined, for example 2026Q3",
       [](NewMember& w, const std::string& v) { w.member.set_enrolment_quarter(v); });
  text("--home-state", "a code of the list \"state\"",
       [](NewMember& w, const std::string& v) { w.member.set_home_state(v); });
  text("--home-district", "home district", [](NewMember& w, const std::string& v) { w.member.set_home_district(v); });
  text("--full-name", "name, sealed under her own key",
       [](NewMember& w, const std::string& v) { w.member.mutable_details()->set_full_name(v); });
  text("--contact", "how to reach her, sealed",
       [](NewMember& w, const std::string& v) { w.member.mutable_details()->set_contact(v); });
  text("--notes", "notes, sealed",
       [](NewMember& w, const std::string& v) { w.member.mutable_details()->set_notes(v); });
  create->add_option("--counted-since", wish->consent_day,
                     "day on which she agreed to be counted, with --notice-version; none: she did not");
  create->add_option("--notice-version", wish->notice_version, "version of the notice that she was read");
  create->add_option("--consent-language", wish->consent_language, "language of the notice")->capture_default_str();
  create->callback([&session, wish] { session.run = [&session, wish] { return CreateMember(session, *wish); }; });
}

}  // namespace

void AddMembers(CLI::App& app, Session& session) {
  CLI::App* members = AddCommand(app, "members", "Members' records (caseworker)", "aangan members list");
  members->require_subcommand(1);
  CLI::App* list = AddCommand(*members, "list", "List members, without what identifies them", "aangan members list");
  list->callback([&session] { session.run = [&session] { return ListMembers(session); }; });
  CLI::App* show = AddCommand(*members, "show", "Show one member's record", "aangan members show members/4f6k...");
  auto name = std::make_shared<std::string>();
  show->add_option("name", *name, "members/{member}")->required();
  show->callback([&session, name] { session.run = [&session, name] { return ShowMember(session, *name); }; });
  CLI::App* search = AddCommand(*members, "search", "Find members by name, which is read from standard input",
                                "aangan members search");
  search->callback([&session] { session.run = [&session] { return SearchMembers(session); }; });
  AddCreateMember(*members, session);
}

void AddServices(CLI::App& app, Session& session) {
  CLI::App* services =
      AddCommand(app, "services", "A member's services (caseworker)", "aangan services list members/4f6k...");
  services->require_subcommand(1);
  CLI::App* list = AddCommand(*services, "list", "List a member's services", "aangan services list members/4f6k...");
  auto member = std::make_shared<std::string>();
  list->add_option("member", *member, "members/{member}")->required();
  list->callback([&session, member] { session.run = [&session, member] { return ListServices(session, *member); }; });
  CLI::App* create = AddCommand(*services, "create", "Record a service",
                                "aangan services create members/4f6k... --domain health --type health_check --stage "
                                "received --received 2026-08-03");
  auto wish = std::make_shared<NewService>();
  create->add_option("member", wish->member, "members/{member}")->required();
  create->add_option("--domain", wish->domain, "a code of the list \"domain\"")->required();
  create->add_option("--type", wish->type, "a code of the list \"service_type\"")->required();
  create->add_option("--stage", wish->stage, "how far it has come")
      ->required()
      ->check(CLI::IsMember(WordsOf(node::v1::ServiceStage_descriptor())));
  create->add_option("--provider", wish->provider, "who provides it, sealed");
  create->add_option("--assessed", wish->assessed, "day, 2026-07-01");
  create->add_option("--needed", wish->needed, "day");
  create->add_option("--referred", wish->referred, "day");
  create->add_option("--received", wish->received, "day");
  create->add_option("--completed", wish->completed, "day");
  create->callback([&session, wish] { session.run = [&session, wish] { return CreateService(session, *wish); }; });
}

}  // namespace aangan::client
